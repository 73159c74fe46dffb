package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;

/** Whom to trust. */
sealed interface TlsTrust {
    /** Reads the file, so not on a loop. */
    KeyStore load() throws GeneralSecurityException, IOException;

    /** Certificates in PEM. */
    record Pem(Path file) implements TlsTrust {
        @Override
        public KeyStore load() throws GeneralSecurityException, IOException {
            Collection<? extends Certificate> certificates;
            try (InputStream in = Files.newInputStream(file)) {
                certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
            }
            if (certificates.isEmpty()) {
                throw new CertificateException(file + " has no certificate in PEM");
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("trusted-" + number++, certificate);
            }
            return store;
        }

        @Override
        public String toString() {
            return file.toString();
        }
    }

    /** A key store, of which the certificates that stand for themselves count. */
    record Store(Path file, @Nullable String password) implements TlsTrust {
        @Override
        public KeyStore load() throws GeneralSecurityException, IOException {
            return TlsIdentity.open(file, password);
        }

        @Override
        public String toString() {
            return file.toString();
        }
    }
}
