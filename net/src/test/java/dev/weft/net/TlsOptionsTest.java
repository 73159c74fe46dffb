package dev.weft.net;

import static dev.weft.net.TestLoop.run;
import static dev.weft.net.TestLoop.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Weft;

import io.netty.util.ReferenceCounted;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Trust, keys, names, versions and engines; what follows from them shows in a handshake. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class TlsOptionsTest {
    private static final TlsOptions TRUSTING = TlsOptions.client().trust(Certificates.authority());

    private static void connected(TlsOptions server, TlsOptions client, Check check)
            throws Exception {
        run(
                TestLoop.driver(),
                () ->
                        serving(
                                ServerOptions.of("127.0.0.1", 0).tls(server),
                                TestLoop::echo,
                                port -> {
                                    var options = ConnectOptions.of("localhost", port).tls(client);
                                    try (var stream = TcpStream.connect(options)) {
                                        stream.write(new byte[] {42});
                                        try (Bytes back = stream.readExactly(1)) {
                                            assertThat(back.at(0)).isEqualTo((byte) 42);
                                        }
                                        check.check(stream.tlsInfo().orElseThrow());
                                    }
                                }));
    }

    private interface Check {
        void check(TlsInfo info) throws Exception;
    }

    private static TlsException refused(TlsOptions server, TlsOptions client) throws Exception {
        var failure = new TlsException[1];
        run(
                TestLoop.driver(),
                () ->
                        serving(
                                ServerOptions.of("127.0.0.1", 0).tls(server),
                                TestLoop::echo,
                                port ->
                                        assertThatExceptionOfType(TlsException.class)
                                                .isThrownBy(
                                                        () ->
                                                                TcpStream.connect(
                                                                                ConnectOptions.of(
                                                                                                "localhost",
                                                                                                port)
                                                                                        .tls(
                                                                                                client))
                                                                        .readExactly(1))
                                                .satisfies(e -> failure[0] = e)));
        return failure[0];
    }

    private static String nameOfPeer(TlsInfo info) {
        var certificate = (X509Certificate) info.peerCertificates().getFirst();
        return certificate.getSubjectX500Principal().getName();
    }

    // ---- keys and trust

    @Test
    void key_stores_serve_and_are_trusted() throws Exception {
        connected(
                TlsOptions.server(Certificates.goodStore(), Certificates.PASSWORD),
                TlsOptions.client().trust(Certificates.trustStore(), Certificates.PASSWORD),
                info -> assertThat(nameOfPeer(info)).isEqualTo("CN=good"));
    }

    @Test
    void a_client_shows_the_certificate_of_a_key_store() throws Exception {
        connected(
                Certificates.good().trust(Certificates.trustStore(), Certificates.PASSWORD),
                TRUSTING.key(Certificates.goodStore(), Certificates.PASSWORD),
                info -> {});
    }

    @Test
    void a_key_may_be_encrypted() throws Exception {
        connected(
                TlsOptions.client()
                        .key(
                                Certificates.chain("good"),
                                Certificates.encryptedKey("good"),
                                Certificates.PASSWORD),
                TRUSTING,
                info -> {});
    }

    @Test
    void what_cannot_be_opened_is_named() throws Exception {
        TlsOptions locked = TlsOptions.server(Certificates.goodStore(), "guess");
        run(
                TestLoop.driver(),
                () ->
                        assertThatExceptionOfType(TlsException.class)
                                .isThrownBy(
                                        () ->
                                                TcpServer.listen(
                                                        ServerOptions.of("127.0.0.1", 0)
                                                                .tls(locked)))
                                .withMessageContaining("good.p12")
                                .withMessageContaining("good.p12 is wrong"));
        assertThat(locked.toString()).contains("good.p12").doesNotContain("guess");
        assertThat(refused(Certificates.good(), TlsOptions.client().trust(Path.of("/dev/null"))))
                .hasMessageContaining("/dev/null has no certificate in PEM");
    }

    @Test
    void a_certificate_that_is_not_taken_is_told_with_its_issuer_and_dates() throws Exception {
        assertThat(refused(Certificates.expired(), TRUSTING))
                .hasMessageContaining("CN=expired, issued by CN=authority, valid from 2020-01-0")
                .matches(e -> e.kind() == TlsException.Kind.CERTIFICATE);
        assertThat(refused(Certificates.good(), TlsOptions.client().trust(Certificates.stranger())))
                .hasMessageContaining("CN=good, issued by CN=authority")
                .hasMessageContaining("unable to find valid certification path");
    }

    // ---- names

    @Test
    void a_server_shows_what_is_for_the_name_that_the_client_asks_for() throws Exception {
        TlsOptions several =
                Certificates.good()
                        .forName("example.org", Certificates.otherName())
                        .forName("*.example.net", Certificates.expired());
        connected(
                several,
                TRUSTING.serverName("example.org"),
                info -> assertThat(nameOfPeer(info)).isEqualTo("CN=other"));
        connected(several, TRUSTING, info -> assertThat(nameOfPeer(info)).isEqualTo("CN=good"));
        connected(
                several,
                TRUSTING.serverName("some.example.net").insecure(),
                info -> assertThat(nameOfPeer(info)).isEqualTo("CN=expired"));
    }

    @Test
    void a_name_is_no_way_around_the_certificate_that_a_server_demands() throws Exception {
        for (TlsOptions demanding :
                List.of(
                        Certificates.good()
                                .trust(Certificates.authority())
                                .forName("example.org", Certificates.otherName()),
                        Certificates.good()
                                .forName("example.org", Certificates.otherName())
                                .trust(Certificates.authority()))) {
            connected(
                    demanding,
                    TRUSTING.serverName("example.org")
                            .key(Certificates.goodStore(), Certificates.PASSWORD),
                    info -> assertThat(nameOfPeer(info)).isEqualTo("CN=other"));
            assertThat(refused(demanding, TRUSTING.serverName("example.org")).kind())
                    .isEqualTo(TlsException.Kind.HANDSHAKE);
        }
    }

    @Test
    void the_name_to_verify_may_be_another_than_the_host() throws Exception {
        connected(
                Certificates.otherName(),
                TRUSTING.serverName("example.org"),
                info -> assertThat(nameOfPeer(info)).isEqualTo("CN=other"));
        assertThat(refused(Certificates.good(), TRUSTING.serverName("example.org")).kind())
                .isEqualTo(TlsException.Kind.NAME);
    }

    @Test
    void anyName_verifies_the_chain_alone() throws Exception {
        connected(Certificates.otherName(), TRUSTING.anyName(), info -> {});
        assertThat(
                        refused(
                                        Certificates.otherName(),
                                        TlsOptions.client()
                                                .trust(Certificates.stranger())
                                                .anyName())
                                .kind())
                .isEqualTo(TlsException.Kind.CERTIFICATE);
    }

    // ---- how

    @Test
    void a_version_alone_can_be_asked_for() throws Exception {
        connected(
                Certificates.good(),
                TRUSTING.versions("TLSv1.2"),
                info -> assertThat(info.protocol()).isEqualTo("TLSv1.2"));
        assertThat(refused(Certificates.good().versions("TLSv1.3"), TRUSTING.versions("TLSv1.2")))
                .matches(e -> e.kind() == TlsException.Kind.HANDSHAKE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TRUSTING.versions("TLSv1.1"))
                .withMessageContaining("TLSv1.1");
    }

    @Test
    void openssl_takes_the_jdks_place_on_either_side() throws Exception {
        assumeTrue(TlsEngine.OPENSSL.isAvailable(), "netty-tcnative has none for this machine");
        TlsOptions server = Certificates.good().engine(TlsEngine.OPENSSL).alpn("h2");
        TlsOptions client = TRUSTING.engine(TlsEngine.OPENSSL).alpn("h2");
        connected(server, client, info -> assertThat(info.applicationProtocol()).isEqualTo("h2"));
        connected(server, TRUSTING, info -> assertThat(info.protocol()).isEqualTo("TLSv1.3"));
        connected(
                Certificates.good(),
                client,
                info -> assertThat(nameOfPeer(info)).isEqualTo("CN=good"));
        assertThat(refused(Certificates.expired(), client))
                .hasMessageContaining("CN=expired")
                .matches(e -> e.kind() == TlsException.Kind.CERTIFICATE);
        assertThat(refused(Certificates.otherName(), client).kind())
                .isEqualTo(TlsException.Kind.NAME);
    }

    @Test
    void openssls_memory_goes_with_the_options() throws Exception {
        assumeTrue(TlsEngine.OPENSSL.isAvailable(), "netty-tcnative has none for this machine");
        List<ReferenceCounted> contexts = contextsOfOptionsUsedOnce();
        while (contexts.stream().anyMatch(context -> context.refCnt() > 0)) {
            System.gc();
            Thread.sleep(1);
        }
    }

    private static List<ReferenceCounted> contextsOfOptionsUsedOnce() throws Exception {
        TlsOptions client = TRUSTING.engine(TlsEngine.OPENSSL);
        TlsOptions server =
                Certificates.good()
                        .forName("example.org", Certificates.otherName())
                        .engine(TlsEngine.OPENSSL);
        connected(server, client, info -> {});
        TlsContext.Side side = server.context().prepared(true);
        return List.of(
                contextOf(client),
                (ReferenceCounted) Objects.requireNonNull(side.unnamed),
                (ReferenceCounted) Objects.requireNonNull(side.byName).map("example.org"));
    }

    private static ReferenceCounted contextOf(TlsOptions client) {
        return (ReferenceCounted) Objects.requireNonNull(client.context().prepared(false).unnamed);
    }

    @Test
    void a_connection_by_openssl_outlives_its_options() throws Exception {
        assumeTrue(TlsEngine.OPENSSL.isAvailable(), "netty-tcnative has none for this machine");
        run(
                TestLoop.driver(),
                () ->
                        serving(
                                ServerOptions.of("127.0.0.1", 0).tls(Certificates.good()),
                                TestLoop::echo,
                                port -> {
                                    var contexts = new ArrayList<ReferenceCounted>();
                                    try (var stream = connectByOpenSsl(port, contexts)) {
                                        ReferenceCounted context = contexts.getFirst();
                                        while (context.refCnt() > 1) {
                                            System.gc();
                                            Weft.sleep(Duration.ofMillis(1));
                                        }
                                        stream.write(new byte[] {42});
                                        stream.readExactly(1).close();
                                        assertThat(context.refCnt()).isEqualTo(1);
                                    }
                                }));
    }

    /** With options that nobody has afterwards. */
    private static TcpStream connectByOpenSsl(int port, List<ReferenceCounted> contexts) {
        TlsOptions client = TRUSTING.engine(TlsEngine.OPENSSL);
        var stream = TcpStream.connect(ConnectOptions.of("localhost", port).tls(client));
        contexts.add(contextOf(client));
        return stream;
    }

    @Test
    void a_client_that_never_speaks_is_given_up() throws Exception {
        run(
                TestLoop.driver(),
                () ->
                        serving(
                                ServerOptions.of("127.0.0.1", 0)
                                        .tls(
                                                Certificates.good()
                                                        .handshakeTimeout(Duration.ofMillis(20))),
                                TestLoop::echo,
                                port -> {
                                    try (var silent = TcpStream.connect("127.0.0.1", port)) {
                                        assertThat(silent.read().isEmpty()).isTrue();
                                    }
                                }));
    }

    @Test
    void options_that_can_not_work_are_refused_at_once() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServerOptions.of("localhost", 1).tls(TRUSTING))
                .withMessageContaining("TlsOptions.server");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Certificates.good().forName("example.org", TRUSTING))
                .withMessageContaining("example.org");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Certificates.good().forName("*", Certificates.otherName()))
                .withMessageContaining("'*'");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                ConnectOptions.of("a", 1)
                                        .tls(TRUSTING.forName("b", Certificates.otherName())))
                .withMessageContaining("serverName");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TRUSTING.serverName(""))
                .withMessageContaining("anyName()");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TRUSTING.handshakeTimeout(Duration.ZERO));
    }
}
