package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.Semaphore;

import org.junit.jupiter.api.RepeatedTest;
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
}
