package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Task;
import dev.weft.Weft;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.Random;

/** TLS over streams, beyond what every stream does. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class TlsStreamTest {
    private static final TlsOptions CLIENT =
            TlsOptions.client().trust(Certificates.authority()).serverName("localhost");

    /** TLS 1.3's server still has tickets to send when the client has gone. */
    @Test
    void what_a_client_said_before_it_went_is_read_by_a_server_that_comes_late() {
        Weft.run(
                () -> {
                    try (var pair = StreamPair.inMemory()) {
                        Weft.group(
                                group -> {
                                    Task<@Nullable String> server =
                                            group.start(
                                                    () -> {
                                                        try (var stream =
                                                                TlsStream.server(
                                                                        pair.right(),
                                                                        Certificates.good())) {
                                                            return stream.readLine();
                                                        }
                                                    });
                                    try (var stream = TlsStream.client(pair.left(), CLIENT)) {
                                        stream.write(Bytes.utf8("and goodbye\n"));
                                    }
                                    assertThat(server.await()).isEqualTo("and goodbye");
                                });
                    }
                });
    }

    @Test
    void a_handshake_that_nobody_answers_is_given_up_and_the_carrier_aborted() {
        Weft.run(
                () -> {
                    try (var pair = StreamPair.inMemory()) {
                        assertThatExceptionOfType(TlsException.class)
                                .isThrownBy(
                                        () ->
                                                TlsStream.client(
                                                        pair.left(),
                                                        CLIENT.handshakeTimeout(
                                                                Duration.ofMillis(20))))
                                .withMessageContaining("timed out");
                        assertThat(pair.left().isClosed()).isTrue();
                    }
                });
    }

    @Test
    void what_was_written_to_the_carrier_just_before_goes_before_TLS() {
        Weft.run(
                () ->
                        TestLoop.serving(
                                peer -> {
                                    assertThat(peer.readLine()).isEqualTo("PROXY UNKNOWN");
                                    try (var stream = TlsStream.server(peer, Certificates.good())) {
                                        stream.write(Bytes.utf8(stream.readLine() + " to you\n"));
                                    }
                                },
                                port -> {
                                    // the first has to make what the options share, and waits
                                    for (int i = 0; i < 3; i++) {
                                        var carrier = TcpStream.connect("127.0.0.1", port);
                                        carrier.write("PROXY UNKNOWN\n".getBytes(UTF_8));
                                        try (var stream = TlsStream.client(carrier, CLIENT)) {
                                            stream.write(Bytes.utf8("hello\n"));
                                            assertThat(stream.readLine()).isEqualTo("hello to you");
                                        }
                                    }
                                }));
    }

    /** OpenSSL's records come in several writes, which stay in order. */
    @ParameterizedTest
    @EnumSource(TlsEngine.class)
    void many_records_arrive_in_order(TlsEngine engine) {
        assumeTrue(engine.isAvailable(), "no netty-tcnative here");
        TlsOptions here = Certificates.good().engine(engine);
        TlsOptions there = CLIENT.engine(engine);
        byte[] sent = new byte[200_000];
        new Random(5).nextBytes(sent);
        Weft.run(
                () ->
                        TestLoop.serving(
                                peer -> {
                                    try (var stream = TlsStream.server(peer, here)) {
                                        stream.write(sent);
                                    }
                                },
                                port -> {
                                    var carrier = TcpStream.connect("127.0.0.1", port);
                                    try (var stream = TlsStream.client(carrier, there)) {
                                        try (Bytes read = stream.readAll(sent.length)) {
                                            assertThat(read.toArray()).isEqualTo(sent);
                                        }
                                    }
                                }));
    }
}
