package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.test.CancelEverywhere;
import dev.weft.test.Exhaustive;
import dev.weft.test.Exploration;
import dev.weft.test.Program;
import dev.weft.test.Sim;
import dev.weft.test.SimTest;

import io.netty.buffer.ByteBuf;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Streams in memory under a cancellation and an expired timeout at each wait, in many orders:
 * nothing is lost, nothing comes twice or cut up, every buffer is freed.
 */
@ParameterizedClass
@ValueSource(ints = {0, 1, 64 * 1024})
class StreamPairSweepTest {
    private static final Duration LONG = Duration.ofDays(1);
    private static final int MESSAGES = 4;

    private final int capacity;

    StreamPairSweepTest(int capacity) {
        this.capacity = capacity;
    }

    private StreamPair pair() {
        return capacity == 0 ? StreamPair.lockstep() : StreamPair.inMemory(capacity);
    }

    /** The buffers of a run. */
    private static final class Buffers {
        private final List<ByteBuf> all = new ArrayList<>();
        private final long before = used();

        private static long used() {
            return MemoryStream.HEAP.metric().usedHeapMemory();
        }

        ByteBuf add(String text) {
            ByteBuf buffer = MemoryStream.HEAP.heapBuffer().writeBytes(text.getBytes(UTF_8));
            all.add(buffer);
            return buffer;
        }

        Bytes of(String text) {
            return new Bytes(add(text));
        }

        void assertFreed() {
            assertThat(all).allMatch(buffer -> buffer.refCnt() == 0);
            assertThat(used()).isEqualTo(before);
        }
    }

    private static void survives(Program<?> program, String... victims) {
        Exploration all =
                Sim.exploring()
                        .runs(60)
                        .cancelling(victims)
                        .expiring(victims)
                        .sweepOrders(6)
                        .run(
                                sim -> {
                                    program.run(sim);
                                    assertThat(sim.elapsed()).isLessThan(LONG); // nobody hangs
                                });
        assertThat(all.runs()).isGreaterThan(100);
    }

    // ---- a protocol

    @Test
    void requests_and_replies() {
        survives(
                _ -> assertThat(requestsAndReplies(pair())).isBetween(0, MESSAGES),
                "client",
                "server");
    }

    /** How many questions were answered. */
    private static int requestsAndReplies(StreamPair pair) {
        var buffers = new Buffers();
        List<String> heard = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        Weft.group(
                g -> {
                    g.start("server", () -> inTime(() -> serve(pair.right(), buffers, heard)));
                    g.start("client", () -> inTime(() -> ask(pair.left(), buffers, answers)));
                });
        assertThat(heard).isEqualTo(lines("question", heard.size()));
        assertThat(answers).isEqualTo(lines("re question", answers.size()));
        assertThat(answers).hasSizeLessThanOrEqualTo(heard.size());
        assertThat(pair.left().isClosed() && pair.right().isClosed()).isTrue();
        buffers.assertFreed();
        return answers.size();
    }

    private static void serve(ByteStream stream, Buffers buffers, List<String> heard) {
        try (stream) {
            for (String line = stream.readLine(); line != null; line = stream.readLine()) {
                heard.add(line);
                stream.write(buffers.of("re "));
                stream.write((line + "\n").getBytes(UTF_8));
            }
        } catch (ConnectionResetException e) {
            // the client has gone
        }
    }

    private static void ask(ByteStream stream, Buffers buffers, List<String> answers) {
        try (stream) {
            for (String question : lines("question", MESSAGES)) {
                stream.write(buffers.of(question + "\n"));
                String answer = stream.readLine();
                if (answer == null || !answer.startsWith("re question ")) {
                    return; // the server has gone, perhaps in the midst of it
                }
                answers.add(answer);
            }
        } catch (ConnectionResetException e) {
            // the server has gone
        }
    }

    private static void inTime(Runnable body) {
        boolean _ = Weft.moveOnAfter(LONG, body::run);
    }

    private static List<String> lines(String text, int number) {
        return IntStream.range(0, number).mapToObj(i -> text + " " + i).toList();
    }

    // ---- no message lost, none twice

