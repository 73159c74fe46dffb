package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Weft;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** Whom a sweep befalls, and that it has to befall somebody. */
class SweepVictimsTest {
    private final Set<String> ends = new HashSet<>();

    /** Notes how two tasks end that each have a timeout. */
    private void twoTasks(Sim sim) {
        Weft.group(
                g -> {
                    for (String name : new String[] {"a", "b"}) {
                        g.start(
                                name,
                                () -> {
                                    String end = " cancelled";
                                    try {
                                        boolean inTime =
                                                Weft.moveOnAfter(
                                                        Duration.ofSeconds(1), Weft::checkpoint);
                                        end = inTime ? " done" : " expired";
                                    } finally {
                                        ends.add(name + end);
                                    }
                                });
                    }
                });
    }

    @Test
    void each_kind_of_fault_has_its_own_victims() {
        Sim.exploring().runs(1).cancelling("a").expiring("b").run(this::twoTasks);
        assertThat(ends).containsExactlyInAnyOrder("a done", "a cancelled", "b done", "b expired");
    }

    @Test
    void a_name_with_an_asterisk_is_that_of_all_tasks_whose_names_begin_so() {
        Program<?> program =
                sim ->
                        Weft.group(
                                g -> {
                                    for (String name : new String[] {"user 1", "user 2", "other"}) {
                                        g.start(
                                                name,
                                                () -> {
                                                    String end = " cancelled";
                                                    try {
                                                        Weft.checkpoint();
                                                        end = " done";
                                                    } finally {
                                                        ends.add(name + end);
                                                    }
                                                });
                                    }
                                });
        Sim.exploring().runs(1).cancelling("user *").run(program);
        assertThat(ends)
                .containsExactlyInAnyOrder(
                        "user 1 done",
                        "user 2 done",
                        "other done",
                        "user 1 cancelled",
                        "user 2 cancelled");
        Explorer nobody = Sim.exploring().runs(1).cancelling("nobody *");
        assertThatThrownBy(() -> nobody.run(program))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no task was named 'nobody *'; there were [main");
    }

    @Test
    void one_that_meets_nothing_is_refused() {
        Explorer explorer = Sim.exploring().runs(1);
        assertThatThrownBy(() -> explorer.cancelling("c").run(this::twoTasks))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no task was named 'c'; there were [a, b, main");
        assertThatThrownBy(() -> explorer.expiring("main").run(this::twoTasks))
                .hasMessageContaining("no timeout could expire around a wait of task 'main'");
        assertThatThrownBy(() -> explorer.failing().run(this::twoTasks))
                .hasMessageContaining("passed no Sim.mayFail");
    }
}
