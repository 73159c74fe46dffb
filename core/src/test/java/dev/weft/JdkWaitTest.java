package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.Semaphore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Tasks that come back from a wait of the JDK's, while their loop sleeps or is busy. */
class JdkWaitTest {

    /** Opened by another thread as soon as the loop has nothing to do but to wait for it. */
    private static CountDownLatch openedFromOutside() {
        CountDownLatch latch = new CountDownLatch(1);
        Thread task = Thread.currentThread();
        Thread.ofPlatform()
                .inheritInheritableThreadLocals(false)
                .start(
                        () -> {
                            while (task.getState() != Thread.State.WAITING) {
                                Thread.onSpinWait();
                            }
                            latch.countDown();
                        });
        return latch;
    }

    @Test
    void aTaskBackFromAWaitOfTheJdksWakesAnother() throws Exception {
        Weft.run(
                () -> {
                    Semaphore semaphore = new Semaphore(0);
                    CountDownLatch woken = new CountDownLatch(1);
                    Weft.background(
                            () -> {
                                semaphore.acquire();
                                woken.countDown();
                            });
                    Weft.checkpoint();
                    openedFromOutside().await();
                    semaphore.release();
                    woken.await();
                });
    }

    @Test
    void aTaskBackFromAWaitOfTheJdksStartsAnother() throws Exception {
        Weft.run(
                () -> {
                    openedFromOutside().await();
                    CountDownLatch started = new CountDownLatch(1);
                    Weft.background(started::countDown);
                    started.await();
                });
    }

    @Test
    void aTaskBackFromAWaitOfTheJdksSetsATimerThatEndsItsNextWaitOfTheJdks() throws Exception {
        Weft.run(
                () -> {
                    openedFromOutside().await();
                    assertThatThrownBy(
                                    () ->
                                            Weft.timeout(
                                                    Duration.ofMillis(1),
                                                    () -> new CountDownLatch(1).await()))
                            .isInstanceOf(TimeoutException.class);
                    openedFromOutside().await();
                    Weft.sleep(Duration.ofNanos(1));
                });
    }

    @Test
    void aTaskBackFromAWaitOfTheJdksPosts() throws Exception {
        Weft.run(
                () -> {
                    openedFromOutside().await();
                    CountDownLatch ran = new CountDownLatch(1);
                    Loop.current().post(ran::countDown);
                    ran.await();
                });
    }

    @Test
    void whatOtherThreadsWakeIsNotStarvedByTasksThatAreAlwaysReady() {
        Weft.run(
                () ->
                        Weft.group(
                                g -> {
                                    int[] left = {20};
                                    for (int i = 0; i < left[0]; i++) {
                                        g.start(
                                                () -> {
                                                    openedFromOutside().await();
                                                    Thread.sleep(1);
                                                    Thread.yield();
                                                    left[0]--;
                                                });
                                    }
                                    for (int i = 0; i < 3; i++) {
                                        g.start(
                                                () -> {
                                                    while (left[0] > 0) {
                                                        Weft.checkpoint();
                                                    }
                                                });
                                    }
                                }));
    }

    @Test
    void aStrayUnparkNeitherEndsAWaitNorChangesTheOrder() {
        Sim.run(
                () -> {
                    Semaphore gate = new Semaphore(0);
                    List<Integer> order = new ArrayList<>();
                    List<Thread> threads = new ArrayList<>();
                    Weft.group(
                            g -> {
                                for (int i = 0; i < 4; i++) {
                                    int n = i;
                                    g.start(
                                            () -> {
                                                threads.add(Thread.currentThread());
                                                gate.acquire();
                                                order.add(n);
                                                Weft.checkpoint();
                                                order.add(n);
                                            });
                                }
                                Weft.checkpoint();
                                threads.forEach(LockSupport::unpark);
                                Weft.checkpoint();
                                assertThat(order).isEmpty();
                                for (int i = 0; i < 4; i++) {
                                    gate.release();
                                }
                                threads.reversed().forEach(LockSupport::unpark);
                            });
                    assertThat(order).containsExactly(0, 1, 2, 3, 0, 1, 2, 3);
                });
    }

    @Test
    void loopsThatWaitForOneAnotherByTheJdksMeansAllComeToTheirEnd() throws Exception {
        int loops = 3;
        int rounds = 50;
        List<Thread> threads = new ArrayList<>();
        List<java.util.concurrent.Semaphore> baton = new ArrayList<>();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        int[] passed = new int[1];
        for (int i = 0; i < loops; i++) {
            baton.add(new java.util.concurrent.Semaphore(i == 0 ? 1 : 0));
        }
        for (int i = 0; i < loops; i++) {
            int me = i;
            threads.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try {
                                            Weft.run(
                                                    () -> {
                                                        for (int n = 0; n < rounds; n++) {
                                                            baton.get(me).acquire();
                                                            passed[0]++;
                                                            Weft.checkpoint();
                                                            baton.get((me + 1) % loops).release();
                                                        }
                                                    });
                                        } catch (Throwable e) {
                                            failure.set(e);
                                        }
                                    }));
        }
        for (Thread t : threads) {
            t.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(passed[0]).isEqualTo(loops * rounds);
    }
}