    @Test
    void messages_that_are_read_two_at_a_time_by_a_separator() {
        survives(_ -> messages(pair(), StreamPairSweepTest::twoMessages), "writer", "reader");
    }

    @Test
    void messages_that_are_read_byte_by_byte() {
        survives(_ -> messages(pair(), StreamPairSweepTest::one), "writer", "reader");
    }

    @Test
    void messages_that_are_read_by_three_bytes_exactly() {
        survives(_ -> messages(pair(), StreamPairSweepTest::three), "writer", "reader");
    }

    interface Reading {
        /** Some more text; none at the end. */
        String read(ByteStream stream);
    }

    private static String twoMessages(ByteStream stream) {
        try {
            return some(stream.readUntil(new byte[] {';'}, 100));
        } catch (EndOfStreamException e) {
            return some(stream.read());
        }
    }

    private static String one(ByteStream stream) {
        Weft.checkpoint(); // the other half of a message comes later
        return some(stream.read(1));
    }

    private static String three(ByteStream stream) {
        try {
            return some(stream.readExactly(3));
        } catch (EndOfStreamException e) {
            return some(stream.read());
        }
    }

    private static String some(Bytes bytes) {
        try (bytes) {
            return bytes.toString(UTF_8);
        }
    }

    private void messages(StreamPair pair, Reading reading) {
        var buffers = new Buffers();
        List<String> written = new ArrayList<>();
        var read = new StringBuilder();
        Weft.group(
                g -> {
                    Task<?> writer =
                            g.start(
                                    "writer",
                                    () -> {
                                        for (int i = 0; i < MESSAGES; i++) {
                                            String message = i + (i % 2 == 0 ? "," : ";");
                                            inTime(
                                                    () -> {
                                                        write(pair, buffers, message);
                                                        written.add(message);
                                                    });
                                        }
                                    });
                    g.start(
                            () -> {
                                var _ = writer.outcome();
                                pair.left().shutdownOutput();
                            });
                    Task<?> reader =
                            g.start(
                                    "reader",
                                    () -> {
                                        for (int i = 0; i < MESSAGES; i++) {
                                            inTime(() -> read.append(reading.read(pair.right())));
                                        }
                                    });
                    var _ = reader.outcome();
                    readRest(pair.right(), reading, read);
                });
        assertIsAll(written, read.toString());
        pair.close();
        buffers.assertFreed();
    }

    /** A write that did not return has left nothing behind, but where its reading had begun. */
    private static void write(StreamPair pair, Buffers buffers, String message) {
        ByteBuf buffer = buffers.add(message);
        boolean returned = false;
        try {
            pair.left().write(new Bytes(buffer));
            returned = true;
        } finally {
            boolean begun =
                    buffer.readableBytes() < message.length()
                            || ((LoopStream) pair.right()).isBeingRead();
            assertThat(returned || begun || buffer.refCnt() == 0).isTrue();
        }
    }

    private static void readRest(ByteStream stream, Reading reading, StringBuilder read) {
        for (String more = reading.read(stream); !more.isEmpty(); more = reading.read(stream)) {
            read.append(more);
        }
    }

    /** In lockstep a write that was cancelled when half of it had been read is there as well. */
    private void assertIsAll(List<String> written, String read) {
        if (capacity > 0) {
            assertThat(read).isEqualTo(String.join("", written));
        } else {
            List<String> whole = List.of(read.split("(?<=[,;])"));
            assertThat(whole).isSorted().doesNotHaveDuplicates();
            assertThat(read).matches("(\\d[,;])*");
            assertThat(written).isSubsetOf(whole);
        }
    }

    // ---- with the annotations

    @SimTest(runs = 200)
    @CancelEverywhere({"client", "server"})
    void loses_nothing_to_a_cancellation(Sim sim) {
        int answered = requestsAndReplies(pair());
        assertThat(answered).isBetween(0, MESSAGES);
        assertThat(sim.elapsed()).isLessThan(LONG);
    }

    @SimTest
    @Exhaustive(maxRuns = 2_000)
    void answers_all_in_every_order() {
        assertThat(requestsAndReplies(pair())).isEqualTo(MESSAGES);
    }
}
