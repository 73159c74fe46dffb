package dev.weft.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Action;
import dev.weft.Outcome;
import dev.weft.Weft;
import dev.weft.net.Bytes;
import dev.weft.net.LimitExceededException;
import dev.weft.net.StreamPair;
import dev.weft.process.Command;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Whole files, folders and trees. */
@Timeout(60)
class DiskTest {
    @TempDir Path folder;

    static void assertFails(FileException.Kind kind, String message, ThrowingCallable call) {
        assertThatExceptionOfType(FileException.class)
                .isThrownBy(call)
                .withMessage(message)
                .matches(e -> e.kind() == kind, "is of kind " + kind);
    }

    static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Weft.sleep(Duration.ofMillis(1));
        }
    }

    private Path file(String name, String content) {
        try {
            return Files.writeString(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Set<String> names() {
        try (var all = Files.walk(folder)) {
            return all.filter(path -> !path.equals(folder))
                    .map(path -> folder.relativize(path).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- whole files

    @Test
    void a_file_is_written_appended_to_and_read() {
        Path file = folder.resolve("notes");
        Weft.run(
                () -> {
                    Disk.write(file, "one\n");
                    Disk.write(file, "zwölf".getBytes(UTF_8), StandardOpenOption.APPEND);
                    assertThat(Disk.readString(file, 10)).isEqualTo("one\nzwölf");
                    assertThat(Disk.readBytes(file, 10)).hasSize(10);
                    assertThat(Disk.attributes(file).size()).isEqualTo(10);
                    Disk.write(file, "");
                    assertThat(Disk.readBytes(file, 0)).isEmpty();
                });
    }

    @Test
    void one_that_is_longer_than_the_limit_is_refused() {
        Path file = file("long", "0123456789");
        Weft.run(
                () -> {
                    assertFails(
                            FileException.Kind.TOO_LARGE,
                            file + ": more than 9 bytes; read it as a stream, or raise the limit",
                            () -> Disk.readBytes(file, 9));
                    assertThatExceptionOfType(FileException.class)
                            .isThrownBy(() -> Disk.readBytes(Path.of("/dev/zero"), 100_000));
                    assertThatIllegalArgumentException().isThrownBy(() -> Disk.readBytes(file, -1));
                });
    }

    @Test
    void what_says_that_it_has_no_size_is_read_all_the_same() {
        Path status = Path.of("/proc/self/status");
        assumeThat(status).exists();
        Weft.run(
                () -> {
                    assertThat(Disk.attributes(status).size()).isZero();
                    assertThat(Disk.readString(status, 100_000)).contains("VmRSS");
                });
    }

    @Test
    void failures_say_which_file_and_why() throws IOException {
        Path file = file("file", "");
        Path secret = file("secret", "");
        Files.setPosixFilePermissions(secret, Set.of());
        Path missing = folder.resolve("missing");
        Weft.run(
                () -> {
                    assertFails(
                            FileException.Kind.NOT_FOUND,
                            missing + ": no such file or folder",
                            () -> Disk.readBytes(missing, 1));
                    assertFails(
                            FileException.Kind.NOT_FOUND,
                            missing + "/x: no such file or folder",
                            () -> Disk.write(missing.resolve("x"), "text"));
                    assertFails(
                            FileException.Kind.IS_DIRECTORY,
                            folder + ": is a folder",
                            () -> Disk.readBytes(folder, 1));
                    assertFails(
                            FileException.Kind.IS_DIRECTORY,
                            folder + ": is a folder",
                            () -> Disk.write(folder, "text"));
                    assertFails(
                            FileException.Kind.EXISTS,
                            file + ": there is one already",
                            () ->
                                    Disk.write(
                                            file,
                                            "",
                                            StandardOpenOption.WRITE,
                                            StandardOpenOption.CREATE_NEW));
                    assertFails(
                            FileException.Kind.NOT_A_DIRECTORY,
                            file + ": is no folder",
                            () -> Disk.list(file));
                    assertFails(
                            FileException.Kind.NOT_EMPTY,
                            folder + ": the folder is not empty",
                            () -> Disk.delete(folder));
                    assertFails(
                            FileException.Kind.OTHER,
                            "/dev/full: no space left on device",
                            () -> Disk.write(Path.of("/dev/full"), "x", StandardOpenOption.WRITE));
                });
        assumeThat(Files.isReadable(secret)).isFalse(); // root may read everything
        Weft.run(
                () ->
                        assertFails(
                                FileException.Kind.NO_PERMISSION,
                                secret + ": permission denied",
                                () -> Disk.readBytes(secret, 1)));
    }

    @Test
    void replace_puts_all_or_nothing_in_its_place_and_leaves_nothing_beside() throws IOException {
        Path file = file("config", "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Path made = folder.resolve("made");
        Weft.run(
                () -> {
                    try (var before = OpenFile.open(file)) {
                        Disk.replace(file, "new one".getBytes(UTF_8));
                        assertThat(before.read(0, 10).toString(UTF_8)).isEqualTo("old");
                    }
                    Disk.replace(made, new byte[100_000]);
                    assertFails(
                            FileException.Kind.IS_DIRECTORY,
                            folder + ": is a folder",
                            () -> Disk.replace(folder, new byte[1]));
                });
        assertThat(file).hasContent("new one");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        assertThat(Files.size(made)).isEqualTo(100_000);
        assertThat(names()).containsExactly("config", "made");
    }

    @Test
    void a_cancelled_replace_has_replaced_it_or_left_it() throws IOException {
        Path file = file("config", "old");
        Weft.run(
                () ->
                        Weft.group(
                                group -> {
                                    var replacing =
                                            group.start(
                                                    () -> Disk.replace(file, new byte[50_000_000]));
                                    until(() -> names().size() == 2);
                                    replacing.cancel("as the test wants it");
                                    boolean replaced =
                                            replacing.outcome() instanceof Outcome.Success<?>;
                                    assertThat(Files.size(file))
                                            .isEqualTo(replaced ? 50_000_000 : 3);
                                }));
        assertThat(names()).containsExactly("config");
    }

    @Test
    void what_replaces_a_private_file_is_private_from_the_start() throws IOException {
        Path file = file("config", "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        var seen = new TreeSet<String>();
        byte[] content = new byte[20_000_000];
        Weft.run(
                () -> {
                    while (seen.isEmpty()) {
                        Weft.group(
                                group -> {
                                    var replacing = group.start(() -> Disk.replace(file, content));
                                    until(
                                            () -> {
                                                seen.addAll(modesBeside(file));
                                                return replacing.isDone();
                                            });
                                });
                    }
                });
        assertThat(seen).containsExactly("rw-------");
    }

    private Set<String> modesBeside(Path file) {
        var modes = new TreeSet<String>();
        for (String name : names()) {
            try {
                if (!folder.resolve(name).equals(file)) {
                    modes.add(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(folder.resolve(name))));
                }
            } catch (IOException goneMeanwhile) {
                assertThat(goneMeanwhile).isInstanceOf(NoSuchFileException.class);
            }
        }
        return modes;
    }

    @Test
    void a_write_that_is_cancelled_before_it_has_begun_drops_nothing() {
        Path file = file("file", "old");
        var held = new CountDownLatch(1);
        Weft.run(
                () ->
                        Weft.group(
                                group -> {
                                    var writing = group.start(() -> Disk.write(file, "new"));
                                    for (int i = 0; i < 200; i++) { // more than there are threads
                                        group.start(() -> Weft.offload(() -> held.await()));
                                    }
                                    until(() -> openHere(file) == 1);
                                    writing.cancel("as the test wants it");
                                    Weft.checkpoint();
                                    Weft.checkpoint();
                                    held.countDown();
                                    assertThat(writing.outcome())
                                            .isInstanceOf(Outcome.Cancelled.class);
                                }));
        assertThat(file).hasContent("old");
    }

    @Test
    void a_write_says_what_to_do_with_what_is_there() {
        Path file = file("file", "old");
        Weft.run(
                () -> {
                    Disk.write(file, "x", StandardOpenOption.WRITE);
                    assertThatIllegalArgumentException()
                            .isThrownBy(
                                    () ->
                                            Disk.write(
                                                    file,
                                                    "",
                                                    StandardOpenOption.APPEND,
                                                    StandardOpenOption.TRUNCATE_EXISTING))
                            .withMessageStartingWith(file + ": APPEND");
                });
        assertThat(file).hasContent("xld");
    }

    @Test
    void lines_come_one_after_the_other() {
        Path file = file("lines", "one\r\ntwo\n\nlast");
        Weft.run(
                () -> {
                    var lines = new ArrayList<String>();
                    try (var all = Disk.lines(file, 100)) {
                        all.forEach(lines::add);
                    }
                    assertThat(lines).containsExactly("one", "two", "", "last");
                    try (var all = Disk.lines(file, 3)) {
                        assertThatExceptionOfType(LimitExceededException.class)
                                .isThrownBy(() -> all.forEach(_ -> {}))
                                .withMessageStartingWith(file + ": ");
                    }
                });
    }

    @Test
    void a_part_is_sent_to_a_stream() {
        Path file = file("file", "0123456789");
        Path missing = folder.resolve("missing");
        Weft.run(
                () -> {
                    try (var pair = StreamPair.inMemory()) {
                        assertThat(Disk.send(file, 2, 3, pair.left())).isEqualTo(3);
                        assertThat(Disk.send(file, 8, 100, pair.left())).isEqualTo(2);
                        try (Bytes all = pair.right().readExactly(5)) {
                            assertThat(all.toString(UTF_8)).isEqualTo("23489");
                        }
                        assertFails(
                                FileException.Kind.NOT_FOUND,
                                missing + ": no such file or folder",
                                () -> Disk.send(missing, 0, 1, pair.left()));
                        assertFails(
                                FileException.Kind.IS_DIRECTORY,
                                folder + ": is a folder",
                                () -> Disk.send(folder, 0, 1, pair.left()));
                        assertThatIllegalArgumentException()
                                .isThrownBy(() -> Disk.send(file, -1, 1, pair.left()));
                    }
                    assertThat(openHere(file)).isZero();
                });
    }

    // ---- a pipe that nobody writes to

    @Test
    void who_waits_for_the_other_end_of_a_pipe_is_freed_though_its_thread_is_not()
            throws IOException {
        Path pipe = folder.resolve("pipe");
        Weft.run(
                () -> {
                    Command.exec("mkfifo", pipe.toString()).run().check();
                    cancelWhileItOpens(1, () -> Disk.readBytes(pipe, 10));
                    cancelWhileItOpens(2, () -> OpenFile.open(pipe));
                    try (var _ = new RandomAccessFile(pipe.toFile(), "rw")) { // lets both open it
                        until(() -> threads("pipe)") == 0);
                        assertThat(openHere(pipe)).isOne();
                    }
                    cancelWhileItOpens(1, () -> Disk.write(pipe, "", StandardOpenOption.WRITE));
                    try (var _ = new RandomAccessFile(pipe.toFile(), "rw")) {
                        until(() -> threads("pipe)") == 0);
                    }
                });
    }

    private static void cancelWhileItOpens(long threads, Action<RuntimeException> call) {
        Weft.group(
                group -> {
                    var opening = group.start(call);
                    until(() -> threads("pipe)") == threads);
                    opening.cancel("as the test wants it");
                    assertThat(opening.outcome()).isInstanceOf(Outcome.Cancelled.class);
                });
    }

    @Test
    void what_is_written_to_a_pipe_is_read() {
        Path pipe = folder.resolve("pipe");
        Weft.run(
                () -> {
                    Command.exec("mkfifo", pipe.toString()).run().check();
                    Weft.group(
                            group -> {
                                var reading = group.start(() -> Disk.readString(pipe, 100));
                                Disk.write(pipe, "through", StandardOpenOption.WRITE);
                                assertThat(reading.await()).isEqualTo("through");
                            });
                });
    }

    private static long threads(String nameEnds) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().endsWith(nameEnds))
                .count();
    }

    /** How many descriptors of this process are that file. */
    static long openHere(Path file) {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(link -> isLinkTo(link, file)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isLinkTo(Path link, Path file) {
        try {
            return Files.readSymbolicLink(link).equals(file.toRealPath());
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    // ---- folders and trees

    private void tree() throws IOException {
        Files.createDirectories(folder.resolve("a/b/c"));
        file("a/one", "1");
        file("a/b/two", "2");
        Files.createSymbolicLink(folder.resolve("a/up"), folder);
    }

    private Set<String> walked(int depth) {
        var seen = new TreeSet<String>();
        try (var walk = Disk.walk(folder, depth)) {
            for (Path path : walk) {
                seen.add(folder.relativize(path).toString());
            }
        }
        return seen;
    }

    @Test
    void a_walk_goes_so_deep_and_follows_no_link() throws IOException {
        tree();
        Weft.run(
                () -> {
                    assertThat(walked(Integer.MAX_VALUE))
                            .containsExactly("a", "a/b", "a/b/c", "a/b/two", "a/one", "a/up");
                    assertThat(walked(2)).containsExactly("a", "a/b", "a/one", "a/up");
                    assertThat(walked(1)).containsExactly("a");
                    assertThatIllegalArgumentException().isThrownBy(() -> Disk.walk(folder, 0));
                });
    }

    @Test
    void a_walk_reads_little_ahead_leaves_out_what_is_gone_and_can_be_left() throws IOException {
        for (int i = 0; i < 1_000; i++) {
            Files.createDirectory(folder.resolve("d" + i));
        }
        Weft.run(
                () -> {
                    int seen = 0;
                    try (var walk = Disk.walk(folder, 2)) {
                        for (Path path : walk) {
                            if (seen++ == 0) {
                                var _ = Disk.deleteTree(folder.resolve("d0"));
                                Disk.write(path.resolve("late"), "");
                            }
                        }
                    }
                    assertThat(seen).isBetween(999, 1_001);
                    Listing<Path> left = Disk.list(folder);
                    assertThat(left.iterator().hasNext()).isTrue();
                    assertThat(openHere(folder)).isPositive();
                    left.close();
                    assertThat(openHere(folder)).isZero();
                    assertThatIllegalStateException()
                            .isThrownBy(() -> left.iterator().hasNext())
                            .withMessage("the walk through " + folder + " is closed");
                });
    }

    @Test
    void a_tree_is_deleted_but_not_what_its_links_point_to() throws IOException {
        tree();
        Path outside = Files.createDirectory(folder.resolve("outside"));
        file("outside/kept", "");
        Files.createSymbolicLink(folder.resolve("a/link"), outside);
        Weft.run(
                () -> {
                    assertThat(Disk.deleteTree(folder.resolve("a"))).isEqualTo(7);
                    assertThat(Disk.deleteTree(folder.resolve("a"))).isZero();
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> Disk.deleteTree(Path.of("/")));
                });
        assertThat(names()).containsExactly("outside", "outside/kept");
    }

    @Test
    void a_tree_without_a_name_is_not_deleted() throws IOException {
        tree();
        Weft.run(
                () -> {
                    for (Path path :
                            List.of(
                                    folder.resolve("a/.."),
                                    folder.resolve("a/."),
                                    Path.of(".."),
                                    Path.of("."),
                                    Path.of(""))) {
                        assertThatIllegalArgumentException()
                                .isThrownBy(() -> Disk.deleteTree(path))
                                .withMessageContaining("name what is to be deleted");
                    }
                });
        assertThat(names()).hasSize(6);
    }

    @Test
    void a_cancelled_copy_stops_and_leaves_nothing() throws IOException {
        Path file = file("file", "");
        try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1_000_000_000);
        }
        Path copy = folder.resolve("copy");
        Weft.run(
                () ->
                        Weft.group(
                                group -> {
                                    var copying = group.start(() -> Disk.copy(file, copy));
                                    until(() -> Files.exists(copy));
                                    copying.cancel("as the test wants it");
                                    assertThat(copying.outcome())
                                            .isInstanceOf(Outcome.Cancelled.class);
                                }));
        assertThat(copy).doesNotExist();
    }

    @Test
    void folders_are_made_and_files_moved_copied_and_deleted() {
        Path deep = folder.resolve("x/y");
        Path file = folder.resolve("x/y/file");
        Weft.run(
                () -> {
                    Disk.createDirectories(deep);
                    Disk.createDirectories(deep);
                    Disk.write(file, "text");
                    Disk.copy(file, folder.resolve("copy"));
                    Disk.move(file, folder.resolve("moved"));
                    assertThat(Disk.exists(file)).isFalse();
                    assertThat(Disk.exists(folder.resolve("copy"), LinkOption.NOFOLLOW_LINKS))
                            .isTrue();
                    assertThat(Disk.delete(folder.resolve("copy"))).isTrue();
                    assertThat(Disk.delete(folder.resolve("copy"))).isFalse();
                    assertFails(
                            FileException.Kind.NOT_FOUND,
                            file + ": no such file or folder",
                            () -> Disk.move(file, folder.resolve("z")));
                });
        assertThat(names()).containsExactly("moved", "x", "x/y");
    }

    @Test
    void temporary_ones_are_there_until_they_are_closed_also_by_a_cancellation() {
        Weft.run(
                () -> {
                    var paths = new ArrayList<Path>();
                    Weft.group(
                            group -> {
                                var holding =
                                        group.start(
                                                () -> {
                                                    try (var dir = Temporary.folder();
                                                            var file = Temporary.file(".csv")) {
                                                        Disk.write(dir.path().resolve("x"), "x");
                                                        paths.addAll(
                                                                List.of(dir.path(), file.path()));
                                                        Weft.sleep(Duration.ofHours(1));
                                                    }
                                                });
                                until(() -> paths.size() == 2);
                                assertThat(paths).allMatch(Files::exists);
                                assertThat(paths.getLast().toString()).endsWith(".csv");
                                holding.cancel("as the test wants it");
                                assertThat(holding.outcome()).isInstanceOf(Outcome.Cancelled.class);
                            });
                    assertThat(paths).noneMatch(Files::exists);
                });
    }

    @Test
    void off_a_loop_everything_is_refused() {
        Path file = folder.resolve("file");
        assertThatIllegalStateException().isThrownBy(() -> Disk.write(file, ""));
        assertThatIllegalStateException().isThrownBy(() -> OpenFile.open(file));
        assertThatIllegalStateException().isThrownBy(() -> FileWatch.of(folder));
        assertThat(file).doesNotExist();
    }
}
