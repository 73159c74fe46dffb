package dev.weft.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A certificate for one host that nobody else has signed, made by the JDK's keytool. */
record SelfSigned(Path certificate, Path key) {
    private static final String PASSWORD = "changeit";

    TlsOptions server() {
        return TlsOptions.server(certificate, key);
    }

    /** Trusts it and no other. */
    TlsOptions client() {
        return TlsOptions.client().trust(certificate);
    }

    static SelfSigned of(String host) {
        try {
            Path folder = Files.createTempDirectory("weft-certificate");
            Path store = folder.resolve("store.p12");
            keytool(
                    "-genkeypair",
                    store,
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=" + host,
                    "-ext",
                    "san=dns:" + host);
            Path certificate = folder.resolve("certificate.pem");
            keytool("-exportcert", store, "-rfc", "-file", certificate.toString());
            Path key = folder.resolve("key.pem");
            byte[] bytes =
                    KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray())
                            .getKey("one", PASSWORD.toCharArray())
                            .getEncoded();
            Files.writeString(
                    key,
                    "-----BEGIN PRIVATE KEY-----\n"
                            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
                            + "\n-----END PRIVATE KEY-----\n");
            for (Path file : List.of(folder, store, certificate, key)) {
                file.toFile().deleteOnExit();
            }
            return new SelfSigned(certificate, key);
        } catch (IOException | InterruptedException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void keytool(String what, Path store, String... more)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(what, "-alias", "one", "-storepass", PASSWORD));
        command.addAll(List.of("-keystore", store.toString(), "-J-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("keytool: " + command);
        }
    }
}
