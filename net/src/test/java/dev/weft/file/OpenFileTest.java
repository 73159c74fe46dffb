package dev.weft.file;

import static dev.weft.file.DiskTest.assertFails;
import static dev.weft.file.DiskTest.openHere;
import static dev.weft.file.DiskTest.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.weft.Outcome;
import dev.weft.Weft;
import dev.weft.net.ByteSink;
import dev.weft.net.Bytes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;

/** One file at positions, and as a stream. */
@Timeout(60)
class OpenFileTest {
    @TempDir Path folder;

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("file"), content);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    @Test
    void it_is_read_and_written_at_positions() {
        Path file = folder.resolve("file");
        Weft.run(
                () -> {
                    try (var open = OpenFile.open(file, CREATE, READ, WRITE)) {
                        open.write(2, "hello".getBytes(UTF_8));
                        open.write(0, "12".getBytes(UTF_8));
                        assertThat(open.size()).isEqualTo(7);
                        assertThat(open.read(1, 3).toString(UTF_8)).isEqualTo("2he");
                        assertThat(open.read(7, 3).isEmpty()).isTrue();
                        byte[] target = new byte[10];
                        assertThat(open.read(3, target)).isEqualTo(4);
                        assertThat(new String(target, 0, 4, UTF_8)).isEqualTo("ello");
                        open.truncate(3);
                        open.write(5, new byte[] {'x'});
                        open.sync();
                    }
                });
        assertThat(file).hasBinaryContent(new byte[] {'1', '2', 'h', 0, 0, 'x'});
    }

    @Test
    void bad_use_says_what_is_wrong() throws IOException {
        Path file = file(new byte[1]);
        Weft.run(
                () -> {
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> OpenFile.open(file, APPEND))
                            .withMessageContaining("Disk.write(path, bytes, APPEND)");
                    OpenFile open = OpenFile.open(file, READ, READ);
                    try (open) {
                        assertThatIllegalArgumentException().isThrownBy(() -> open.read(-1, 1));
                        assertThatIllegalArgumentException().isThrownBy(() -> open.read(0, 0));
                        assertThatIllegalStateException()
                                .isThrownBy(() -> open.write(0, new byte[1]))
                                .withMessage(file + " was opened without WRITE");
                        Weft.offload(
                                () ->
                                        assertThatIllegalStateException()
                                                .isThrownBy(() -> Weft.run(() -> open.size()))
                                                .withMessageContaining("belongs to"));
                    }
                    open.close();
                    assertThatIllegalStateException()
                            .isThrownBy(open::size)
                            .withMessage("OpenFile " + file + " is closed");
                    assertFails(
                            FileException.Kind.NOT_FOUND,
                            file + "2: no such file or folder",
                            () -> OpenFile.open(folder.resolve("file2")));
                    try (var directory = OpenFile.open(folder)) {
                        assertFails(
                                FileException.Kind.IS_DIRECTORY,
                                folder + ": is a folder",
                                () -> directory.read(0, 1));
                    }
                });
    }

    @Test
    void what_is_cancelled_leaves_it_open_and_usable() throws IOException {
        byte[] content = random(1_000_000);
        Path file = file(content);
        Weft.run(
                () -> {
                    try (var open = OpenFile.open(file, READ, WRITE)) {
                        for (int i = 0; i < 200; i++) {
                            Weft.group(
                                    group -> {
                                        var reading =
                                                group.start(
                                                        () -> open.read(0, new byte[1_000_000]));
                                        var writing = group.start(() -> open.write(0, content));
                                        Weft.checkpoint();
                                        reading.cancel("as the test wants it");
                                        writing.cancel("as the test wants it");
                                        var _ = reading.outcome();
                                        var _ = writing.outcome();
                                    });
                        }
                        byte[] all = new byte[1_000_000];
                        assertThat(open.read(0, all)).isEqualTo(1_000_000);
                        assertThat(all).isEqualTo(content);
                    }
                });
    }

    @Test
    void a_cancelled_open_leaves_nothing_open() throws IOException {
        Path file = file(new byte[1]);
        Weft.run(
                () -> {
                    for (int i = 0; i < 200; i++) {
                        Weft.group(
                                group -> {
                                    var opening = group.start(() -> OpenFile.open(file));
                                    Weft.checkpoint();
                                    Weft.checkpoint();
                                    opening.cancel("as the test wants it");
                                    if (opening.outcome()
                                            instanceof Outcome.Success<OpenFile>(OpenFile open)) {
                                        open.close();
                                    }
                                });
                    }
                    until(() -> openHere(file) == 0);
                });
    }

    @Test
    void one_that_is_open_when_its_loop_ends_is_closed() throws IOException {
        Path file = file(new byte[1]);
        Weft.run(
                () -> {
                    var _ = OpenFile.open(file);
                    assertThat(openHere(file)).isOne();
                });
        assertThat(openHere(file)).isZero();
    }

    @Test
    void a_close_waits_for_no_cancellation() throws IOException {
        Path file = file(new byte[1]);
        Weft.run(
                () -> {
                    Weft.group(
                            group -> {
                                var holding =
                                        group.start(
                                                () -> {
                                                    try (var _ = OpenFile.open(file)) {
                                                        Weft.sleep(Duration.ofHours(1));
                                                    }
                                                });
                                until(() -> openHere(file) == 1);
                                holding.cancel("as the test wants it");
                                assertThat(holding.outcome()).isInstanceOf(Outcome.Cancelled.class);
                                assertThat(openHere(file)).isZero();
                            });
                });
    }

    @Test
    void one_that_is_deleted_while_it_is_open_is_read_on() throws IOException {
        byte[] content = random(200_000);
        Path file = file(content);
        Weft.run(
                () -> {
                    try (var open = OpenFile.open(file);
                            var source = open.source()) {
                        try (Bytes first = source.readExactly(10)) {
                            assertThat(first.length()).isEqualTo(10);
                        }
                        assertThat(Disk.delete(file)).isTrue();
                        try (Bytes rest = source.readAll(200_000)) {
                            assertThat(rest.length()).isEqualTo(199_990);
                        }
                    }
                });
    }

    // ---- as a stream

    @Test
    void a_source_gives_what_it_has_from_a_position_on() throws IOException {
        byte[] content = random(300_000);
        Path file = file(content);
        Weft.run(
                () -> {
                    try (var open = OpenFile.open(file);
                            var source = open.source(100_000)) {
                        byte[] all = new byte[200_000];
                        int read = 0;
                        for (int n = 0; n >= 0; n = source.read(all, read, all.length - read)) {
                            read += n;
                            if (read == all.length) {
                                break;
                            }
                        }
                        assertThat(source.read().isEmpty()).isTrue();
                        assertThat(all)
                                .isEqualTo(java.util.Arrays.copyOfRange(content, 100_000, 300_000));
                    }
                });
    }

    @Test
    void a_cancelled_read_of_a_source_has_taken_nothing() throws IOException {
        var expected = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            expected.append("line ").append(i).append('\n');
        }
        Path file = file(expected.toString().getBytes(UTF_8));
        Weft.run(
                () -> {
                    var seen = new StringBuilder();
                    try (var open = OpenFile.open(file);
                            var source = open.source()) {
                        for (boolean[] over = {false}; !over[0]; ) {
                            Weft.group(
                                    group -> {
                                        var reading =
                                                group.start(
                                                        () -> {
                                                            String line = source.readLine();
                                                            over[0] = line == null;
                                                            return line == null ? "" : line + "\n";
                                                        });
                                        Weft.checkpoint();
                                        reading.cancel("as the test wants it");
                                        if (reading.outcome()
                                                instanceof Outcome.Success<String>(String line)) {
                                            seen.append(line);
                                        }
                                    });
                        }
                    }
                    assertThat(seen).hasToString(expected.toString());
                });
    }

    @Test
    void a_sink_writes_one_after_the_other_and_loses_nothing_by_cancellations() throws IOException {
        Path file = folder.resolve("file");
        var expected = new StringBuilder("0123");
        Weft.run(
                () -> {
                    try (var open = OpenFile.open(file, CREATE, WRITE)) {
                        open.write(0, "0123456".getBytes(UTF_8));
                        try (ByteSink sink = open.sink(4)) {
                            for (int i = 0; i < 200; i++) {
                                String text = i + "x".repeat(1_000) + "\n";
                                var written = new ArrayList<String>();
                                Weft.group(
                                        group -> {
                                            var writing =
                                                    group.start(
                                                            () -> {
                                                                sink.write(Bytes.utf8(text));
                                                                written.add(text);
                                                            });
                                            Weft.checkpoint();
                                            writing.cancel("as the test wants it");
                                        });
                                written.forEach(expected::append);
                            }
                            sink.write("end".getBytes(UTF_8));
                            sink.flush();
                            assertThat(Files.size(file)).isEqualTo(expected.length() + 3);
                            sink.write("ing".getBytes(UTF_8));
                        }
                    }
                });
        assertThat(file).hasContent(expected + "ending");
    }

    @Test
    void what_a_sink_keeps_back_is_written_when_its_file_closes() {
        Path file = folder.resolve("file");
        Weft.run(
                () -> {
                    ByteSink left;
                    try (var open = OpenFile.open(file, CREATE, WRITE)) {
                        left = open.sink();
                        left.write("kept".getBytes(UTF_8));
                        open.sink(4).write(" back".getBytes(UTF_8));
                        ByteSink dropped = open.sink();
                        dropped.write("none".getBytes(UTF_8));
                        dropped.abort();
                    }
                    assertThatIllegalStateException()
                            .isThrownBy(() -> left.write("late".getBytes(UTF_8)))
                            .withMessage("ByteSink " + file + " is closed");
                    left.close();
                });
        assertThat(file).hasContent("kept back");
    }

    @Test
    void what_a_sink_can_not_write_is_not_lost_without_a_word() {
        Path full = Path.of("/dev/full");
        Weft.run(
                () -> {
                    OpenFile open = OpenFile.open(full, WRITE);
                    ByteSink sink = open.sink();
                    sink.write(new byte[3]);
                    assertFails(
                            FileException.Kind.OTHER,
                            full + ": no space left on device",
                            open::close);
                    assertThat(openHere(full)).isZero();
                    assertThatIllegalStateException()
                            .isThrownBy(sink::close)
                            .withMessageStartingWith(
                                    "ByteSink /dev/full: 3 bytes were not written");
                    sink.close();
                });
    }

    @Test
    void a_stream_is_copied_to_a_file() throws IOException {
        byte[] content = random(1_000_000);
        Path file = file(content);
        Path copy = folder.resolve("copy");
        Weft.run(
                () -> {
                    try (var from = OpenFile.open(file);
                            var to = OpenFile.open(copy, CREATE, WRITE);
                            var sink = to.sink()) {
                        assertThat(from.source().transferTo(sink)).isEqualTo(1_000_000);
                    }
                });
        assertThat(copy).hasBinaryContent(content);
    }
}
