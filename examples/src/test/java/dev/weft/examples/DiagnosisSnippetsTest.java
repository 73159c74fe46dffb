package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Loop;
import dev.weft.TaskInfo;
import dev.weft.TaskTree;
import dev.weft.Weft;
import dev.weft.sync.Queue;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The snippets of {@code docs/diagnosis.md}. */
class DiagnosisSnippetsTest {
    private final List<String> said = new ArrayList<>();

    @Test
    void tree() {
        var jobs = new Queue<String>();
        Weft.run(
                () ->
                        Weft.group(
                                group -> {
                                    group.background(() -> jobs.get());
                                    Weft.checkpoint();
                                    // snippet
                                    TaskTree tree = Loop.current().tree();
                                    say(tree.toString());
                                    for (TaskInfo task : tree.tasks()) {
                                        if (task.state() == TaskInfo.State.WAITING) {
                                            say(task.path() + ": " + task.awaits().what());
                                        }
                                    }
                                    // end
                                }));
        assertThat(said.getFirst()).contains("main #", "Queue.get");
        assertThat(said.getLast()).endsWith(": Queue.get");
    }

    @Test
    void tree_of_another_thread() throws InterruptedException {
        Weft.run(
                () -> {
                    // snippet
                    Loop loop = Loop.current();
                    Thread looker = new Thread(() -> say(loop.tree().toString()));
                    looker.start();
                    // end
                    while (looker.isAlive()) {
                        Weft.sleep(Duration.ofMillis(1));
                    }
                });
        assertThat(said).singleElement().asString().contains("main #");
    }

    private void say(String what) {
        said.add(what);
    }
}
