package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

class FetchTlsTest {
    private static final String PASSWORD = "changeit";
    @TempDir private Path folder;

    @Test
    void should_refuse_a_certificate_that_nobody_vouches_for_unless_told_not_to_look()
            throws Exception {
        var server =
                tls().getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        try (var site = Site.on(server)) {
            var refused = Command.run("fetch", site.url("/ok/1"));
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.out()).contains("1 tls_error");
            assertThat(site.requests()).isZero();

            var insecure = Command.run("fetch", "--insecure", site.url("/ok/1"));
            assertThat(insecure.status()).isZero();
            assertThat(insecure.out()).contains("This is page 1").contains("1 ok");
        }
    }

    private SSLContext tls() throws Exception {
        var store = folder.resolve("key.p12");
        keytool(
                "-genkeypair",
                "-alias",
                "site",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD);
        var keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        line.addAll(List.of(arguments));
        assertThat(
                        new ProcessBuilder(line)
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor())
                .isZero();
    }
}
