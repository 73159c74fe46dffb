package dev.weft.file;

import static dev.weft.file.DiskTest.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.Outcome;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;

/** Changes as a stream, from the real system. */
@Timeout(120)
class FileWatchTest {
    @TempDir Path folder;

    private static FileChange nextOf(FileWatch watch, FileChange.Kind kind) {
        FileChange change = watch.next();
        while (change.kind() != kind) {
            change = watch.next();
        }
        return change;
    }

    @Test
    void changes_come_in_order() {
        Path file = folder.resolve("file");
        Weft.run(
                () -> {
                    try (var watch = FileWatch.of(folder)) {
                        Disk.write(file, "");
                        assertThat(watch.next())
                                .isEqualTo(new FileChange(FileChange.Kind.CREATED, file));
                        Disk.write(file, "text");
                        assertThat(nextOf(watch, FileChange.Kind.MODIFIED).path()).isEqualTo(file);
                        assertThat(Disk.delete(file)).isTrue();
                        assertThat(nextOf(watch, FileChange.Kind.DELETED).path()).isEqualTo(file);
                    }
                });
    }

    @Test
    void a_cancelled_wait_has_taken_nothing() {
        Weft.run(
                () -> {
                    try (var watch = FileWatch.of(folder)) {
                        Weft.group(
                                group -> {
                                    var waiting = group.start(() -> watch.next());
                                    Weft.checkpoint();
                                    waiting.cancel("as the test wants it");
                                    assertThat(waiting.outcome())
                                            .isInstanceOf(Outcome.Cancelled.class);
                                });
                        Disk.createDirectories(folder.resolve("new"));
                        assertThat(watch.next().path()).isEqualTo(folder.resolve("new"));
                    }
                });
    }

    @Test
    void more_than_is_kept_becomes_an_overflow() {
        Weft.run(
                () -> {
                    Path first = folder.resolve("first");
                    try (var watch = FileWatch.of(folder);
                            var witness = FileWatch.of(folder)) {
                        Disk.createDirectories(first);
                        assertThat(watch.next().path()).isEqualTo(first);
                        for (int i = 0; i < 2_000; i++) {
                            Disk.createDirectories(folder.resolve("d" + i));
                            if (i % 100 == 99) { // so that the witness keeps up
                                Path last = folder.resolve("d" + i);
                                while (!witness.next().path().equals(last)) {}
                            }
                        }
                        assertThat(nextOf(watch, FileChange.Kind.OVERFLOW).path())
                                .isEqualTo(folder);
                    }
                });
    }

    @Test
    void a_folder_that_is_gone_ends_it() {
        Path below = folder.resolve("below");
        Weft.run(
                () -> {
                    Disk.createDirectories(below);
                    try (var watch = FileWatch.of(below)) {
                        assertThat(Disk.delete(below)).isTrue();
                        var changes = new ArrayList<FileChange>();
                        watch.forEach(changes::add);
                        assertThat(changes)
                                .containsExactly(new FileChange(FileChange.Kind.GONE, below));
                        assertThatIllegalStateException()
                                .isThrownBy(watch::next)
                                .withMessageContaining("all that was watched is gone");
                    }
                });
    }

    @Test
    void a_close_ends_whoever_waits_and_the_threads() {
        Weft.run(
                () -> {
                    var watch = FileWatch.of(folder);
                    Weft.group(
                            group -> {
                                var waiting = group.start(() -> watch.forEach(_ -> {}));
                                Weft.checkpoint();
                                watch.close();
                                waiting.await();
                            });
                    watch.close();
                    assertThatIllegalStateException()
                            .isThrownBy(watch::next)
                            .withMessageEndingWith(" is closed");
                    until(() -> threads() == 0);
                });
    }

    @Test
    void one_that_is_open_when_its_loop_ends_is_closed() throws InterruptedException {
        Weft.run(
                () -> {
                    var _ = FileWatch.of(folder);
                    until(() -> threads() == 1);
                });
        while (threads() > 0) {
            Thread.sleep(1);
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("weft-file-watch"))
                .count();
    }

    @Test
    void what_can_not_be_watched_is_refused() {
        Path missing = folder.resolve("missing");
        Weft.run(
                () -> {
                    assertThatExceptionOfType(FileException.class)
                            .isThrownBy(() -> FileWatch.of(folder, missing))
                            .withMessage(missing + ": no such file or folder");
                    assertThat(threads()).isZero();
                });
    }
}
