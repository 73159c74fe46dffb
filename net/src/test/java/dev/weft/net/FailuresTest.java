package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelException;
import io.netty.handler.ssl.NotSslRecordException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** What people read when something on the network fails. */
class FailuresTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    finishConnect(..) failed with error(-111): Verbindungsaufbau abgelehnt | connection refused
                    recvAddress(..) failed with error(-104): Connection reset by peer | connection reset by peer
                    writevAddresses(..) failed with error(-32): Broken pipe           | broken pipe
                    connect(..) failed with error(-101): Network is unreachable       | network unreachable
                    connect(..) failed with error(-113): No route to host             | no route to host
                    connect(..) failed with error(-110): Connection timed out         | connection timed out
                    bind(..) failed with error(-98): Address already in use           | address already in use
                    bind(..) failed with error(-13): Permission denied                | permission denied
                    accept(..) failed with error(-24): Too many open files            | too many open files
                    foo(..) failed with error(-131): State not recoverable            | state not recoverable
                    Connection reset                                                  | connection reset by peer
                    Connection refused                                                | connection refused
                    NotAfter: Mon Jan 01 2020                                         | NotAfter: Mon Jan 01 2020
                    PKIX path building failed                                         | PKIX path building failed
                    """)
    void the_systems_failures_are_told_without_the_call_that_met_them(
            String message, String expected) {
        assertThat(Failures.text(new SocketException(message))).isEqualTo(expected);
        assertThat(
                        Failures.text(
                                new UncheckedIOException(
                                        new IOException(new SocketException(message)))))
                .isEqualTo(expected);
    }

    @Test
    void a_failure_without_words_is_told_without_its_class() {
        assertThat(Failures.text(new ClosedChannelException()))
                .isEqualTo("the connection was closed");
        assertThat(Failures.text(new IOException(new ClosedChannelException())))
                .isEqualTo("the connection was closed");
        assertThat(Failures.text(new UnresolvedAddressException())).isEqualTo("unresolved address");
        assertThat(Failures.text(new NoRouteToHostException())).isEqualTo("no route to host");
        assertThat(Failures.text(new IllegalStateException(new NullPointerException())))
                .isEqualTo("null pointer");
    }

    @Test
    void nothing_is_long_or_has_control_characters() {
        String text = Failures.text(new IOException("\u001b[31m" + "x".repeat(5000)));

        assertThat(text).hasSizeLessThan(300).doesNotContain("\u001b").endsWith("…");
    }

    @Test
    void what_is_not_TLS_is_not_shown() {
        var noTls =
                new SSLException(
                        new NotSslRecordException("not an SSL/TLS record: " + "4854".repeat(999)));

        assertThat(Failures.ofTls("h:443", noTls, "the server").reason())
                .isEqualTo("the server does not speak TLS");
        assertThat(NetException.of("h:443", noTls))
                .isInstanceOf(TlsException.class)
                .hasMessage("h:443: the other side does not speak TLS");
    }

    @Test
    void an_end_within_the_TLS_handshake_is_told_as_such() {
        for (Throwable end :
                List.of(
                        new ClosedChannelException(),
                        new SSLHandshakeException(
                                "Connection closed while SSL/TLS handshake was in progress"))) {
            assertThat(Failures.ofTls("h:443", end, "the server"))
                    .hasMessage("h:443: the connection was closed during the TLS handshake");
        }
    }

    @Test
    void each_failure_of_a_connection_has_its_class() {
        assertThat(NetException.of("h:1", new SocketException("Connection reset")))
                .isInstanceOf(ConnectionResetException.class)
                .hasMessage("h:1: connection reset by peer");
        assertThat(NetException.of("h:1", new ClosedChannelException()))
                .isInstanceOf(ConnectionClosedException.class)
                .hasMessage("h:1: the connection was closed");
        assertThat(
                        NetException.of(
                                "h:1",
                                new IllegalStateException(new SSLException("Received alert"))))
                .isInstanceOf(TlsException.class);
        NetException before = NetException.of("h:1", new ClosedChannelException());
        assertThat(NetException.of("other", before)).isSameAs(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Connection refused                                         | PORT_UNREACHABLE
                    sendToAddress(..) failed with error(-111): Verweigert      | PORT_UNREACHABLE
                    Network is unreachable                                     | UNREACHABLE
                    sendToAddress(..) failed with error(-90): Message too long | TOO_LARGE
                    Message too long                                           | TOO_LARGE
                    io_uring sendmsg(..) failed with error(-105): No buffers   | OTHER
                    """)
    void each_failure_of_a_datagram_has_its_kind(String message, UdpException.Kind kind) {
        assertThat(Failures.ofDatagram("h:1", new IOException(message)))
                .isInstanceOfSatisfying(
                        UdpException.class, e -> assertThat(e.kind()).isEqualTo(kind));
        assertThat(Failures.ofDatagram("h:1", new ClosedChannelException()))
                .isInstanceOf(ConnectionClosedException.class);
    }

    @Test
    void addresses_that_failed_in_different_ways_are_told_apart() {
        var refused = new Failures.Attempt("::1", new ConnectException("Connection refused"));
        var away =
                new Failures.Attempt(
                        "127.0.0.1",
                        new ChannelException(new SocketException("Network is unreachable")));

        assertThat(Failures.ofConnect("h:1", List.of(refused, away)))
                .hasMessage("h:1: ::1 connection refused; 127.0.0.1 network unreachable");
        assertThat(Failures.ofConnect("h:1", List.of(refused)))
                .hasMessage("h:1: connection refused (::1)");
        assertThat(Failures.ofConnect("[::1]:1", List.of(refused)))
                .hasMessage("[::1]:1: connection refused");
    }
}
