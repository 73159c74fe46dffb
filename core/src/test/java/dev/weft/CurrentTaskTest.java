package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** {@link Task#current}. */
class CurrentTaskTest {
    @Test
    void eachTaskSeesItself() {
        List<Task<?>> seen = new ArrayList<>();
        List<Task<?>> started = new ArrayList<>();
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    started.add(g.start("a", () -> note(seen)));
                                    started.add(g.start("b", () -> note(seen)));
                                }));
        assertThat(seen)
                .containsExactly(started.get(0), started.get(1), started.get(0), started.get(1));
    }

    private static void note(List<Task<?>> seen) {
        seen.add(Task.current());
        Weft.checkpoint();
        seen.add(Task.current());
    }

    @Test
    void theBodyOfAProgramRunsInItsMainTask() {
        assertThat(Sim.run(() -> Task.current().name())).isEqualTo("main");
    }

    @Test
    void scopesAndGroupsRunInTheTaskThatOpensThem() throws Exception {
        Sim.run(
                () -> {
                    Task<?> me = Task.current();
                    Weft.group(g -> assertThat(Task.current()).isSameAs(me));
                    Weft.timeout(Sim.s(1), () -> assertThat(Task.current()).isSameAs(me));
                    Weft.shield(Sim.s(1), () -> assertThat(Task.current()).isSameAs(me));
                });
    }

    @Test
    void itIsRightAfterAWaitOfTheJdks() throws Exception {
        Sim.run(
                () -> {
                    Task<?> me = Task.current();
                    Task<?> other = Weft.background(() -> Weft.sleep(Sim.ms(1)));
                    Thread.sleep(5);
                    assertThat(Task.current()).isSameAs(me);
                    other.await();
                });
    }

    @Test
    void offALoopThereIsNone() {
        assertThatIllegalStateException()
                .isThrownBy(Task::current)
                .withMessageContaining("thread '" + Thread.currentThread().getName() + "'")
                .withMessageContaining("call this inside Weft.run");
    }
}
