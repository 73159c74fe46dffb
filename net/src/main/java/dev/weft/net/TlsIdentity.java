package dev.weft.net;

import io.netty.handler.ssl.SslContextBuilder;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;

import javax.net.ssl.KeyManagerFactory;

/** A certificate chain and its key. */
sealed interface TlsIdentity {
    /** Shows it to a server. Reads files, so not on a loop. */
    void showIn(SslContextBuilder builder) throws GeneralSecurityException, IOException;

    /** A server that shows it. Reads files, so not on a loop. */
    SslContextBuilder server() throws GeneralSecurityException, IOException;

    /** In PEM, the key in PKCS #8. */
    record Pem(Path chain, Path key, @Nullable String password) implements TlsIdentity {
        @Override
        public void showIn(SslContextBuilder builder) {
            builder.keyManager(chain.toFile(), key.toFile(), password);
        }

        @Override
        public SslContextBuilder server() {
            return SslContextBuilder.forServer(chain.toFile(), key.toFile(), password);
        }

        @Override
        public String toString() {
            return chain + " with " + key;
        }
    }

    /** In a key store: of several the JDK chooses one that suits. */
    record Store(Path file, String password) implements TlsIdentity {
        @Override
        public void showIn(SslContextBuilder builder) throws GeneralSecurityException, IOException {
            builder.keyManager(keys());
        }

        @Override
        public SslContextBuilder server() throws GeneralSecurityException, IOException {
            return SslContextBuilder.forServer(keys());
        }

        private KeyManagerFactory keys() throws GeneralSecurityException, IOException {
            var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(open(file, password), password.toCharArray());
            return factory;
        }

        @Override
        public String toString() {
            return file.toString();
        }
    }

    /** Of any kind that the JDK knows: PKCS #12, JKS. */
    static KeyStore open(Path file, @Nullable String password)
            throws GeneralSecurityException, IOException {
        KeyStore store = read(file, password);
        if (store.size() == 0) {
            throw new GeneralSecurityException(file + " is an empty key store");
        }
        return store;
    }

    private static KeyStore read(Path file, @Nullable String password)
            throws GeneralSecurityException, IOException {
        char[] characters = password == null ? null : password.toCharArray();
        try {
            return KeyStore.getInstance(file.toFile(), characters);
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                var wrong = new GeneralSecurityException("the password of " + file + " is wrong");
                wrong.addSuppressed(e);
                throw wrong;
            }
            throw e;
        }
    }
}
