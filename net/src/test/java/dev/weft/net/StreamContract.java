package dev.weft.net;

import static dev.weft.net.TestLoop.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Group;
import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.Weft;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What every {@link ByteStream} does, whatever carries its bytes. A subclass says how two of them
 * are connected. Since a write may wait for its reader, each case writes in one task and reads in
 * another.
 */
@ExtendWith(NoLeaks.class)
@Timeout(60)
abstract class StreamContract {
    /** A case: {@code left} and {@code right} are connected, and are closed after it. */
    interface Case<X extends Exception> {
        void run(Group group, ByteStream left, ByteStream right) throws X;
    }

    /** Runs a case on a loop, in a group. */
    abstract <X extends Exception> void connected(Case<X> body) throws Exception;

    /** Whether one direction can end alone, which TLS does not know. */
    boolean endsOneWay() {
        return true;
    }

    /** Whether the other side is told that this one has aborted. */
    boolean resets() {
        return true;
    }

    /** Whether a cancelled write has written nothing. */
    boolean takesWritesBack() {
        return true;
    }

    /** Whether one can write to a side that has ended its direction. */
    boolean writesAfterTheEnd() {
        return endsOneWay();
    }

    private void finish(ByteStream stream) {
        if (endsOneWay()) {
            stream.shutdownOutput();
        } else {
            stream.close();
        }
    }

    // ---- reading

    @Test
    void what_was_written_is_read_in_order() throws Exception {
        connected(
                (group, left, right) -> {
                    byte[] sent = random(300_000);
                    group.start(
                            () -> {
                                left.write(sent, 0, 100_000);
                                left.write(
                                        Bytes.copyOf(Arrays.copyOfRange(sent, 100_000, 100_007)));
                                left.write(sent, 100_007, 199_993);
                                finish(left);
                            });
                    assertThat(readAll(right)).isEqualTo(sent);
                });
    }

    @Test
    void both_directions_go_on_at_once() throws Exception {
        connected(
                (group, left, right) -> {
                    byte[] there = random(200_000);
                    byte[] back = random(150_000);
                    group.start(() -> left.write(there));
                    group.start(() -> right.write(back));
                    group.start(() -> assertReads(right, there));
                    assertReads(left, back);
                });
    }

    @Test
    void a_read_waits_for_bytes_and_gives_what_is_there() throws Exception {
        connected(
                (group, left, right) -> {
                    Task<String> reader = group.start(() -> text(right.read()));
                    untilRead(right);
                    left.write(Bytes.utf8("hello"));
                    assertThat(reader.await()).isEqualTo("hello");
                });
    }

    @Test
    void a_read_of_at_most_some_bytes_leaves_the_others() throws Exception {
        connected(
                (group, left, right) -> {
                    group.start(() -> left.write(Bytes.utf8("hello")));
                    assertThat(text(right.read(2))).isEqualTo("he");
                    assertThat(text(right.read(100))).isEqualTo("llo");
                });
    }

    @Test
    void a_read_of_at_most_nothing_is_refused() throws Exception {
        connected(
                (group, left, right) ->
                        assertThatIllegalArgumentException().isThrownBy(() -> right.read(0)));
    }

    @Test
    void a_read_into_an_array_fills_the_part_it_was_given() throws Exception {
        connected(
                (group, left, right) -> {
                    group.start(() -> left.write(Bytes.utf8("hello")));
                    byte[] target = "........".getBytes(UTF_8);
                    assertThat(right.read(target, 2, 0)).isZero();
                    assertThat(right.read(target, 2, 3)).isEqualTo(3);
                    assertThat(target).asString().isEqualTo("..hel...");
                    assertThat(right.read(target, 5, 3)).isEqualTo(2);
                    assertThat(target).asString().isEqualTo("..hello.");
                });
    }

    @Test
    void a_read_at_the_end_gives_nothing_again_and_again() throws Exception {
        connected(
                (group, left, right) -> {
                    finish(left);
                    for (int i = 0; i < 2; i++) {
                        assertThat(right.read().isEmpty()).isTrue();
                        assertThat(right.read(5).isEmpty()).isTrue();
                        assertThat(right.read(new byte[1], 0, 1)).isEqualTo(-1);
                        assertThat(right.readLine()).isNull();
                    }
                });
    }

