package dev.weft.net;

import static dev.weft.net.StreamContract.assertIsClosed;
import static dev.weft.net.StreamContract.random;
import static dev.weft.net.StreamContract.text;
import static dev.weft.net.StreamContract.writeAndEnd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two streams, connected to each other by a relay between two pairs. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class RelayTest {
    @Test
    void what_comes_from_either_goes_to_the_other() {
        Weft.run(
                () -> {
                    try (var a = StreamPair.inMemory(100);
                            var b = StreamPair.lockstep()) {
                        Weft.group(
                                g -> {
                                    byte[] there = random(100_000);
                                    Task<?> relay =
                                            g.start(() -> ByteStream.relay(a.right(), b.left()));
                                    g.start(
                                            () -> {
                                                a.left().write(there);
                                                a.left().shutdownOutput();
                                            });
                                    try (Bytes all = b.right().readAll(there.length)) {
                                        assertThat(all.toArray()).isEqualTo(there);
                                    }
                                    g.start(() -> writeAndEnd(b.right(), "and back"));
                                    assertThat(text(a.left().readAll(100))).isEqualTo("and back");
                                    relay.await();
                                });
                    }
                });
    }

    @Test
    void a_failure_of_one_side_ends_it_and_closes_neither() {
        Weft.run(
                () -> {
                    try (var a = StreamPair.inMemory();
                            var b = StreamPair.inMemory()) {
                        Weft.group(
                                g -> {
                                    Task<?> reset =
                                            g.start(
                                                    () -> {
                                                        Weft.checkpoint();
                                                        a.left().abort();
                                                    });
                                    assertThatThrownBy(() -> ByteStream.relay(a.right(), b.left()))
                                            .isInstanceOf(ConnectionResetException.class);
                                    reset.await();
                                });
                        b.left().write(Bytes.utf8("still open"));
                        assertThat(text(b.right().read())).isEqualTo("still open");
                    }
                });
    }

    @Test
    void a_cancelled_relay_leaves_both_open() {
        Weft.run(
                () -> {
                    try (var a = StreamPair.inMemory();
                            var b = StreamPair.inMemory()) {
                        Weft.group(
                                g -> {
                                    Task<?> relay =
                                            g.start(() -> ByteStream.relay(a.right(), b.left()));
                                    StreamContract.untilRead(b.left());
                                    StreamContract.cancel(relay);
                                });
                        a.left().write(Bytes.utf8("later"));
                        assertThat(text(a.right().read())).isEqualTo("later");
                    }
                });
    }

    @Test
    void transferTo_says_how_much_it_was() {
        Weft.run(
                () -> {
                    try (var a = StreamPair.inMemory();
                            var b = StreamPair.inMemory()) {
                        writeAndEnd(a.left(), "12345");
                        assertThat(a.right().transferTo(b.left())).isEqualTo(5);
                        assertThat(text(b.right().read())).isEqualTo("12345");
                        a.right().close();
                        assertIsClosed(() -> a.right().transferTo(b.left()));
                    }
                });
    }
}
