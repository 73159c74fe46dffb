package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.weft.Weft;
import dev.weft.file.Disk;
import dev.weft.file.FileChange;
import dev.weft.file.FileException;
import dev.weft.file.FileWatch;
import dev.weft.file.OpenFile;
import dev.weft.file.Temporary;
import dev.weft.net.StreamPair;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The snippets of {@code docs/files.md}. */
@Timeout(60)
class FileSnippetsTest {
    private final List<String> said = new ArrayList<>();
    @TempDir Path folder;
    private Path file = Path.of("");

    @BeforeEach
    void file() throws IOException {
        file = Files.writeString(folder.resolve("file"), "light: off\n");
    }

    private void print(Object what) {
        said.add(what.toString());
    }

    @Test
    void whole_files() {
        Path log = folder.resolve("log");
        Weft.run(
                () -> {
                    // snippet
                    String settings = Disk.readString(file, 1 << 20);
                    Disk.replace(file, settings.replace("off", "on").getBytes(UTF_8));
                    Disk.write(log, "switched on\n", CREATE, APPEND);
                    // end
                });
        assertThat(file).hasContent("light: on\n");
        assertThat(log).hasContent("switched on\n");
    }

    @Test
    void a_copy() {
        Path copy = folder.resolve("copy");
        Weft.run(
                () -> {
                    // snippet
                    try (var from = OpenFile.open(file);
                            var to = OpenFile.open(copy, CREATE, WRITE);
                            var sink = to.sink()) {
                        long length = from.source().transferTo(sink);
                        sink.flush();
                        to.sync();
                        print(length);
                    }
                    // end
                });
        assertThat(copy).hasContent("light: off\n");
        assertThat(said).containsExactly("11");
    }

    @Test
    void lines() {
        Weft.run(
                () -> {
                    // snippet
                    try (var lines = Disk.lines(file, 10_000)) {
                        for (String line : lines) {
                            print(line);
                        }
                    }
                    // end
                });
        assertThat(said).containsExactly("light: off");
    }

    @Test
    void to_a_stream() {
        Weft.run(
                () -> {
                    var pair = StreamPair.inMemory();
                    try (var stream = pair.left();
                            var reader = pair.right()) {
                        // snippet
                        long sent = Disk.send(file, 0, Long.MAX_VALUE, stream);
                        // end
                        assertThat(sent).isEqualTo(11);
                        assertThat(reader.readLine()).isEqualTo("light: off");
                    }
                });
    }

    @Test
    void a_tree() throws IOException {
        Files.writeString(folder.resolve("x.tmp"), "");
        Weft.run(
                () -> {
                    // snippet
                    try (var all = Disk.walk(folder, Integer.MAX_VALUE)) {
                        for (Path path : all) {
                            if (path.toString().endsWith(".tmp")) {
                                Disk.delete(path);
                            }
                        }
                    }
                    // end
                });
        assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    }

    private void use(Path part) {
        print(Disk.readString(part, 10));
    }

    @Test
    void for_a_while() {
        Weft.run(
                () -> {
                    // snippet
                    try (var scratch = Temporary.folder()) {
                        Path part = scratch.path().resolve("part");
                        Disk.write(part, "text");
                        use(part);
                    } // gone, with all that is in it
                    // end
                });
        assertThat(said).containsExactly("text");
    }

    private void load(Path path) {
        print("load " + path.getFileName());
    }

    private void forget(Path path) {
        print("forget " + path.getFileName());
    }

    private void loadAll() {
        print("load all");
    }

    private void follow() {
        // snippet
        try (var watch = FileWatch.of(folder)) {
            for (FileChange change : watch) {
                switch (change.kind()) {
                    case CREATED, MODIFIED -> load(change.path());
                    case DELETED -> forget(change.path());
                    case OVERFLOW, GONE -> loadAll();
                }
            }
        }
        // end
    }

    @Test
    void changes() {
        Weft.run(
                () ->
                        Weft.group(
                                group -> {
                                    group.background(this::follow);
                                    while (said.isEmpty()) {
                                        Disk.write(folder.resolve("new"), "");
                                        Disk.delete(folder.resolve("new"));
                                    }
                                    while (!said.contains("forget new")) {
                                        Weft.checkpoint();
                                    }
                                }));
        assertThat(said).contains("load new", "forget new");
    }

    @Test
    void a_failure() {
        Path missing = folder.resolve("missing");
        Weft.run(
                () -> {
                    // snippet
                    try {
                        print(Disk.readString(missing, 100));
                    } catch (FileException e) {
                        print(e.kind() + " " + e.path());
                    }
                    // end
                });
        assertThat(said).containsExactly("NOT_FOUND " + missing);
    }
}