    @Test
    void the_end_comes_after_what_was_written() throws Exception {
        connected(
                (group, left, right) -> {
                    Task<?> reader = group.start(() -> assertThat(right.readLine()).isEqualTo("x"));
                    left.write(Bytes.utf8("x"));
                    finish(left);
                    reader.await();
                    assertThat(right.readLine()).isNull();
                });
    }

    @Test
    void readExactly_puts_pieces_together() throws Exception {
        connected(
                (group, left, right) -> {
                    Task<String> reader = group.start(() -> text(right.readExactly(6)));
                    left.write(Bytes.utf8("ab"));
                    left.write(Bytes.utf8("c"));
                    untilRead(right);
                    group.start(() -> left.write(Bytes.utf8("defgh")));
                    assertThat(reader.await()).isEqualTo("abcdef");
                    assertThat(text(right.readExactly(2))).isEqualTo("gh");
                });
    }

    @Test
    void readExactly_of_nothing_does_not_wait() throws Exception {
        connected((group, left, right) -> assertThat(right.readExactly(0).isEmpty()).isTrue());
    }

    @Test
    void a_part_of_a_file_is_written() throws Exception {
        byte[] content = random(3_000_000);
        Path file = Files.write(Files.createTempFile("weft", null), content);
        try {
            connected(
                    (group, left, right) -> {
                        group.start(
                                () -> {
                                    left.write("head".getBytes(UTF_8));
                                    FileChannel part = FileChannel.open(file);
                                    assertThat(left.sendFile(part, 7, 2_500_000))
                                            .isEqualTo(2_500_000);
                                    FileChannel rest = FileChannel.open(file);
                                    assertThat(left.sendFile(rest, 2_999_990, Long.MAX_VALUE))
                                            .isEqualTo(10);
                                    FileChannel beyond = FileChannel.open(file);
                                    assertThat(left.sendFile(beyond, 3_000_001, 9)).isZero();
                                    left.write(Bytes.utf8("tail"));
                                    left.flush();
                                    assertThat(List.of(part, rest, beyond))
                                            .noneMatch(FileChannel::isOpen);
                                });
                        assertReads(right, "head".getBytes(UTF_8));
                        assertReads(right, Arrays.copyOfRange(content, 7, 2_500_007));
                        assertReads(right, Arrays.copyOfRange(content, 2_999_990, 3_000_000));
                        assertReads(right, "tail".getBytes(UTF_8));
                    });
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void a_cancelled_sendFile_closes_the_file_and_the_stream_goes_on() throws Exception {
        Path file = Files.createTempFile("weft", null);
        try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1L << 30);
            connected(
                    (group, left, right) -> {
                        FileChannel channel = FileChannel.open(file);
                        var sending = group.start(() -> left.sendFile(channel, 0, 1L << 30));
                        assertReads(right, new byte[100]);
                        sending.cancel("as the test wants it");
                        assertThat(sending.outcome()).isInstanceOf(Outcome.Cancelled.class);
                        group.start(
                                () -> {
                                    left.write(Bytes.utf8("tail"));
                                    finish(left);
                                });
                        byte[] rest = readAll(right);
                        assertThat(rest).endsWith("tail".getBytes(UTF_8));
                        byte[] part = Arrays.copyOf(rest, rest.length - 4);
                        assertThat(part).isEqualTo(new byte[part.length]);
                        assertThat(channel.isOpen()).isFalse();
                    });
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void readExactly_may_want_more_than_is_read_ahead() throws Exception {
        connected(
                (group, left, right) -> {
                    byte[] sent = random(1 << 20);
                    group.start(() -> left.write(sent));
                    assertReads(right, sent);
                });
    }

    @Test
    void readExactly_says_what_the_end_has_left_out_and_leaves_the_rest() throws Exception {
        connected(
                (group, left, right) -> {
                    group.start(() -> writeAndFinish(left, "abc"));
                    assertThatExceptionOfType(EndOfStreamException.class)
                            .isThrownBy(() -> right.readExactly(5))
                            .withMessageContaining("after 3 of 5 bytes")
                            .matches(e -> e.available() == 3);
                    assertThat(text(right.readExactly(3))).isEqualTo("abc");
                });
    }

    @Test
    void readUntil_gives_all_with_the_separator_also_where_it_comes_in_pieces() throws Exception {
        connected(
                (group, left, right) -> {
                    group.start(
                            () -> {
                                left.write(Bytes.utf8("head\r\n\r"));
                                left.flush();
                                left.write(Bytes.utf8("\nbody"));
                            });
                    byte[] separator = "\r\n\r\n".getBytes(UTF_8);
                    assertThat(text(right.readUntil(separator, 8))).isEqualTo("head\r\n\r\n");
                    assertThat(text(right.readExactly(4))).isEqualTo("body");
                });
    }

    @Test
    void readUntil_leaves_all_where_the_end_comes_before_the_separator() throws Exception {
        connected(
                (group, left, right) -> {
                    group.start(() -> writeAndFinish(left, "abc"));
                    assertThatExceptionOfType(EndOfStreamException.class)
                            .isThrownBy(() -> right.readUntil(new byte[] {';'}, 100))
                            .withMessageContaining("before the separator")
                            .matches(e -> e.available() == 3);
                    assertThat(readAll(right)).asString().isEqualTo("abc");
                });
    }

    @Test
    void readUntil_leaves_all_where_the_separator_is_beyond_the_limit() throws Exception {
        connected(
                (group, left, right) -> {
                    group.start(() -> writeAndFinish(left, "abcdef;"));
                    assertThatExceptionOfType(LimitExceededException.class)
                            .isThrownBy(() -> right.readUntil(new byte[] {';'}, 6))
                            .matches(e -> e.limit() == 6);
                    assertThat(text(right.readUntil(new byte[] {';'}, 7))).isEqualTo("abcdef;");
                });
    }

    @Test
    void readUntil_refuses_a_separator_that_can_not_be_found() throws Exception {
        connected(
                (group, left, right) -> {
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> right.readUntil(new byte[0], 10));
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> right.readUntil(new byte[3], 2));
                });
    }

