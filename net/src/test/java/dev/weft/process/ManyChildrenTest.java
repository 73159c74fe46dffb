package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weft.Task;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Many at once: no thread for each, nothing left. */
@Timeout(300)
class ManyChildrenTest {
    private static final int MANY = 2_000;

    /** Threads that start them, at most, and some for the JVM's own. */
    private static final int THREADS = 16 + 20;

    @Test
    void two_thousand_sleep_at_once_and_need_no_threads() throws Exception {
        var mode = new Mode("epoll", false);
        assumeThat(Mode.all()).contains(mode);
        mode.run(
                () -> {
                    long before = threads();
                    Command cat = Command.exec("cat");
                    List<Child> children = new ArrayList<>();
                    Weft.group(
                            group -> {
                                Weft.forEach(
                                        Collections.nCopies(MANY, cat),
                                        16,
                                        command -> children.add(group.use(command.start())));
                                List<Task<?>> reading = new ArrayList<>();
                                for (Child child : children) {
                                    reading.add(group.start(() -> echo(child)));
                                }
                                assertThat(threads() - before).isLessThan(THREADS);
                                for (Child child : children) {
                                    child.stdin().write(new byte[] {'x', '\n'});
                                }
                                reading.forEach(Task::await);
                                children.forEach(child -> child.stdin().close());
                            });
                    assertThat(children).hasSize(MANY).noneMatch(Child::isAlive);
                });
    }

    private static void echo(Child child) {
        assertThat(child.stdout().readLine()).isEqualTo("x");
    }

    private static long threads() {
        try (var threads = Files.list(Path.of("/proc/self/task"))) {
            return threads.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
