package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.Semaphore;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeoutException;

/** A stack overflow may strike wherever a method is entered, inside Weft too. */
@Timeout(60) // of a hang
class StackOverflowTest {

    @RepeatedTest(5)
    void runaway_recursion_through_timeouts_leaves_the_timers_whole() {
        Weft.run(
                () -> {
                    assertThatThrownBy(this::diveThroughTimeouts)
                            .isInstanceOf(StackOverflowError.class);
                    Weft.sleep(ms(1));
                    assertThatThrownBy(() -> Weft.timeout(ms(1), Sim::sleepForever))
                            .isInstanceOf(TimeoutException.class);
                });
    }

    private void diveThroughTimeouts() throws TimeoutException {
        Weft.timeout(s(100), this::diveThroughTimeouts);
    }

    @Test
    void a_tree_of_tasks_deeper_than_any_stack_is_cancelled_as_a_whole() {
        int depth = 20_000;
        int[] cleanedUp = new int[1];
        Sim.run(
                () -> {
                    assertThat(Weft.moveOnAfter(ms(10), () -> nest(depth, cleanedUp))).isFalse();
                    assertThat(cleanedUp[0]).isEqualTo(depth);
                });
    }

    private static void nest(int depth, int[] cleanedUp) {
        try {
            if (depth == 1) {
                Sim.sleepForever();
            } else {
                Weft.group(g -> g.start(() -> nest(depth - 1, cleanedUp)));
            }
        } finally {
            cleanedUp[0]++;
        }
    }

    @RepeatedTest(5)
    void a_wait_that_overflows_the_stack_leaves_its_list() {
        Weft.run(
                () -> {
                    Semaphore semaphore = new Semaphore(0);
                    assertThatThrownBy(() -> diveAndAcquire(semaphore))
                            .isInstanceOf(StackOverflowError.class);
                    assertThat(semaphore.waiting()).isZero();
                    semaphore.release();
                    assertThat(semaphore.available()).isEqualTo(1);
                });
    }

    private boolean tried;

    private int diveAndAcquire(Semaphore semaphore) {
        try {
            return semaphore.waiting() < 0 ? 0 : 1 + diveAndAcquire(semaphore);
        } catch (StackOverflowError deep) {
            if (!tried) {
                tried = true;
                Weft.moveOnAfter(ms(1), semaphore::acquire);
            }
            throw deep;
        }
    }

    @Test
    void aTimeoutWhoseEndTheOverflowSkippedCancelsNothingLater() {
        Sim.run(
                () -> {
                    LoopTask<?> task = LoopTask.current();
                    Scope outside = task.innermost;
                    TimeoutScope skipped = TimeoutScope.open(Sim.ms(1));
                    task.innermost = outside;
                    Sim.sleep(5);
                    assertThat(skipped.expired()).isFalse();
                });
    }
}