    @Test
    void readUntil_of_several_separators_gives_what_ends_first() throws Exception {
        connected(
                (group, left, right) -> {
                    List<byte[]> separators =
                            List.of(
                                    "\r\n".getBytes(UTF_8),
                                    ";".getBytes(UTF_8),
                                    "\n".getBytes(UTF_8));
                    group.start(() -> writeAndFinish(left, "a;b\r\nc\n;"));
                    List<String> parts = new ArrayList<>();
                    for (int i = 0; i < 4; i++) {
                        parts.add(text(right.readUntil(separators, 10)));
                    }
                    assertThat(parts).containsExactly("a;", "b\r\n", "c\n", ";");
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> right.readUntil(List.of(), 10))
                            .withMessageContaining("without a separator");
                    assertThatIllegalArgumentException()
                            .isThrownBy(
                                    () -> right.readUntil(List.of(new byte[1], new byte[0]), 10));
                });
    }

    @Test
    void readAll_waits_for_the_end() throws Exception {
        connected(
                (group, left, right) -> {
                    byte[] sent = random(200_000);
                    group.start(
                            () -> {
                                left.write(sent);
                                finish(left);
                            });
                    try (Bytes all = right.readAll(200_000)) {
                        assertThat(all.toArray()).isEqualTo(sent);
                    }
                    assertThat(right.readAll(0).isEmpty()).isTrue();
                });
    }

    @Test
    void readAll_of_more_than_the_limit_leaves_it_there() throws Exception {
        connected(
                (group, left, right) -> {
                    group.start(() -> writeAndFinish(left, "abcdef"));
                    assertThatExceptionOfType(LimitExceededException.class)
                            .isThrownBy(() -> right.readAll(5))
                            .matches(e -> e.limit() == 5);
                    assertThatIllegalArgumentException().isThrownBy(() -> right.readAll(-1));
                    assertThat(text(right.readAll(6))).isEqualTo("abcdef");
                });
    }

    @Test
    void what_was_peeked_at_is_read_after_it() throws Exception {
        connected(
                (group, left, right) -> {
                    group.start(() -> writeAndFinish(left, "abcdef"));
                    assertThat(right.peek(4)).asString().isEqualTo("abcd");
                    assertThat(right.peek(0)).isEmpty();
                    assertThat(text(right.readExactly(5))).isEqualTo("abcde");
                    assertThatExceptionOfType(EndOfStreamException.class)
                            .isThrownBy(() -> right.peek(2))
                            .matches(e -> e.available() == 1);
                    assertThat(text(right.read())).isEqualTo("f");
                });
    }

    @Test
    void lines_are_gone_through_to_the_end() throws Exception {
        connected(
                (group, left, right) -> {
                    group.start(() -> writeAndFinish(left, "one\ntwo\nthree"));
                    List<String> lines = new ArrayList<>();
                    right.lines().forEach(lines::add);
                    assertThat(lines).containsExactly("one", "two", "three");
                });
    }

    @Test
    void readLine_knows_both_ends_of_line_and_a_last_line_without() throws Exception {
        connected(
                (group, left, right) -> {
                    group.start(() -> writeAndFinish(left, "one\ntwo\r\n\nfür"));
                    List<@Nullable String> lines = new ArrayList<>();
                    for (int i = 0; i < 5; i++) {
                        lines.add(right.readLine());
                    }
                    assertThat(lines).containsExactly("one", "two", "", "für", null);
                });
    }

    @Test
    void a_line_that_is_too_long_is_refused_and_still_there() throws Exception {
        connected(
                (group, left, right) -> {
                    group.start(() -> left.write(Bytes.utf8("0123456789\n")));
                    assertThatExceptionOfType(LimitExceededException.class)
                            .isThrownBy(() -> right.readLine(5))
                            .matches(e -> e.limit() == 5);
                    assertThat(right.readLine(11)).isEqualTo("0123456789");
                });
    }

    @Test
    void the_adapters_speak_the_language_of_the_JDK() throws Exception {
        connected(
                (group, left, right) -> {
                    group.start(
                            () -> {
                                var out = left.output();
                                out.write('a');
                                out.write("bc".getBytes(UTF_8));
                                out.flush();
                                out.close();
                            });
                    assertThat(right.input().readAllBytes()).asString().isEqualTo("abc");
                    right.close();
                    assertThatExceptionOfType(IOException.class)
                            .isThrownBy(() -> right.input().read())
                            .withCauseInstanceOf(ConnectionClosedException.class);
                });
    }

    // ---- writing

    @Test
    void a_write_of_nothing_is_nothing_to_read() throws Exception {
        connected(
                (group, left, right) -> {
                    group.start(
                            () -> {
                                left.write(Bytes.empty());
                                left.write(new byte[0]);
                                left.write(Bytes.utf8("x"));
                            });
                    assertThat(text(right.read())).isEqualTo("x");
                });
    }

    @Test
    void a_copying_write_copies() throws Exception {
        connected(
                (group, left, right) -> {
                    byte[] sent = "..abc..".getBytes(UTF_8);
                    Task<?> writer = group.start(() -> left.write(sent, 2, 3));
                    Task<String> reader = group.start(() -> text(right.readExactly(3)));
                    writer.await();
                    Arrays.fill(sent, (byte) '!');
                    assertThat(reader.await()).isEqualTo("abc");
                });
    }

    @Test
    void a_write_takes_its_bytes_over() throws Exception {
        connected(
                (group, left, right) -> {
                    Bytes sent = direct(1000);
                    group.start(() -> left.write(sent));
                    right.readExactly(1000).close();
                    assertThatIllegalStateException()
                            .isThrownBy(sent::length)
                            .withMessageContaining("handed on");
                });
    }

    @Test
    void a_write_that_is_refused_takes_its_bytes_over_too() throws Exception {
        assumeTrue(endsOneWay());
        connected(
                (group, left, right) -> {
                    ByteBuf refused = directBuffer(10);
                    left.shutdownOutput();
                    assertThatIllegalStateException()
                            .isThrownBy(() -> left.write(new Bytes(refused)))
                            .withMessageContaining("after shutdownOutput");
                    assertThat(refused.refCnt()).isZero();
                    ByteBuf late = directBuffer(10);
                    left.close();
                    assertThatExceptionOfType(ConnectionClosedException.class)
                            .isThrownBy(() -> left.write(new Bytes(late)));
                    assertThat(late.refCnt()).isZero();
                });
    }

    @Test
    void nobody_reading_holds_the_writer_up() throws Exception {
        connected(
                (group, left, right) -> {
                    int[] written = {0};
                    Task<?> writer = group.start(() -> writeOn(left, written));
                    untilWritten(left);
                    assertThat(writer.isDone()).isFalse();
                    int before = written[0];
                    while (written[0] == before) {
                        right.read().close();
                        Weft.checkpoint();
                    }
                    writer.cancel("seen enough");
                });
    }

    // ---- the end of one direction

    @Test
    void the_other_direction_goes_on_after_shutdownOutput() throws Exception {
        assumeTrue(writesAfterTheEnd());
        connected(
                (group, left, right) -> {
                    group.start(() -> right.write(readAll(right)));
                    group.start(() -> writeAndFinish(left, "question"));
                    assertThat(text(left.readExactly(8))).isEqualTo("question");
                    assertThat(left.isClosed()).isFalse();
                });
    }

    @Test
    void both_directions_can_be_ended_and_read_to_their_ends() throws Exception {
        assumeTrue(endsOneWay());
        connected(
                (group, left, right) -> {
                    group.start(() -> writeAndFinish(left, "from left"));
                    group.start(() -> writeAndFinish(right, "from right"));
                    assertThat(readAll(right)).asString().isEqualTo("from left");
                    assertThat(readAll(left)).asString().isEqualTo("from right");
                });
    }

    @Test
    void shutdownOutput_may_be_called_twice() throws Exception {
        assumeTrue(endsOneWay());
        connected(
                (group, left, right) -> {
                    left.shutdownOutput();
                    left.shutdownOutput();
                    assertThat(right.read().isEmpty()).isTrue();
                });
    }

    @Test
    void shutdownOutput_ends_the_wait_of_the_other_side() throws Exception {
        connected(
                (group, left, right) -> {
                    Task<Boolean> reader = group.start(() -> right.read().isEmpty());
                    untilRead(right);
                    finish(left);
                    assertThat(reader.await()).isTrue();
                });
    }

    // ---- close

    @Test
    void what_was_written_before_close_is_read_before_the_end() throws Exception {
        connected(
                (group, left, right) -> {
                    byte[] sent = random(500_000);
                    group.start(
                            () -> {
                                left.write(sent);
                                left.close();
                            });
                    assertThat(readAll(right)).isEqualTo(sent);
                });
    }

    @Test
    void close_and_abort_may_be_called_twice() throws Exception {
        connected(
                (group, left, right) -> {
                    assertThat(left.isClosed()).isFalse();
                    left.close();
                    left.close();
                    left.abort();
                    assertThat(left.isClosed()).isTrue();
                    right.abort();
                    right.abort();
                    right.close();
                    assertThat(right.isClosed()).isTrue();
                });
    }

    @Test
    void nothing_can_be_done_with_a_closed_stream() throws Exception {
        connected(
                (group, left, right) -> {
                    left.close();
                    assertIsClosed(() -> left.read());
                    assertIsClosed(() -> left.read(new byte[1], 0, 1));
                    assertIsClosed(() -> left.readExactly(1));
                    assertIsClosed(() -> left.readUntil(new byte[1], 1));
                    assertIsClosed(() -> left.readLine());
                    assertIsClosed(() -> left.write(new byte[1]));
                    assertIsClosed(() -> left.flush());
                    if (endsOneWay()) {
                        assertIsClosed(() -> left.shutdownOutput());
                    }
                });
    }

    @Test
    void close_ends_the_wait_of_a_reader() throws Exception {
        connected(
                (group, left, right) -> {
                    Task<?> reader = group.start(() -> assertIsClosed(() -> left.readExactly(1)));
                    untilRead(left);
                    left.close();
                    reader.await();
                });
    }

    @Test
    void close_ends_the_wait_of_a_writer() throws Exception {
        connected(
                (group, left, right) -> {
                    int[] written = {0};
                    Task<?> writer =
                            group.start(() -> assertIsClosed(() -> writeOn(left, written)));
                    untilWritten(left);
                    Task<byte[]> reader = group.start(() -> readAll(right));
                    left.close();
                    writer.await();
                    assertThat(reader.await()).hasSize(written[0]);
                });
    }

    @Test
    void close_frees_what_nobody_read() throws Exception {
        connected(
                (group, left, right) -> {
                    Task<?> writer = group.start(() -> tolerant(() -> left.write(direct(50_000))));
                    right.readExactly(1).close();
                    right.close();
                    writer.await();
                });
    }

    @Test
    void a_write_to_a_side_that_has_closed_comes_to_fail() throws Exception {
        connected(
                (group, left, right) -> {
                    right.close();
                    assertThatThrownBy(() -> writeOn(left, new int[1]))
                            .isInstanceOfAny(
                                    ConnectionResetException.class,
                                    ConnectionClosedException.class);
                });
    }

    @Test
    void a_writer_that_waits_hears_that_the_other_side_closes() throws Exception {
        connected(
                (group, left, right) -> {
                    Task<?> writer =
                            group.start(
                                    () ->
                                            assertThatThrownBy(() -> writeOn(left, new int[1]))
                                                    .isInstanceOfAny(
                                                            ConnectionResetException.class,
                                                            ConnectionClosedException.class));
                    untilWritten(left);
                    right.close();
                    writer.await();
                });
    }

    // ---- abort

    @Test
    void a_reset_is_seen_as_a_reset_after_what_had_come() throws Exception {
        assumeTrue(resets());
        connected(
                (group, left, right) -> {
                    group.start(() -> tolerant(() -> right.write(Bytes.utf8("part"))));
                    left.readExactly(1).close();
                    right.abort();
                    assertThatExceptionOfType(ConnectionResetException.class)
                            .isThrownBy(() -> left.readExactly(100))
                            .withMessageContaining("connection reset by peer");
                    assertThat(text(left.read())).isEqualTo("art");
                    assertIsReset(() -> left.read());
                    assertIsReset(() -> left.readLine());
                    assertThat(left.isClosed()).isTrue();
                    assertIsReset(() -> left.write(new byte[1]));
                    assertIsReset(() -> left.flush());
                });
    }

    @Test
    void abort_ends_the_waits_of_both_readers() throws Exception {
        assumeTrue(resets());
        connected(
                (group, left, right) -> {
                    Task<?> here = group.start(() -> assertIsClosed(() -> left.read()));
                    Task<?> there = group.start(() -> assertIsReset(() -> right.read()));
                    untilRead(left);
                    untilRead(right);
                    left.abort();
                    here.await();
                    there.await();
                });
    }

    @Test
    void abort_ends_the_wait_of_the_other_sides_writer() throws Exception {
        assumeTrue(resets());
        connected(
                (group, left, right) -> {
                    Task<?> writer =
                            group.start(() -> assertIsReset(() -> writeOn(right, new int[1])));
                    untilWritten(right);
                    left.abort();
                    writer.await();
                });
    }

    @Test
    void abort_ends_the_wait_of_a_writer_and_frees_what_it_had() throws Exception {
        connected(
                (group, left, right) -> {
                    Task<?> writer =
                            group.start(
                                    () ->
                                            assertIsClosed(
                                                    () -> {
                                                        while (true) {
                                                            left.write(direct(60_000));
                                                        }
                                                    }));
                    untilWritten(left);
                    left.abort();
                    writer.await();
                });
    }

    // ---- being cancelled

    @Test
    void a_cancelled_read_takes_nothing() throws Exception {
        connected(
                (group, left, right) -> {
                    Task<?> reader = group.start(() -> right.readExactly(3).close());
                    left.write(Bytes.utf8("ab"));
                    untilRead(right);
                    cancel(reader);
                    group.start(() -> left.write(Bytes.utf8("c")));
                    assertThat(text(right.readExactly(3))).isEqualTo("abc");
                });
    }

    @Test
    void a_cancelled_readLine_takes_nothing() throws Exception {
        connected(
                (group, left, right) -> {
                    Task<?> reader =
                            group.start(
                                    () -> {
                                        var _ = right.readLine();
                                    });
                    left.write(Bytes.utf8("half a "));
                    untilRead(right);
                    cancel(reader);
                    group.start(() -> left.write(Bytes.utf8("line\n")));
                    assertThat(right.readLine()).isEqualTo("half a line");
                });
    }

    @Test
    void a_cancelled_write_has_written_nothing_and_gives_its_bytes_back() throws Exception {
        assumeTrue(takesWritesBack());
        connected(
                (group, left, right) -> {
                    int[] written = {0};
                    ByteBuf[] last = {directBuffer(0)};
                    Task<?> writer =
                            group.start(
                                    () -> {
                                        while (true) {
                                            last[0].release();
                                            last[0] = directBuffer(10_000).retain();
                                            left.write(new Bytes(last[0]));
                                            written[0] += 10_000;
                                        }
                                    });
                    untilWritten(left);
                    cancel(writer);
                    assertThat(last[0].refCnt()).isEqualTo(1);
                    last[0].release();
                    group.start(() -> writeAndFinish(left, "more"));
                    assertThat(readAll(right)).hasSize(written[0] + 4);
                });
    }

    @Test
    void a_write_that_is_cancelled_before_it_begins_has_written_nothing() throws Exception {
        connected(
                (group, left, right) -> {
                    ByteBuf never = directBuffer(10);
                    Task<?> writer = group.start(() -> left.write(new Bytes(never)));
                    cancel(writer);
                    assertThat(never.refCnt()).isZero();
                    finish(left);
                    assertThat(right.read().isEmpty()).isTrue();
                });
    }

    // ---- one at a time

    @Test
    void a_second_reader_is_refused_and_the_first_goes_on() throws Exception {
        connected(
                (group, left, right) -> {
                    Task<String> first = group.start("first", () -> text(right.readExactly(1)));
                    untilRead(right);
                    assertThatIllegalStateException()
                            .isThrownBy(right::read)
                            .withMessageContaining("is being read by task 'first'")
                            .withMessageContaining("Queue");
                    left.write(new byte[] {'x'});
                    assertThat(first.await()).isEqualTo("x");
                });
    }

    @Test
    void a_second_writer_is_refused_while_the_first_waits() throws Exception {
        connected(
                (group, left, right) -> {
                    Task<?> first = group.start("first", () -> writeOn(left, new int[1]));
                    untilWritten(left);
                    ByteBuf refused = directBuffer(1);
                    assertThatIllegalStateException()
                            .isThrownBy(() -> left.write(new Bytes(refused)))
                            .withMessageContaining("is being written by task 'first'");
                    assertThat(refused.refCnt()).isZero();
                    if (endsOneWay()) {
                        assertThatIllegalStateException().isThrownBy(left::shutdownOutput);
                    }
                    cancel(first);
                });
    }

    @Test
    void another_loop_is_refused() throws Exception {
        connected(
                (group, left, right) ->
                        Weft.offload(
                                () ->
                                        Weft.run(
                                                () -> {
                                                    assertIsForeign(() -> left.read());
                                                    assertIsForeign(() -> left.write(new byte[1]));
                                                    assertIsForeign(left::close);
                                                    assertIsForeign(left::abort);
                                                })));
    }

    // ---- what the cases are told with

    interface Use {
        void run() throws Exception;
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    static String text(Bytes bytes) {
        try (bytes) {
            return bytes.toString(UTF_8);
        }
    }

    static byte[] readAll(ByteStream stream) throws IOException {
        return stream.input().readAllBytes();
    }

    private static void assertReads(ByteStream stream, byte[] expected) {
        try (Bytes all = stream.readExactly(expected.length)) {
            assertThat(all.toArray()).isEqualTo(expected);
        }
    }

    private void writeAndFinish(ByteStream stream, String text) {
        stream.write(Bytes.utf8(text));
        finish(stream);
    }

    static void writeAndEnd(ByteStream stream, String text) {
        stream.write(Bytes.utf8(text));
        stream.shutdownOutput();
    }

    /** Writes until it fails, or for ever; counts what was written. */
    private static void writeOn(ByteStream stream, int[] written) {
        while (true) {
            stream.write(direct(32 * 1024));
            written[0] += 32 * 1024;
        }
    }

    /** Bytes that the leak detector watches. */
    static Bytes direct(int length) {
        return new Bytes(directBuffer(length));
    }

    static ByteBuf directBuffer(int length) {
        return ByteBufAllocator.DEFAULT.directBuffer(length).writeZero(length);
    }

    static void tolerant(Use use) throws Exception {
        try {
            use.run();
        } catch (NetException e) {
            // the other side has gone
        }
    }

    static void untilRead(ByteStream stream) {
        until(((LoopStream) stream)::isBeingRead);
    }

    static void untilWritten(ByteStream stream) {
        until(((LoopStream) stream)::isBeingWritten);
    }

    static void cancel(Task<?> task) {
        task.cancel("as the test wants it");
        var _ = task.outcome();
    }

    static void assertIsClosed(Use use) {
        assertThatExceptionOfType(ConnectionClosedException.class)
                .isThrownBy(use::run)
                .withMessageContaining("this side has closed");
    }

    static void assertIsReset(Use use) {
        assertThatExceptionOfType(ConnectionResetException.class).isThrownBy(use::run);
    }

    static void assertIsForeign(Use use) {
        assertThatIllegalStateException().isThrownBy(use::run).withMessageContaining("belongs to");
    }
}
