package dev.weft.net;

import static dev.weft.net.TestLoop.run;
import static dev.weft.net.TestLoop.serving;
import static dev.weft.net.TestLoop.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.Task;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Connections that begin without TLS, as those of SMTP, IMAP and PostgreSQL. */
@ExtendWith(NoLeaks.class)
@ParameterizedClass
@MethodSource("dev.weft.net.TestLoop#drivers")
@Timeout(60)
class StartTlsTest {
    private static final TlsOptions TRUSTING = TlsOptions.client().trust(Certificates.authority());

    private final String driver;

    StartTlsTest(String driver) {
        this.driver = driver;
    }

    /** Greets, secures the connection when it is asked to, and then tells what it reads. */
    private static void mailServer(TcpStream peer) {
        peer.write(Bytes.utf8("220 hello\n"));
        assertThat(peer.readLine()).isEqualTo("STARTTLS");
        peer.write(Bytes.utf8("220 go on\n"));
        peer.startTls(Certificates.good());
        peer.write(Bytes.utf8("you said " + peer.readLine() + "\n"));
    }

    @Test
    void a_connection_is_secured_in_place_and_verified_for_the_host() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                StartTlsTest::mailServer,
                                port -> {
                                    try (var stream = TcpStream.connect("localhost", port)) {
                                        assertThat(stream.readLine()).isEqualTo("220 hello");
                                        stream.write(Bytes.utf8("STARTTLS\n"));
                                        assertThat(stream.readLine()).isEqualTo("220 go on");
                                        assertThat(stream.tlsInfo()).isEmpty();
                                        stream.startTls(TRUSTING);
                                        assertThat(stream.tlsInfo().orElseThrow().protocol())
                                                .isEqualTo("TLSv1.3");
                                        stream.write(Bytes.utf8("hello\n"));
                                        assertThat(stream.readLine()).isEqualTo("you said hello");
                                        assertThat(stream.readLine()).isNull();
                                    }
                                }));
    }

    @Test
    void a_client_that_does_not_wait_for_the_answer_is_understood() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> {
                                    assertThat(peer.readLine()).isEqualTo("STARTTLS");
                                    // TLS's first message has been read ahead
                                    until(() -> peer.inbound.size() > 0);
                                    peer.startTls(Certificates.good());
                                    peer.write(Bytes.utf8("welcome\n"));
                                },
                                port -> {
                                    try (var stream = TcpStream.connect("localhost", port)) {
                                        stream.write(Bytes.utf8("STARTTLS\n"));
                                        stream.startTls(TRUSTING);
                                        assertThat(stream.readLine()).isEqualTo("welcome");
                                    }
                                }));
    }

    /** CVE-2011-0411 and its like: a command slipped in before TLS must not be taken as secured. */
    @Test
    void what_was_slipped_in_before_is_not_taken_for_protected() throws Exception {
        List<Throwable> failures = new ArrayList<>();
        run(
                driver,
                () ->
                        serving(
                                peer -> {
                                    try {
                                        mailServer(peer);
                                    } catch (TlsException e) {
                                        failures.add(e);
                                        assertThat(peer.isClosed()).isTrue();
                                    }
                                },
                                port -> {
                                    try (var stream = TcpStream.connect("localhost", port)) {
                                        stream.write(Bytes.utf8("STARTTLS\nDELETE everything\n"));
                                        assertThat(stream.readLine()).isEqualTo("220 hello");
                                        assertThat(stream.readLine()).isEqualTo("220 go on");
                                        assertThatExceptionOfType(NetException.class)
                                                .isThrownBy(() -> stream.startTls(TRUSTING));
                                    }
                                    until(() -> !failures.isEmpty());
                                }));
        assertThat(failures.getFirst()).hasMessageContaining("does not speak TLS");
    }

    @Test
    void a_certificate_for_another_name_ends_the_connection() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> peer.startTls(Certificates.otherName()),
                                port -> {
                                    var stream = TcpStream.connect("localhost", port);
                                    assertThatExceptionOfType(TlsException.class)
                                            .isThrownBy(() -> stream.startTls(TRUSTING))
                                            .matches(e -> e.kind() == TlsException.Kind.NAME);
                                    assertThat(stream.isClosed()).isTrue();
                                    assertThatExceptionOfType(ConnectionClosedException.class)
                                            .isThrownBy(stream::readLine);
                                }));
    }

    @Test
    void an_end_is_noticed_and_so_is_silence() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> {
                                    if ("wait".equals(peer.readLine())) {
                                        Weft.sleep(Duration.ofDays(1));
                                    }
                                },
                                port -> {
                                    var left = TcpStream.connect("localhost", port);
                                    left.write(Bytes.utf8("go\n"));
                                    assertThatExceptionOfType(TlsException.class)
                                            .isThrownBy(() -> left.startTls(TRUSTING))
                                            .withMessageContaining("closed during the TLS");
                                    var silent = TcpStream.connect("localhost", port);
                                    silent.write(Bytes.utf8("wait\n"));
                                    assertThatExceptionOfType(TlsException.class)
                                            .isThrownBy(
                                                    () ->
                                                            silent.startTls(
                                                                    TRUSTING.handshakeTimeout(
                                                                            Duration.ofMillis(20))))
                                            .withMessageContaining("timed out");
                                    assertThat(silent.isClosed()).isTrue();
                                }));
    }

    @Test
    void a_connection_that_was_reset_before_says_so() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                ByteStream::abort,
                                port -> {
                                    var reset = TcpStream.connect("localhost", port);
                                    assertThatExceptionOfType(ConnectionResetException.class)
                                            .isThrownBy(reset::read);
                                    assertThatExceptionOfType(ConnectionResetException.class)
                                            .isThrownBy(() -> reset.startTls(TRUSTING));
                                    assertThat(reset.isClosed()).isTrue();
                                }));
    }

    @Test
    void cancelled_it_leaves_a_stream_that_is_closed() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> Weft.sleep(Duration.ofDays(1)),
                                port -> {
                                    var stream = TcpStream.connect("localhost", port);
                                    Weft.group(
                                            group -> {
                                                Task<?> securing =
                                                        group.start(
                                                                () -> stream.startTls(TRUSTING));
                                                until(stream::isBeingRead);
                                                securing.cancel("changed my mind");
                                                var _ = securing.outcome();
                                            });
                                    assertThat(stream.isClosed()).isTrue();
                                }));
    }

    @Test
    void it_is_refused_where_it_can_not_be() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                StartTlsTest::mailServer,
                                port -> {
                                    try (var stream = TcpStream.connect("localhost", port)) {
                                        stream.readLine();
                                        Weft.group(
                                                group -> {
                                                    Task<?> reader =
                                                            group.start(
                                                                    () ->
                                                                            stream.readUntil(
                                                                                            new byte
                                                                                                    [] {
                                                                                                10
                                                                                            },
                                                                                            100)
                                                                                    .close());
                                                    until(stream::isBeingRead);
                                                    assertThatIllegalStateException()
                                                            .isThrownBy(
                                                                    () -> stream.startTls(TRUSTING))
                                                            .withMessageContaining("is being read");
                                                    stream.write(Bytes.utf8("STARTTLS\n"));
                                                    reader.await();
                                                });
                                        stream.startTls(TRUSTING);
                                        assertThatIllegalStateException()
                                                .isThrownBy(() -> stream.startTls(TRUSTING))
                                                .withMessageContaining("has TLS already");
                                        stream.write(Bytes.utf8("still here\n"));
                                        assertThat(stream.readLine())
                                                .isEqualTo("you said still here");
                                    }
                                }));
    }

    @Test
    void nobody_else_reads_or_writes_meanwhile() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                StartTlsTest::mailServer,
                                port -> {
                                    try (var stream = TcpStream.connect("localhost", port)) {
                                        stream.readLine();
                                        stream.write(Bytes.utf8("STARTTLS\n"));
                                        stream.readLine();
                                        Weft.group(
                                                group -> {
                                                    group.start(() -> stream.startTls(TRUSTING));
                                                    Weft.checkpoint();
                                                    assertThat(stream.isBeingRead()).isTrue();
                                                    assertThatIllegalStateException()
                                                            .isThrownBy(
                                                                    () ->
                                                                            stream.startTls(
                                                                                    TRUSTING));
                                                    assertThatIllegalStateException()
                                                            .isThrownBy(
                                                                    () ->
                                                                            stream.write(
                                                                                    new byte[1]));
                                                });
                                        stream.write(Bytes.utf8("one\n"));
                                        assertThat(stream.readLine()).isEqualTo("you said one");
                                    }
                                }));
    }

    @Test
    void a_server_needs_a_key_and_loses_nothing_without() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> {
                                    assertThatIllegalArgumentException()
                                            .isThrownBy(() -> peer.startTls(TRUSTING))
                                            .withMessageContaining("TlsOptions.server");
                                    peer.write(Bytes.utf8("still here\n"));
                                },
                                port -> {
                                    try (var stream = TcpStream.connect("localhost", port)) {
                                        assertThat(stream.readLine()).isEqualTo("still here");
                                    }
                                }));
    }
}
