package dev.weft.net;

import static dev.weft.net.StreamContract.assertIsClosed;
import static dev.weft.net.StreamContract.assertIsReset;
import static dev.weft.net.StreamContract.cancel;
import static dev.weft.net.StreamContract.direct;
import static dev.weft.net.StreamContract.directBuffer;
import static dev.weft.net.StreamContract.text;
import static dev.weft.net.StreamContract.untilRead;
import static dev.weft.net.StreamContract.untilWritten;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.weft.Group;
import dev.weft.Task;
import dev.weft.Weft;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is only so in memory. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class StreamPairTest {
    @AfterEach
    void every_copy_was_freed() {
        assertThat(MemoryStream.HEAP.metric().usedHeapMemory()).isZero();
    }

    private interface Case {
        void run(Group group, MemoryStream left, MemoryStream right) throws Exception;
    }

    private static void inMemory(int capacity, Case body) throws Exception {
        Weft.run(() -> with(StreamPair.inMemory(capacity), body));
    }

    private static void inLockstep(Case body) throws Exception {
        Weft.run(() -> with(StreamPair.lockstep(), body));
    }

    private static void with(StreamPair pair, Case body) throws Exception {
        try (pair) {
            Weft.group(g -> body.run(g, (MemoryStream) pair.left(), (MemoryStream) pair.right()));
        }
    }

    // ---- with a buffer

    @Test
    void a_write_waits_while_as_much_is_unread_as_the_capacity() throws Exception {
        inMemory(
                10,
                (group, left, right) -> {
                    left.write(direct(9));
                    left.write(direct(100));
                    Task<?> third = group.start(() -> left.write(direct(1)));
                    untilWritten(left);
                    right.readExactly(99).close();
                    Weft.checkpoint();
                    assertThat(third.isDone()).isFalse();
                    right.readExactly(1).close();
                    third.await();
                    assertThat(right.inbound.size()).isEqualTo(10);
                });
    }

    @Test
    void a_reader_that_waits_for_more_than_the_capacity_makes_room_for_it() throws Exception {
        inMemory(
                1,
                (group, left, right) -> {
                    Task<?> reader = group.start(() -> right.readExactly(4).close());
                    untilRead(right);
                    left.write(direct(2));
                    left.write(direct(1));
                    cancel(reader);
                    Task<?> writer = group.start(() -> left.write(direct(1)));
                    untilWritten(left);
                    right.readExactly(3).close();
                    writer.await();
                });
    }

    @Test
    void what_is_written_is_there_at_once_and_is_the_same_memory() throws Exception {
        inMemory(
                10,
                (group, left, right) -> {
                    ByteBuf sent = directBuffer(5);
                    left.write(new Bytes(sent));
                    left.flush();
                    assertThat(right.inbound.size()).isEqualTo(5);
                    try (Bytes received = right.read()) {
                        assertThat(received.take()).isSameAs(sent);
                        sent.release();
                    }
                });
    }

    @Test
    void close_does_not_wait_for_a_side_that_does_not_read() throws Exception {
        inMemory(
                10,
                (group, left, right) -> {
                    left.write(Bytes.utf8("more than ten bytes"));
                    left.close();
                    assertThat(text(right.read())).isEqualTo("more than ten bytes");
                    assertThat(right.read().isEmpty()).isTrue();
                });
    }

    @Test
    void after_abort_all_is_read_that_was_written() throws Exception {
        inMemory(
                10,
                (group, left, right) -> {
                    left.write(Bytes.utf8("bye"));
                    left.abort();
                    assertThat(text(right.read())).isEqualTo("bye");
                    assertIsReset(() -> right.read());
                });
    }

    @Test
    void a_write_to_a_side_that_has_closed_fails_at_once_and_reading_goes_on() throws Exception {
        inMemory(
                10,
                (group, left, right) -> {
                    left.write(Bytes.utf8("bye"));
                    left.close();
                    assertThatExceptionOfType(ConnectionResetException.class)
                            .isThrownBy(() -> right.write(direct(1)))
                            .withMessage("left: the other side has closed the stream");
                    right.flush(); // as over TCP, which only a write fails
                    assertThat(right.isClosed()).isFalse();
                    assertThat(right.readLine()).isEqualTo("bye");
                    assertThat(right.readLine()).isNull();
                });
    }

    @Test
    void a_long_copying_write_that_is_cancelled_leaves_its_first_pieces() throws Exception {
        inMemory(
                1,
                (group, left, right) -> {
                    Task<?> writer = group.start(() -> left.write(new byte[200_000]));
                    untilWritten(left);
                    cancel(writer);
                    left.close();
                    right.readExactly(ByteStream.PIECE).close();
                    assertThat(right.read().isEmpty()).isTrue();
                });
    }

    // ---- in lockstep

    @Test
    void in_lockstep_a_write_returns_when_all_of_it_was_read() throws Exception {
        inLockstep(
                (group, left, right) -> {
                    Task<?> writer = group.start(() -> left.write(Bytes.utf8("abc")));
                    untilWritten(left);
                    assertThat(text(right.read(2))).isEqualTo("ab");
                    Weft.checkpoint();
                    assertThat(writer.isDone()).isFalse();
                    assertThat(text(right.read(2))).isEqualTo("c");
                    writer.await();
                });
    }

    @Test
    void in_lockstep_a_reader_takes_in_what_is_not_enough() throws Exception {
        inLockstep(
                (group, left, right) -> {
                    Task<@Nullable String> reader = group.start(() -> right.readLine());
                    untilRead(right);
                    left.write(Bytes.utf8("one "));
                    left.write(Bytes.utf8("line"));
                    assertThat(reader.isDone()).isFalse();
                    left.write(Bytes.utf8("\n"));
                    assertThat(reader.await()).isEqualTo("one line");
                });
    }

    @Test
    void in_lockstep_what_a_cancelled_reader_took_in_is_read_before_the_next_write()
            throws Exception {
        inLockstep(
                (group, left, right) -> {
                    Task<?> reader = group.start(() -> right.readExactly(3).close());
                    untilRead(right);
                    left.write(Bytes.utf8("ab"));
                    cancel(reader);
                    Task<?> writer = group.start(() -> left.write(Bytes.utf8("c")));
                    untilWritten(left);
                    assertThat(right.inbound.size()).isEqualTo(2);
                    assertThat(text(right.read())).isEqualTo("ab");
                    assertThat(text(right.read())).isEqualTo("c");
                    writer.await();
                });
    }

    @Test
    void in_lockstep_a_cancelled_write_that_nobody_began_to_read_is_taken_back() throws Exception {
        inLockstep(
                (group, left, right) -> {
                    ByteBuf never = directBuffer(3);
                    Task<?> writer = group.start(() -> left.write(new Bytes(never)));
                    untilWritten(left);
                    cancel(writer);
                    assertThat(never.refCnt()).isZero();
                    group.start(() -> left.write(Bytes.utf8("next")));
                    assertThat(text(right.read())).isEqualTo("next");
                });
    }

    @Test
    void in_lockstep_the_rest_of_a_cancelled_write_that_was_read_in_part_is_read_before_the_next()
            throws Exception {
        inLockstep(
                (group, left, right) -> {
                    Task<?> writer = group.start(() -> left.write(Bytes.utf8("whole")));
                    untilWritten(left);
                    assertThat(text(right.read(2))).isEqualTo("wh");
                    cancel(writer);
                    Task<?> next = group.start(() -> left.write(Bytes.utf8("next")));
                    untilWritten(left);
                    assertThat(text(right.read())).isEqualTo("ole");
                    assertThat(text(right.read())).isEqualTo("next");
                    next.await();
                });
    }

    @Test
    void in_lockstep_what_a_reader_took_in_stays_though_its_write_was_cancelled_just_before()
            throws Exception {
        inLockstep(
                (group, left, right) -> {
                    Task<?> writer = group.start(() -> left.write(Bytes.utf8("x")));
                    untilWritten(left);
                    group.start(
                            () -> {
                                var _ = writer.outcome();
                                left.write(Bytes.utf8("y;"));
                            });
                    writer.cancel("as the test wants it");
                    assertThat(text(right.readUntil(new byte[] {';'}, 10))).isEqualTo("xy;");
                });
    }

    @Test
    void in_lockstep_what_was_taken_in_is_not_taken_back_by_close() throws Exception {
        inLockstep(
                (group, left, right) -> {
                    Task<?> writer = group.start(() -> left.write(Bytes.utf8("ab")));
                    untilWritten(left);
                    group.start(
                            () ->
                                    assertThatExceptionOfType(EndOfStreamException.class)
                                            .isThrownBy(() -> right.readExactly(3))
                                            .matches(e -> e.available() == 2));
                    Weft.checkpoint(); // the reader waits now, and the writer has not gone on
                    assertThat(writer.isDone()).isFalse();
                    left.close();
                    writer.await();
                });
    }

    @Test
    void in_lockstep_a_close_takes_back_what_nobody_began_to_read() throws Exception {
        inLockstep(
                (group, left, right) -> {
                    Task<?> writer = group.start(() -> assertIsClosed(() -> left.write(direct(3))));
                    untilWritten(left);
                    left.close();
                    assertThat(right.read().isEmpty()).isTrue();
                    writer.await();
                });
    }

    @Test
    void in_lockstep_a_write_that_was_read_has_succeeded_though_its_reader_closes()
            throws Exception {
        inLockstep(
                (group, left, right) -> {
                    Task<?> writer = group.start(() -> left.write(direct(3)));
                    untilWritten(left);
                    right.readExactly(3).close();
                    right.close();
                    writer.await();
                });
    }

    @Test
    void in_lockstep_a_write_that_was_not_read_to_its_end_fails_when_its_reader_closes()
            throws Exception {
        inLockstep(
                (group, left, right) -> {
                    Task<?> writer = group.start(() -> assertIsReset(() -> left.write(direct(3))));
                    untilWritten(left);
                    right.readExactly(2).close();
                    right.close();
                    writer.await();
                });
    }

    // ---- making them

    @Test
    void a_pair_is_of_the_loop_that_made_it() {
        assertThatIllegalStateException()
                .isThrownBy(StreamPair::inMemory)
                .withMessageContaining("no task of a loop");
        assertThatIllegalStateException().isThrownBy(StreamPair::lockstep);
    }

    @Test
    void a_capacity_of_nothing_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamPair.inMemory(0))
                .withMessageContaining("lockstep");
    }

    @Test
    @SuppressWarnings("NullAway") // what a caller without null checks may pass
    void a_pair_has_two_sides() throws Exception {
        inMemory(
                1,
                (group, left, right) -> {
                    assertThatNullPointerException()
                            .isThrownBy(() -> new StreamPair(null, right))
                            .withMessage("the left stream");
                    assertThatNullPointerException()
                            .isThrownBy(() -> new StreamPair(left, null))
                            .withMessage("the right stream");
                });
    }
}
