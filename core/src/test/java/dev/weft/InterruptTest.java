package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/** Requests that reach a task as interrupts, because it waits with the JDK's calls. */
@Timeout(30) // of a hang
@SuppressWarnings("LockNotBeforeTry") // the locks are there to be held at awkward moments
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

    @Test
    void the_flag_set_again_after_clean_up_that_waited_is_no_new_request() {
        Sim.run(
                () -> {
                    Weft.moveOnAfter(ms(10), this::cleansUpAndSetsTheFlagAgain);
                    Weft.sleep(ms(1));
                });
        assertThat(cleanedUp).isTrue();
    }

    private boolean cleanedUp;

    private void cleansUpAndSetsTheFlagAgain() {
        try {
            new LinkedBlockingQueue<String>().take();
        } catch (InterruptedException e) {
            Weft.sleep(ms(5));
            Thread.currentThread().interrupt();
            Weft.sleep(ms(5));
            cleanedUp = true;
        }
    }

    @Test
    void an_interrupt_not_heeded_yet_reaches_a_wait_of_the_jdk_in_a_scope_entered_meanwhile() {
        ReentrantLock lock = new ReentrantLock();
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<Boolean> victim =
                                            g.start(
                                                    () -> {
                                                        lock.lock(); // does not heed the interrupt
                                                        lock.unlock();
                                                        return Weft.moveOnAfter(
                                                                Sim.s(3), this::takeForever);
                                                    });
                                    lock.lock();
                                    try {
                                        Weft.sleep(ms(5));
                                        victim.cancel("stop");
                                        Weft.sleep(ms(5));
                                    } finally {
                                        lock.unlock();
                                    }
                                    assertThat(victim.outcome())
                                            .isEqualTo(new Outcome.Cancelled<>("stop"));
                                    assertThat(Sim.millis()).isEqualTo(10);
                                }));
    }

    private void takeForever() throws InterruptedException {
        new LinkedBlockingQueue<String>().take();
    }
}
