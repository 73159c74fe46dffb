package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Outcome;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Streams of the JDK's that hold their thread, as sources and sinks. */
@Timeout(60)
class BlockingStreamTest {

    /** Holds whoever reads until something is typed. */
    private static final class Keyboard extends InputStream {
        final BlockingQueue<Integer> typed = new LinkedBlockingQueue<>();
        volatile boolean closed;

        @Override
        public int read() throws IOException {
            try {
                return typed.take();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int first = read();
            if (first < 0) {
                return -1;
            }
            target[offset] = (byte) first;
            return 1;
        }

        @Override
        public void close() {
            closed = true;
        }

        void type(String text) {
            text.chars().forEach(typed::add);
        }
    }

    @Test
    void reads_lines_and_the_end() {
        Weft.run(
                () -> {
                    var input = new ByteArrayInputStream("one\ntwo".getBytes(UTF_8));
                    try (var source = ByteSource.over(input, "test")) {
                        assertThat(source.readLine()).isEqualTo("one");
                        assertThat(source.readLine()).isEqualTo("two");
                        assertThat(source.readLine()).isNull();
                    }
                });
    }

    @Test
    void other_tasks_run_while_one_waits_and_what_comes_after_a_cancelled_wait_is_kept() {
        var keyboard = new Keyboard();
        Weft.run(
                () -> {
                    try (var source = ByteSource.over(keyboard, "keyboard")) {
                        Weft.group(
                                group -> {
                                    var reading = group.start(() -> source.readLine());
                                    Weft.checkpoint();
                                    reading.cancel("as the test wants it");
                                    assertThat(reading.outcome())
                                            .isInstanceOf(Outcome.Cancelled.class);
                                    keyboard.type("line\n");
                                    assertThat(source.readLine()).isEqualTo("line");
                                });
                    }
                    while (!keyboard.closed) {
                        Weft.checkpoint();
                    }
                });
    }

    @Test
    void what_the_stream_throws_is_thrown() {
        var broken =
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("unplugged");
                    }

                    @Override
                    public int read(byte[] target, int offset, int length) throws IOException {
                        return read();
                    }
                };
        Weft.run(
                () -> {
                    try (var source = ByteSource.over(broken, "keyboard")) {
                        assertThatExceptionOfType(ConnectionResetException.class)
                                .isThrownBy(() -> source.readLine())
                                .withMessage("keyboard: unplugged");
                    }
                });
    }

    @Test
    void writes_and_closes() {
        var written = new ByteArrayOutputStream();
        Weft.run(
                () -> {
                    ByteSink sink = ByteSink.over(written, "test");
                    try (sink) {
                        sink.write(Bytes.utf8("one "));
                        sink.write("two".getBytes(UTF_8));
                        sink.flush();
                        assertThat(written.toString(UTF_8)).isEqualTo("one two");
                    }
                    assertThatExceptionOfType(ConnectionClosedException.class)
                            .isThrownBy(() -> sink.write(new byte[1]));
                });
    }

    @Test
    void off_a_loop_they_are_refused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ByteSource.over(InputStream.nullInputStream(), "test"));
        assertThatIllegalStateException()
                .isThrownBy(() -> ByteSink.over(OutputStream.nullOutputStream(), "test"));
    }
}
