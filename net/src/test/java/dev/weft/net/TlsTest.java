package dev.weft.net;

import static dev.weft.net.TestLoop.openChannels;
import static dev.weft.net.TestLoop.run;
import static dev.weft.net.TestLoop.serving;
import static dev.weft.net.TestLoop.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.Weft;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCounted;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeoutException;

@ExtendWith(NoLeaks.class)
@ParameterizedClass
@MethodSource("dev.weft.net.TestLoop#drivers")
@Timeout(60)
class TlsTest {
    private static final TlsOptions TRUSTING = TlsOptions.client().trust(Certificates.authority());

    private final String driver;

    TlsTest(String driver) {
        this.driver = driver;
    }

    private static ServerOptions server(TlsOptions tls) {
        return ServerOptions.of("127.0.0.1", 0).tls(tls);
    }

    private static TcpStream connect(String host, int port, TlsOptions tls) {
        return TcpStream.connect(ConnectOptions.of(host, port).tls(tls));
    }

    private void refuses(TlsOptions server, TlsOptions client, TlsException.Kind kind, String why)
            throws Exception {
        run(
                driver,
                () ->
                        serving(
                                server(server),
                                TestLoop::echo,
                                port ->
                                        assertThatExceptionOfType(TlsException.class)
                                                .isThrownBy(
                                                        () -> connect("localhost", port, client))
                                                .matches(e -> e.kind() == kind)
                                                .withMessageStartingWith("localhost:" + port + ": ")
                                                .withMessageContaining(why)));
    }

    // ---- who is trusted

    @Test
    void an_unknown_authority_is_refused() throws Exception {
        refuses(
                Certificates.good(),
                TlsOptions.client(),
                TlsException.Kind.CERTIFICATE,
                "unable to find valid certification path");
    }

    @Test
    void trusting_one_authority_does_not_trust_another() throws Exception {
        refuses(
                Certificates.good(),
                TlsOptions.client().trust(Certificates.stranger()),
                TlsException.Kind.CERTIFICATE,
                "certificate is not accepted");
    }

    @Test
    void a_certificate_for_another_name_is_refused() throws Exception {
        refuses(Certificates.otherName(), TRUSTING, TlsException.Kind.NAME, "for another name");
    }

    @Test
    void an_expired_certificate_is_refused() throws Exception {
        refuses(Certificates.expired(), TRUSTING, TlsException.Kind.CERTIFICATE, "NotAfter");
    }

    @Test
    void insecure_accepts_them_all() throws Exception {
        for (TlsOptions server :
                new TlsOptions[] {Certificates.otherName(), Certificates.expired()}) {
            run(
                    driver,
                    () ->
                            serving(
                                    server(server),
                                    TestLoop::echo,
                                    port ->
                                            connect(
                                                            "localhost",
                                                            port,
                                                            TlsOptions.client().insecure())
                                                    .close()));
        }
    }

    @Test
    void a_server_that_trusts_demands_a_certificate() throws Exception {
        TlsOptions demanding = Certificates.good().trust(Certificates.authority());
        run(
                driver,
                () ->
                        serving(
                                server(demanding),
                                TestLoop::echo,
                                port -> {
                                    try (var stream =
                                            connect(
                                                    "localhost",
                                                    port,
                                                    Certificates.good()
                                                            .trust(Certificates.authority()))) {
                                        stream.write(new byte[1]);
                                        stream.readExactly(1).close();
                                    }
                                    assertThatExceptionOfType(TlsException.class)
                                            .isThrownBy(
                                                    () -> {
                                                        try (var stream =
                                                                connect(
                                                                        "localhost",
                                                                        port,
                                                                        TRUSTING)) {
                                                            stream.readExactly(1);
                                                        }
                                                    })
                                            .matches(e -> e.kind() == TlsException.Kind.HANDSHAKE);
                                }));
    }

    // ---- who breaks off

    /** The leak detector, at the end of the class, has the last word. */
    @Test
    void what_a_server_said_before_it_hung_up_is_released() throws Exception {
        try (var server = new HangUp("220 I speak first, and not TLS\r\n")) {
            run(
                    driver,
                    () ->
                            Weft.forEach(
                                    Collections.nCopies(300, server.port()),
                                    10,
                                    port ->
                                            assertThatExceptionOfType(NetException.class)
                                                    .isThrownBy(
                                                            () ->
                                                                    connect(
                                                                            "localhost",
                                                                            port,
                                                                            TRUSTING))));
        }
    }

