package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Hand-overs from other threads. A lost wake-up shows as a hang. */
class InboxTest {

    @Test
    void givesWhatWasAddedOldestFirst() {
        Inbox inbox = new Inbox();
        List<Integer> ran = new ArrayList<>();
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(inbox.takeAll()).isNull();
        for (int i = 0; i < 10; i++) {
            int n = i;
            inbox.add(() -> ran.add(n), i % 2 == 0);
        }
        assertThat(inbox.isEmpty()).isFalse();
        int n = 0;
        for (Inbox.Entry e = inbox.takeAll(); e != null; e = e.next) {
            assertThat(e.isContinuation).isEqualTo(n++ % 2 == 0);
            e.work.run();
        }
        assertThat(ran).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(inbox.isEmpty()).isTrue();
    }

    @Test
    void manyThreadsAddAndNothingIsLostOrReordered() throws Exception {
        int producers = 4;
        int each = 20_000;
        Inbox inbox = new Inbox();
        int[] next = new int[producers];
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            int me = p;
            threads.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (int i = 0; i < each; i++) {
                                            int n = i;
                                            inbox.add(() -> takeInOrder(next, me, n), false);
                                        }
                                    }));
        }
        int taken = 0;
        while (taken < producers * each) {
            for (Inbox.Entry e = inbox.takeAll(); e != null; e = e.next) {
                e.work.run();
                taken++;
            }
            Thread.onSpinWait();
        }
        for (Thread t : threads) {
            t.join();
        }
        assertThat(next).containsOnly(each);
        assertThat(inbox.isEmpty()).isTrue();
    }

    private static void takeInOrder(int[] next, int producer, int n) {
        assertThat(next[producer]++).isEqualTo(n);
    }

    /** The drivers whose ways of sleeping differ. */
    private static Supplier<Driver> driver(String name) {
        return switch (name) {
            case "parking" -> ParkingDriver::new;
            case "on the carrier" -> () -> new VirtualTime(1, true);
            case "in an I/O task that parks" -> () -> new VirtualTime(1, false);
            default -> throw new AssertionError(name);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"parking", "on the carrier", "in an I/O task that parks"})
    void aSleepingLoopIsWokenByEveryHandOver(String driver) {
        int rounds = 5_000;
        Programs.run(
                driver(driver),
                () -> {
                    Loop loop = Loop.current();
                    SynchronousQueue<Integer> there = new SynchronousQueue<>();
                    AtomicInteger answered = new AtomicInteger();
                    Thread other =
                            Thread.ofPlatform()
                                    .start(
                                            () -> {
                                                for (int i = 0; i < rounds; i++) {
                                                    pause(i);
                                                    loop.execute(answered::incrementAndGet);
                                                    while (answered.get() <= i) {
                                                        Thread.onSpinWait();
                                                    }
                                                }
                                                loop.execute(() -> there.offer(1));
                                            });
                    CompletableFuture<Integer> end = new CompletableFuture<>();
                    Thread.ofPlatform().start(() -> joinThen(other, end));
                    Weft.await(end); // asleep most of the time
                    assertThat(answered.get()).isEqualTo(rounds);
                    return null;
                });
    }

    private static void pause(int i) {
        for (int n = 0; n < (i * 7) % 100; n++) {
            Thread.onSpinWait();
        }
    }

    private static void joinThen(Thread thread, CompletableFuture<Integer> end) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        end.complete(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"parking", "on the carrier", "in an I/O task that parks"})
    void aTaskUnparkedByAnotherThreadWakes(String driver) {
        int rounds = 5_000;
        Programs.run(
                driver(driver),
                () -> {
                    Thread task = Thread.currentThread();
                    AtomicInteger ball = new AtomicInteger();
                    Thread other =
                            Thread.ofPlatform()
                                    .start(
                                            () -> {
                                                for (int i = 0; i < rounds; i++) {
                                                    while (ball.get() != 1) {
                                                        Thread.onSpinWait();
                                                    }
                                                    pause(i);
                                                    ball.set(0);
                                                    LockSupport.unpark(task);
                                                }
                                            });
                    for (int i = 0; i < rounds; i++) {
                        ball.set(1);
                        while (ball.get() == 1) {
                            LockSupport.park();
                        }
                    }
                    CompletableFuture<Integer> end = new CompletableFuture<>();
                    Thread.ofPlatform().start(() -> joinThen(other, end));
                    Weft.await(end);
                    return null;
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"parking", "on the carrier", "in an I/O task that parks"})
    void manyThreadsAtOnceLoseNothingWhileTheLoopFallsAsleepAndWakes(String driver) {
        int producers = 4;
        int each = 5_000;
        Programs.run(
                driver(driver),
                () -> {
                    Loop loop = Loop.current();
                    int[] count = new int[1];
                    CompletableFuture<Integer> end = new CompletableFuture<>();
                    for (int p = 0; p < producers; p++) {
                        int me = p;
                        Thread.ofPlatform()
                                .start(
                                        () -> {
                                            for (int i = 0; i < each; i++) {
                                                pause(i + me);
                                                loop.post(
                                                        () -> {
                                                            if (++count[0] == producers * each) {
                                                                end.complete(1);
                                                            }
                                                        });
                                            }
                                        });
                    }
                    Weft.await(end);
                    assertThat(count[0]).isEqualTo(producers * each);
                    return null;
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"on the carrier", "in an I/O task that parks"})
    void aVirtualClockThatStandsStillDoesNotKeepTheLoopLooking(String driver) {
        Programs.run(
                driver(driver),
                () -> {
                    for (int i = 0; i < 100; i++) {
                        Weft.offload(() -> {});
                        Sim.sleep(1000); // right after a wake-up by another thread
                    }
                    return null;
                });
    }
}
