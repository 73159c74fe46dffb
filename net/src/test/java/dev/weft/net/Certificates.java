package dev.weft.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * An authority and certificates that it has signed, made by the JDK's keytool once for all tests.
 */
final class Certificates {
    private static final String PASSWORD = "changeit";
    private static final Certificates MADE = make();

    private final Path folder;

    private Certificates(Path folder) {
        this.folder = folder;
    }

    /** The authority's own certificate. */
    static Path authority() {
        return MADE.folder.resolve("authority.pem");
    }

    /** Another one, which has signed nothing here. */
    static Path stranger() {
        return MADE.folder.resolve("stranger.pem");
    }

    /** For localhost and 127.0.0.1. */
    static TlsOptions good() {
        return MADE.server("good");
    }

    /** For localhost and 127.0.0.1, but long over. */
    static TlsOptions expired() {
        return MADE.server("expired");
    }

    /** For example.org. */
    static TlsOptions otherName() {
        return MADE.server("other");
    }

    private TlsOptions server(String name) {
        return TlsOptions.server(folder.resolve(name + ".pem"), folder.resolve(name + ".key"));
    }

    private static Certificates make() {
        try {
            Path folder = Files.createTempDirectory("weft-certificates");
            var made = new Certificates(folder);
            made.pair("authority", "-ext", "bc:c=ca:true");
            made.pair("stranger", "-ext", "bc:c=ca:true");
            made.keytool("-exportcert", "-rfc", "-alias", "authority", "-file", "authority.pem");
            made.keytool("-exportcert", "-rfc", "-alias", "stranger", "-file", "stranger.pem");
            String here = "san=dns:localhost,ip:127.0.0.1";
            made.signed("good", here, "-validity", "3650");
            made.signed("expired", here, "-startdate", "2020/01/01 00:00:00", "-validity", "1");
            made.signed("other", "san=dns:example.org", "-validity", "3650");
            made.exportKeys();
            made.deleteAtExit();
            return made;
        } catch (IOException | InterruptedException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void signed(String name, String ext, String... validity)
            throws IOException, InterruptedException {
        pair(name);
        keytool("-certreq", "-alias", name, "-file", name + ".csr");
        var arguments =
                new ArrayList<>(List.of("-gencert", "-rfc", "-alias", "authority", "-ext", ext));
        arguments.addAll(List.of("-infile", name + ".csr", "-outfile", name + ".pem"));
        arguments.addAll(List.of(validity));
        keytool(arguments.toArray(String[]::new));
    }

    private void pair(String name, String... more) throws IOException, InterruptedException {
        var arguments =
                new ArrayList<>(List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name));
        arguments.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "3650"));
        arguments.addAll(List.of(more));
        keytool(arguments.toArray(String[]::new));
    }

    private void keytool(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(
                List.of(
                        "-keystore",
                        "store.p12",
                        "-storepass",
                        PASSWORD,
                        "-J-XX:TieredStopAtLevel=1"));
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        String output =
                new String(
                        process.getInputStream().readAllBytes(),
                        java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command + ": " + output);
        }
    }

    private void exportKeys() throws IOException, GeneralSecurityException {
        KeyStore store =
                KeyStore.getInstance(folder.resolve("store.p12").toFile(), PASSWORD.toCharArray());
        for (String name : List.of("good", "expired", "other")) {
            byte[] key = store.getKey(name, PASSWORD.toCharArray()).getEncoded();
            String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
            Files.writeString(
                    folder.resolve(name + ".key"),
                    "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n");
        }
    }

    private void deleteAtExit() throws IOException {
        folder.toFile().deleteOnExit();
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(file -> file.toFile().deleteOnExit());
        }
    }
}
