package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;

/** Requests that reach a task as interrupts, because it waits with the JDK's calls. */
@Timeout(30) // of a hang
class InterruptTest {
    private final CountDownLatch never = new CountDownLatch(1);

    @Test
    void a_further_request_interrupts_cleanup_that_waits_with_the_jdk() {
        Sim.run(
                () -> {
                    Throwable thrown =
                            thrownBy(
                                    () ->
                                            Weft.timeout(
                                                    ms(20),
                                                    () -> Weft.timeout(ms(10), this::waitTwice)));
                    assertThat(thrown).isInstanceOf(TimeoutException.class);
                    assertThat(Sim.millis()).isEqualTo(20);
                });
    }

    private void waitTwice() throws InterruptedException {
        try {
            never.await();
        } finally {
            never.await();
        }
    }

    @Test
    void a_swallowed_interrupt_is_sent_again_after_each_grace_and_reported() {
        List<Long> interruptedAt = new ArrayList<>();
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () ->
                            Weft.moveOnAfter(
                                    ms(10),
                                    () -> {
                                        while (interruptedAt.size() < 3) {
                                            try {
                                                never.await();
                                            } catch (InterruptedException swallowed) {
                                                interruptedAt.add(Sim.millis());
                                            }
                                        }
                                    }));
            assertThat(interruptedAt).containsExactly(10L, 5_010L, 10_010L);
            assertThat(logged.messages()).filteredOn(m -> m.contains("has not unwound")).hasSize(1);
        }
    }

    @Test
    void the_flag_that_a_catch_block_set_again_ends_with_the_scope() {
        Sim.run(
                () -> {
                    Throwable thrown = thrownBy(() -> Weft.timeout(ms(10), this::setTheFlagAgain));
                    assertThat(thrown).isInstanceOf(TimeoutException.class);
                    Weft.sleep(ms(1));
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                });
    }

    private void setTheFlagAgain() {
        try {
            never.await();
        } catch (InterruptedException e) {
            Weft.sleep(ms(5));
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
