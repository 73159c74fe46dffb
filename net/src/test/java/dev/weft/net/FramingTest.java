package dev.weft.net;

import static dev.weft.net.StreamContract.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weft.Task;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.Arrays;
import java.util.Objects;

/** Messages in a stream of bytes. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class FramingTest {
    private interface Scene {
        void play(StreamPair pair) throws Exception;
    }

    private static Bytes next(FramedStream<Bytes> messages) {
        return Objects.requireNonNull(messages.receive(), "a message");
    }

    private static void with(StreamPair pair, Scene scene) throws Exception {
        try (pair) {
            scene.play(pair);
        }
    }

    @Test
    void messages_come_out_as_they_went_in() throws Exception {
        Weft.run(
                () ->
                        with(
                                StreamPair.inMemory(1),
                                pair -> {
                                    var framing = Framing.lengthPrefixed(100_000);
                                    var out = pair.left().framed(framing);
                                    var in = pair.right().framed(framing);
                                    byte[] large = StreamContract.random(100_000);
                                    Weft.group(
                                            g -> {
                                                g.start(
                                                        () -> {
                                                            out.send(Bytes.utf8("one"));
                                                            out.send(Bytes.empty());
                                                            out.send(Bytes.copyOf(large));
                                                            out.stream().shutdownOutput();
                                                        });
                                                assertThat(text(next(in))).isEqualTo("one");
                                                assertThat(text(next(in))).isEmpty();
                                                try (Bytes last = next(in)) {
                                                    assertThat(last.toArray()).isEqualTo(large);
                                                }
                                                assertThat(in.receive()).isNull();
                                            });
                                }));
    }

    @Test
    void the_length_is_four_bytes_the_highest_first() throws Exception {
        Weft.run(
                () ->
                        with(
                                StreamPair.inMemory(),
                                pair -> {
                                    pair.left()
                                            .framed(Framing.lengthPrefixed(1000))
                                            .send(StreamContract.direct(258));
                                    assertThat(pair.right().peek(4)).containsExactly(0, 0, 1, 2);
                                    pair.right().readExactly(262).close();
                                }));
    }

    @Test
    void a_message_that_is_too_long_is_refused_on_both_sides() throws Exception {
        Weft.run(
                () ->
                        with(
                                StreamPair.inMemory(),
                                pair -> {
                                    var out = pair.left().framed(Framing.lengthPrefixed(4));
                                    assertThatIllegalArgumentException()
                                            .isThrownBy(() -> out.send(StreamContract.direct(5)))
                                            .withMessageContaining("5 bytes, where 4");
                                    pair.left().write(new byte[] {-1, 0, 0, 0});
                                    var in = pair.right().framed(Framing.lengthPrefixed(4));
                                    assertThatExceptionOfType(LimitExceededException.class)
                                            .isThrownBy(in::receive)
                                            .withMessageContaining("4278190080 bytes");
                                }));
    }

    @Test
    void a_stream_that_ends_within_a_message_says_so() throws Exception {
        Weft.run(
                () ->
                        with(
                                StreamPair.inMemory(),
                                pair -> {
                                    pair.left().write(new byte[] {0, 0, 0, 3, 'a'});
                                    pair.left().shutdownOutput();
                                    var in = pair.right().framed(Framing.lengthPrefixed(4));
                                    assertThatExceptionOfType(EndOfStreamException.class)
                                            .isThrownBy(in::receive);
                                    pair.right().readExactly(4).close();
                                    assertThatExceptionOfType(EndOfStreamException.class)
                                            .isThrownBy(in::receive);
                                }));
    }

    @Test
    void a_receive_that_is_cancelled_within_a_message_has_taken_nothing() throws Exception {
        Weft.run(
                () ->
                        with(
                                StreamPair.inMemory(),
                                pair -> {
                                    var in = pair.right().framed(Framing.lengthPrefixed(10));
                                    pair.left().write(new byte[] {0, 0, 0, 2, 'a'});
                                    Weft.group(
                                            g -> {
                                                Task<?> reader = g.start(() -> next(in).close());
                                                StreamContract.untilRead(pair.right());
                                                StreamContract.cancel(reader);
                                            });
                                    pair.left().write(new byte[] {'b'});
                                    assertThat(text(next(in))).isEqualTo("ab");
                                }));
    }

    @Test
    void lines_are_messages_too() throws Exception {
        Weft.run(
                () ->
                        with(
                                StreamPair.inMemory(),
                                pair -> {
                                    var out = pair.left().framed(Framing.lines(6));
                                    for (String line : Arrays.asList("one", "", "für")) {
                                        out.send(line);
                                    }
                                    assertThatIllegalArgumentException()
                                            .isThrownBy(() -> out.send("a\nb"));
                                    assertThatIllegalArgumentException()
                                            .isThrownBy(() -> out.send("a\r"));
                                    assertThatIllegalArgumentException()
                                            .isThrownBy(() -> out.send("123456"));
                                    out.close();
                                    var in = pair.right().framed(Framing.lines(6));
                                    assertThat(in.receive()).isEqualTo("one");
                                    assertThat(in.receive()).isEmpty();
                                    assertThat(in.receive()).isEqualTo("für");
                                    assertThat(in.receive()).isNull();
                                }));
    }

    @Test
    void limits_that_nothing_fits_in_are_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Framing.lengthPrefixed(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Framing.lengthPrefixed(Integer.MAX_VALUE));
        assertThatIllegalArgumentException().isThrownBy(() -> Framing.lines(0));
    }
}
