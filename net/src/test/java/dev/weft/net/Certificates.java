package dev.weft.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * An authority and certificates that it has signed, made by the JDK's keytool once for all tests.
 */
final class Certificates {
    static final String PASSWORD = "changeit";
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

    /** A key store with the good one. */
    static Path goodStore() {
        return MADE.folder.resolve("good.p12");
    }

    /** A key store with the authority's certificate. */
    static Path trustStore() {
        return MADE.folder.resolve("trust.p12");
    }

    static Path chain(String name) {
        return MADE.folder.resolve(name + ".pem");
    }

    /** Encrypted with the password. */
    static Path encryptedKey(String name) {
        return MADE.folder.resolve(name + ".encrypted");
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
            Files.writeString(folder.resolve(name + ".encrypted"), encrypted(key));
        }
        exportStores(store);
    }

    private static String encrypted(byte[] key) throws IOException, GeneralSecurityException {
        String algorithm = "PBEWithSHA1AndDESede";
        var secret =
                SecretKeyFactory.getInstance(algorithm)
                        .generateSecret(new PBEKeySpec(PASSWORD.toCharArray()));
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(Cipher.ENCRYPT_MODE, secret);
        byte[] whole =
                new EncryptedPrivateKeyInfo(cipher.getParameters(), cipher.doFinal(key))
                        .getEncoded();
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(whole);
        return "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                + text
                + "\n-----END ENCRYPTED PRIVATE KEY-----\n";
    }

    private void exportStores(KeyStore all) throws IOException, GeneralSecurityException {
        char[] password = PASSWORD.toCharArray();
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        try (InputStream signed = Files.newInputStream(folder.resolve("good.pem"))) {
            Certificate certificate =
                    CertificateFactory.getInstance("X.509").generateCertificate(signed);
            own.setKeyEntry(
                    "good",
                    all.getKey("good", password),
                    password,
                    new Certificate[] {certificate, all.getCertificate("authority")});
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", all.getCertificate("authority"));
        save(own, folder.resolve("good.p12"));
        save(trusted, folder.resolve("trust.p12"));
    }

    private static void save(KeyStore store, Path file)
            throws IOException, GeneralSecurityException {
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
    }

    private void deleteAtExit() throws IOException {
        folder.toFile().deleteOnExit();
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(file -> file.toFile().deleteOnExit());
        }
    }
}