    @Test
    void a_server_that_hangs_up_before_the_handshake_is_noticed_at_once() throws Exception {
        try (var server = new HangUp("")) {
            run(
                    driver,
                    () ->
                            Weft.forEach(
                                    Collections.nCopies(300, server.port()),
                                    10,
                                    port ->
                                            assertThatExceptionOfType(TlsException.class)
                                                    .isThrownBy(
                                                            () ->
                                                                    connect(
                                                                            "localhost",
                                                                            port,
                                                                            TRUSTING))
                                                    .matches(
                                                            e ->
                                                                    e.kind()
                                                                            == TlsException.Kind
                                                                                    .HANDSHAKE)
                                                    .withMessageMatching(
                                                            "localhost:\\d+: (the connection was"
                                                                    + " closed during the TLS"
                                                                    + " handshake|TLS failed"
                                                                    + " \\((connection reset by"
                                                                    + " peer|broken pipe)\\))")));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_connection_that_is_closed_already_cannot_be_secured(boolean asServer) throws Exception {
        secureClosed(asServer ? Certificates.good() : TRUSTING, asServer);
    }

    /** An engine counts as one that uses its context. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_connection_that_is_closed_already_costs_no_engine_of_openssl(boolean asServer)
            throws Exception {
        assumeTrue(TlsEngine.OPENSSL.isAvailable(), "netty-tcnative has none for this machine");
        TlsOptions tls = (asServer ? Certificates.good() : TRUSTING).engine(TlsEngine.OPENSSL);
        secureClosed(tls, asServer);
        var context = (ReferenceCounted) tls.context().prepared(asServer).unnamed;
        assertThat(Objects.requireNonNull(context).refCnt()).isEqualTo(1);
    }

    private void secureClosed(TlsOptions tls, boolean asServer) throws Exception {
        run(
                driver,
                () ->
                        serving(
                                TestLoop::echo,
                                port -> {
                                    NettyDriver netty = NettyDriver.current("test");
                                    SocketChannel channel =
                                            new HappyEyeballs(
                                                            netty,
                                                            ConnectOptions.of("127.0.0.1", port),
                                                            netty.dns
                                                                    .client(null)
                                                                    .lookup("127.0.0.1"))
                                                    .connect(() -> {});
                                    netty.closeNow(channel);
                                    Link link =
                                            new Link("there", "localhost", port, asServer, channel);
                                    var handshake = new Handshake(netty, tls, link);
                                    assertThatExceptionOfType(TlsException.class)
                                            .isThrownBy(handshake::perform)
                                            .withMessage(
                                                    "there: the connection was closed during the"
                                                            + " TLS handshake");
                                }));
    }

    @Test
    void a_server_that_does_not_speak_TLS_is_told_in_few_words() throws Exception {
        try (var server = new HangUp("SSH-2.0-OpenSSH_9.6\r\n".repeat(200))) {
            run(
                    driver,
                    () ->
                            assertThatExceptionOfType(TlsException.class)
                                    .isThrownBy(() -> connect("localhost", server.port(), TRUSTING))
                                    .withMessageMatching(
                                            "localhost:\\d+: (the server does not speak TLS"
                                                    + "|TLS failed \\(connection reset by peer\\)"
                                                    + "|the connection was closed during the TLS"
                                                    + " handshake)"));
        }
    }

    // ---- bytes

    @Test
    void a_megabyte_goes_both_ways() throws Exception {
        byte[] sent = new byte[1 << 20];
        new Random(2).nextBytes(sent);
        run(
                driver,
                () ->
                        serving(
                                server(Certificates.good()),
                                TestLoop::echo,
                                port -> {
                                    try (var stream = connect("127.0.0.1", port, TRUSTING)) {
                                        Weft.group(
                                                group -> {
                                                    group.start(() -> stream.write(sent));
                                                    try (Bytes back =
                                                            stream.readExactly(sent.length)) {
                                                        assertThat(back.toArray()).isEqualTo(sent);
                                                    }
                                                });
                                        TlsInfo info = stream.tlsInfo().orElseThrow();
                                        assertThat(info.protocol()).isEqualTo("TLSv1.3");
                                        assertThat(info.applicationProtocol()).isEmpty();
                                        assertThat(info.peerCertificates()).hasSize(1);
                                    }
                                }));
    }

    @Test
    void both_sides_learn_what_ALPN_chose() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                server(Certificates.good().alpn("h2", "http/1.1")),
                                peer ->
                                        peer.write(
                                                Bytes.utf8(
                                                        peer.tlsInfo()
                                                                .orElseThrow()
                                                                .applicationProtocol())),
                                port -> {
                                    try (var stream =
                                            connect(
                                                    "localhost",
                                                    port,
                                                    TRUSTING.alpn("x", "http/1.1"))) {
                                        assertThat(
                                                        stream.tlsInfo()
                                                                .orElseThrow()
                                                                .applicationProtocol())
                                                .isEqualTo("http/1.1");
                                        assertThat(stream.readLine()).isEqualTo("http/1.1");
                                    }
                                }));
    }

    @Test
    void close_says_goodbye_and_the_other_side_sees_the_end() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                server(Certificates.good()),
                                peer -> peer.write(Bytes.utf8("all of it")),
                                port -> {
                                    try (var stream = connect("localhost", port, TRUSTING)) {
                                        assertThat(stream.input().readAllBytes())
                                                .asString()
                                                .isEqualTo("all of it");
                                    }
                                }));
    }

    @Test
    void an_end_without_goodbye_is_no_end() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                server(Certificates.good()),
                                peer -> {
                                    peer.write("half".getBytes(UTF_8));
                                    peer.flush();
                                    peer.readExactly(1).close();
                                    InsideNetty inside = InsideNetty.mark();
                                    Channel channel = peer.detach();
                                    inside.enter();
                                    try {
                                        channel.unsafe().close(channel.voidPromise());
                                    } finally {
                                        inside.exit();
                                    }
                                },
                                port -> {
                                    try (var stream = connect("localhost", port, TRUSTING)) {
                                        stream.write(new byte[1]);
                                        assertThatExceptionOfType(ConnectionClosedException.class)
                                                .isThrownBy(() -> stream.readExactly(5))
                                                .withMessageContaining("close_notify");
                                        try (Bytes half = stream.read()) {
                                            assertThat(half.toString(UTF_8)).isEqualTo("half");
                                        }
                                    }
                                }));
    }

    // ---- waiting

    @Test
    void nobody_reading_holds_the_writer_up_here_too() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                server(Certificates.good()),
                                peer -> Weft.sleep(Duration.ofDays(1)),
                                port -> {
                                    var stream = connect("localhost", port, TRUSTING);
                                    try {
                                        byte[] piece = new byte[64 * 1024];
                                        while (Weft.moveOnAfter(
                                                Duration.ofMillis(100),
                                                () -> stream.write(piece))) {
                                            // until a write waits
                                        }
                                        assertThat(stream.pendingBytes())
                                                .isBetween(1L, 256L * 1024);
                                    } finally {
                                        stream.abort();
                                    }
                                }));
    }

    @Test
    void a_peer_that_never_answers_is_left_when_a_timeout_says_so() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> Weft.sleep(Duration.ofDays(1)),
                                port -> {
                                    assertThatExceptionOfType(TimeoutException.class)
                                            .isThrownBy(
                                                    () ->
                                                            Weft.timeout(
                                                                    Duration.ofMillis(300),
                                                                    () -> {
                                                                        connect(
                                                                                "localhost",
                                                                                port,
                                                                                TRUSTING);
                                                                    }));
                                    // The server and the connection that it still holds.
                                    assertThat(openChannels()).isEqualTo(2);
                                    assertThatExceptionOfType(ConnectFailedException.class)
                                            .isThrownBy(
                                                    () ->
                                                            TcpStream.connect(
                                                                    ConnectOptions.of(
                                                                                    "localhost",
                                                                                    port)
                                                                            .tls(TRUSTING)
                                                                            .connectTimeout(
                                                                                    Duration
                                                                                            .ofMillis(
                                                                                                    300))))
                                            .withMessageContaining("TLS's handshake");
                                }));
    }

    @Test
    void cancelled_at_any_moment_of_the_handshake_it_leaves_nothing() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                server(Certificates.good()),
                                peer -> peer.read().close(),
                                port -> {
                                    for (int moment = 0; moment < 60; moment += 2) {
                                        int after = moment;
                                        Weft.group(
                                                group -> {
                                                    Task<TcpStream> connecting =
                                                            group.start(
                                                                    () ->
                                                                            connect(
                                                                                    "localhost",
                                                                                    port,
                                                                                    TRUSTING));
                                                    for (int i = 0; i < after; i++) {
                                                        Weft.checkpoint();
                                                    }
                                                    connecting.cancel("at " + after);
                                                    if (connecting.outcome()
                                                            instanceof
                                                            Outcome.Success<TcpStream>(
                                                                    TcpStream stream)) {
                                                        stream.close();
                                                    }
                                                    until(() -> openChannels() == 1);
                                                });
                                    }
                                }));
    }

    @Test
    void a_client_that_talks_nonsense_does_not_disturb_the_server() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                server(Certificates.good()),
                                TestLoop::echo,
                                port -> {
                                    try (var stream = TcpStream.connect("localhost", port)) {
                                        stream.write("GET / HTTP/1.0\r\n\r\n".getBytes(UTF_8));
                                        while (!stream.read().isEmpty()) {
                                            // an alert
                                        }
                                    } catch (ConnectionResetException e) {
                                        // or a reset
                                    }
                                    connect("localhost", port, TRUSTING).close();
                                }));
    }

    @Test
    void files_that_cannot_be_used_are_named() throws Exception {
        run(
                driver,
                () -> {
                    assertThatExceptionOfType(TlsException.class)
                            .isThrownBy(
                                    () ->
                                            connect(
                                                    "localhost",
                                                    1,
                                                    TlsOptions.client()
                                                            .trust(Path.of("/no/such.pem"))))
                            .withMessageContaining("/no/such.pem");
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> server(TlsOptions.client()))
                            .withMessageContaining("TlsOptions.server");
                });
    }
}
