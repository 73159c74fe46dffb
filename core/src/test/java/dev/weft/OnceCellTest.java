package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.OnceCell;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

class OnceCellTest {
    private final List<String> trace = new ArrayList<>();
    private final OnceCell<String> cell = new OnceCell<>();

    /** Wants the value; if it has to compute it, that takes 10 ms. */
    private Task<String> user(Group g, String name) {
        return g.start(
                name,
                () ->
                        cell.<RuntimeException>get(
                                () -> {
                                    trace.add(name + " computes");
                                    sleep(10);
                                    return "of " + name;
                                }));
    }

    @Test
    void theFirstComputesAndTheOthersWaitForIt() {
        Sim.group(
                g -> {
                    Task<String> a = user(g, "a");
                    Task<String> b = user(g, "b");
                    sleep(1);
                    assertThat(cell.tryGet()).isEmpty();
                    assertThat(cell.waiting()).isEqualTo(1);
                    assertThat(cell).hasToString("OnceCell[being computed]");
                    assertThat(b.await()).isEqualTo("of a");
                    assertThat(a.await()).isEqualTo("of a");
                    assertThat(user(g, "late").await()).isEqualTo("of a");
                    assertThat(cell.tryGet()).contains("of a");
                });
        assertThat(trace).containsExactly("a computes");
        assertThat(cell).hasToString("OnceCell[of a]");
    }

    @Test
    void aFailureIsItsCallersAndTheNextComputes() {
        Sim.group(
                g -> {
                    Task<Throwable> a =
                            g.start(
                                    () ->
                                            Sim.thrownBy(
                                                    () ->
                                                            cell.get(
                                                                    () -> {
                                                                        sleep(1);
                                                                        throw new IOException("no");
                                                                    })));
                    Task<String> b = user(g, "b");
                    Task<String> c = user(g, "c");
                    assertThat(a.await()).isInstanceOf(IOException.class).hasMessage("no");
                    assertThat(c.await()).isEqualTo("of b");
                    assertThat(b.await()).isEqualTo("of b");
                });
        assertThat(trace).containsExactly("b computes");
    }

    @Test
    void ifTheOneThatComputesIsCancelledTheNextComputes() {
        Sim.group(
                g -> {
                    Task<String> a = user(g, "a");
                    Task<String> b = user(g, "b");
                    Task<String> c = user(g, "c");
                    sleep(1);
                    a.cancel("stop");
                    assertThat(b.await()).isEqualTo("of b");
                    assertThat(c.await()).isEqualTo("of b");
                });
        assertThat(trace).containsExactly("a computes", "b computes");
    }

    @Test
    void ifTheNextIsCancelledAsWellTheOneAfterComputes() {
        Sim.group(
                g -> {
                    Task<String> a = user(g, "a");
                    Task<String> b = user(g, "b");
                    Task<String> c = user(g, "c");
                    sleep(1);
                    a.cancel("stop");
                    Weft.checkpoint();
                    b.cancel("stop"); // it is its turn by now
                    assertThat(c.await()).isEqualTo("of c");
                });
    }

    @Test
    void aCancelledWaitLeavesTheComputationRunning() {
        Sim.group(
                g -> {
                    Task<String> a = user(g, "a");
                    Task<String> b = user(g, "b");
                    sleep(1);
                    b.cancel("stop");
                    assertThat(cell.waiting()).isZero();
                    assertThat(a.await()).isEqualTo("of a");
                });
    }

    @Test
    void aValueComputedBeforeTheCancellationCameIsReturned() {
        Sim.group(
                g -> {
                    Task<String> a =
                            g.start(
                                    () ->
                                            cell.<RuntimeException>get(
                                                    () -> {
                                                        sleep(1);
                                                        return "value";
                                                    }));
                    Task<?> b =
                            g.start(
                                    () -> {
                                        trace.add(cell.<RuntimeException>get(() -> "other"));
                                        sleepForever();
                                    });
                    a.await();
                    b.cancel("stop"); // woken, has not run yet
                });
        assertThat(trace).containsExactly("value");
    }

    @Test
    void afterAFailureWithNobodyWaitingTheNextCallerComputes() {
        Sim.run(
                () -> {
                    assertThatIllegalStateException()
                            .isThrownBy(
                                    () ->
                                            cell.get(
                                                    () -> {
                                                        throw new IllegalStateException("no");
                                                    }))
                            .withMessage("no");
                    assertThat(cell).hasToString("OnceCell[empty]");
                    assertThat(cell.<RuntimeException>get(() -> "value")).isEqualTo("value");
                });
    }

    @Test
    void computingInsideTheComputationIsRefused() {
        Sim.run(
                () -> {
                    assertThatThrownBy(() -> cell.get(() -> cell.get(() -> "inner")))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("task 'main' is computing this value");
                    assertThat(cell.<RuntimeException>get(() -> "value")).isEqualTo("value");
                });
    }

    @Test
    void aComputationThatGivesNullIsRefused() {
        Sim.run(
                () -> {
                    @SuppressWarnings("NullAway") // what is tested
                    Body<String, RuntimeException> nothing = () -> null;
                    assertThatNullPointerException().isThrownBy(() -> cell.get(nothing));
                    assertThat(cell.tryGet()).isEmpty();
                });
    }

    @Test
    void belongsToTheFirstLoopThatUsesItAndRefusesOthers() {
        Sim.run(() -> cell.get(() -> "value"));
        assertThat(failureOf(() -> cell.get(() -> "other")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("OnceCell.get")
                .hasMessageContaining("Loop.execute");
        assertThatIllegalStateException()
                .isThrownBy(() -> cell.get(() -> "other"))
                .withMessageContaining("no task of a loop");
    }
}
