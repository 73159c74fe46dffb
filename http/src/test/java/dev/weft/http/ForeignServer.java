package dev.weft.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import dev.weft.net.TlsOptions;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * The JDK's server, which is not of this project. {@code /hello} says hello, {@code /echo} the
 * body, {@code /chunks} a long text in chunks.
 */
final class ForeignServer implements AutoCloseable {

    static final String LONG = "the quick brown fox ".repeat(5000);

    private static final char[] PASSWORD = "secret".toCharArray();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Path directory;

    private ForeignServer(HttpServer server, Path directory) {
        this.server = server;
        this.directory = directory;
        server.setExecutor(threads);
        server.createContext("/hello", exchange -> answer(exchange, 200, "hello"));
        server.createContext(
                "/echo",
                exchange -> {
                    String type = exchange.getRequestHeaders().getFirst("Content-Type");
                    exchange.getResponseHeaders().add("X-Method", exchange.getRequestMethod());
                    exchange.getResponseHeaders().add("X-Type", String.valueOf(type));
                    exchange.getResponseHeaders()
                            .add(
                                    "X-Length",
                                    String.valueOf(
                                            exchange.getRequestHeaders()
                                                    .getFirst("Content-Length")));
                    answer(
                            exchange,
                            200,
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8));
                });
        server.createContext(
                "/chunks",
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write(LONG.getBytes(StandardCharsets.UTF_8));
                    exchange.close();
                });
        server.start();
    }

    static ForeignServer plain() throws IOException {
        return new ForeignServer(
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0),
                Files.createTempDirectory("weft"));
    }

    /** With a certificate for localhost that it signed itself. */
    static ForeignServer tls() throws Exception {
        Path directory = Files.createTempDirectory("weft");
        Path store = directory.resolve("keys.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "server",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "SAN=dns:localhost",
                                "-validity",
                                "2",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                "secret")
                        .redirectErrorStream(true)
                        .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException(said);
        }
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        String pem =
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getCertificate("server").getEncoded())
                        + "\n-----END CERTIFICATE-----\n";
        Files.writeString(directory.resolve("certificate.pem"), pem);
        Files.writeString(
                directory.resolve("key.pem"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getKey("server", PASSWORD).getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return new ForeignServer(server, directory);
    }

    /** Of the server with TLS, for sockets of one's own. */
    SSLContext context() {
        return ((HttpsServer) server).getHttpsConfigurator().getSSLContext();
    }

    /** For a server of this project: the same certificate. */
    TlsOptions showing() {
        return TlsOptions.server(
                directory.resolve("certificate.pem"), directory.resolve("key.pem"));
    }

    TlsOptions trusting() {
        return TlsOptions.client().trust(directory.resolve("certificate.pem"));
    }

    String url(String path) {
        boolean secure = server instanceof HttpsServer;
        return (secure ? "https://localhost:" : "http://127.0.0.1:")
                + server.getAddress().getPort()
                + path;
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() throws IOException {
        server.stop(0);
        threads.shutdownNow();
        for (String name : new String[] {"keys.p12", "certificate.pem", "key.pem"}) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.delete(directory);
    }
}
