package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.Outcome;
import dev.weft.Weft;
import dev.weft.sync.Queue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayDeque;
import java.util.List;

/** Sources that a function fills. */
@Timeout(60)
class PulledStreamTest {

    @Test
    void pieces_are_put_together_and_nothing_is_the_end() {
        Weft.run(
                () -> {
                    var pieces = new ArrayDeque<>(List.of("he", "llo\nwor", "ld", ""));
                    try (var source = ByteSource.of("it", () -> Bytes.utf8(pieces.remove()))) {
                        assertThat(source.readLine()).isEqualTo("hello");
                        assertThat(pieces).containsExactly("ld", "");
                        assertThat(source.readLine()).isEqualTo("world");
                        assertThat(source.readLine()).isNull();
                    }
                });
    }

    @Test
    void what_the_function_throws_is_thrown_and_the_next_read_asks_again() {
        Weft.run(
                () -> {
                    var pieces = new ArrayDeque<>(List.of("one\n", "fail", "two\n"));
                    try (var source =
                            ByteSource.of(
                                    "it",
                                    () -> {
                                        if (pieces.element().equals("fail")) {
                                            throw new IllegalArgumentException(pieces.remove());
                                        }
                                        return Bytes.utf8(pieces.remove());
                                    })) {
                        assertThat(source.readLine()).isEqualTo("one");
                        assertThatExceptionOfType(IllegalArgumentException.class)
                                .isThrownBy(source::readLine);
                        assertThat(source.readLine()).isEqualTo("two");
                    }
                });
    }

    @Test
    void a_cancelled_read_has_taken_nothing_and_a_closed_source_gives_nothing() {
        Weft.run(
                () -> {
                    var queue = new Queue<String>(10);
                    var source = ByteSource.of("it", () -> Bytes.utf8(queue.get()));
                    Weft.group(
                            group -> {
                                queue.put("li");
                                var reading = group.start(() -> source.readLine());
                                Weft.checkpoint();
                                assertThatIllegalStateException()
                                        .isThrownBy(source::read)
                                        .withMessageContaining("is being read");
                                reading.cancel("as the test wants it");
                                assertThat(reading.outcome()).isInstanceOf(Outcome.Cancelled.class);
                                queue.put("ne\n");
                                assertThat(source.readLine()).isEqualTo("line");

                                var another =
                                        group.start(
                                                () ->
                                                        assertThatExceptionOfType(
                                                                        ConnectionClosedException
                                                                                .class)
                                                                .isThrownBy(source::readLine));
                                Weft.checkpoint();
                                source.close();
                                queue.put("late\n");
                                another.await();
                            });
                    assertThatExceptionOfType(ConnectionClosedException.class)
                            .isThrownBy(source::read);
                });
    }

    @Test
    void off_a_loop_it_is_refused() {
        assertThatIllegalStateException().isThrownBy(() -> ByteSource.of("it", Bytes::empty));
    }
}
