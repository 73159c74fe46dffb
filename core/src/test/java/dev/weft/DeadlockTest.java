package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.sleep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.Queue;
import dev.weft.sync.Semaphore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/** The report of a program in which nothing can ever go on, and what is none. */
class DeadlockTest {

    // ---- under simulation it is a failure

    // rules 4: "under simulation it is a failure"
    @Test
    void tasksThatWaitForEachOthersLocksEndASimulatedProgram() {
        Throwable thrown =
                failureOf(
                        () -> {
                            Mutex a = new Mutex("a.acquire");
                            Mutex b = new Mutex("b.acquire");
                            Weft.group(
                                    g -> {
                                        g.start("first", () -> both(a, b));
                                        g.start("second", () -> both(b, a));
                                    });
                        });
        assertThat(thrown)
                .isInstanceOf(DeadlockException.class)
                .hasMessageContaining("no task of loop 'weft-")
                .hasMessageContaining("Some wait for each other")
                .hasMessageContaining("a.acquire for 0s <- first #")
                .hasMessageContaining("b.acquire for 0s <- second #")
                .hasMessageContaining("at DeadlockTest$Mutex.acquire(DeadlockTest.java:")
                .hasMessageContaining("cycle: main/first -> main/second -> main/first");
    }

    /** As little of a lock as shows who holds it. */
    private static final class Mutex {
        private final WaitList waiting;
        private @Nullable Task<?> holder;

        Mutex(String what) {
            waiting =
                    new WaitList(
                            what,
                            () -> {
                                Task<?> h = holder;
                                return h == null ? List.of() : List.of(h);
                            });
        }

        void acquire() {
            waiting.enter();
            if (holder != null) {
                waiting.await();
            }
            holder = Task.current();
        }
    }

    private static void both(Mutex one, Mutex other) {
        one.acquire();
        Weft.checkpoint();
        other.acquire();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void soDoesAWaitForSomethingThatNoTaskIsLeftToDo(boolean onCarrier) {
        assertThatThrownBy(
                        () ->
                                Sim.run(
                                        new VirtualTime(1, onCarrier),
                                        () -> new Queue<String>().get()))
                .isInstanceOf(DeadlockException.class)
                .hasMessageContaining("No task is left that would do what they wait for")
                .hasMessageContaining("main #")
                .hasMessageContaining("Queue.get");
    }

    @Test
    void itIsNoticedWhenTheLastTimerHasFired() {
        assertThat(
                        failureOf(
                                () -> {
                                    Semaphore none = new Semaphore(0);
                                    Weft.background(() -> sleep(1000));
                                    none.acquire();
                                }))
                .isInstanceOf(DeadlockException.class)
                .hasMessageContaining("Semaphore.acquire for 1s");
    }

    @Test
    void theProgramIsCancelledAndCleansUp() {
        List<String> log = new ArrayList<>();
        Throwable thrown =
                failureOf(
                        () -> {
                            try {
                                new Queue<String>().get();
                            } catch (CancelledError e) {
                                log.add(e.reason());
                                sleep(10);
                                log.add("clean");
                                throw e;
                            }
                        });
        assertThat(thrown).isInstanceOf(DeadlockException.class);
        assertThat(log).containsExactly("deadlock", "clean");
    }

    @Test
    void aProgramThatSwallowsTheCancellationFailsAllTheSame() {
        Throwable thrown =
                failureOf(
                        () -> {
                            try {
                                new Queue<String>().get();
                            } catch (CancelledError e) {
                                sleep(1);
                            }
                        });
        assertThat(thrown).isInstanceOf(DeadlockException.class);
    }

    @Test
    void whatTheProgramThrewThenIsSuppressed() {
        IllegalArgumentException failure = new IllegalArgumentException("in clean-up");
        Throwable thrown =
                failureOf(
                        () -> {
                            try {
                                new Queue<String>().get();
                            } finally {
                                thrower(failure);
                            }
                        });
        assertThat(thrown).isInstanceOf(DeadlockException.class).hasSuppressedException(failure);
    }

    private static void thrower(RuntimeException e) {
        throw e;
    }

    // ---- elsewhere it is reported, and the program goes on waiting

    /** A driver that jumps to the next timer, but knows that it is not alone in the world. */
    private static VirtualTime reporting() {
        return new VirtualTime(1) {
            @Override
            public Deadlocks deadlocks() {
                return Deadlocks.REPORT;
            }
        };
    }

    // rules 4: "One report, the program goes on waiting"
    @Test
    void itIsReportedOnceAfterASecondInWhichNothingHappenedAndTheProgramGoesOn() {
        List<LoopFailure> told = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        String value =
                Sim.run(
                        reporting(),
                        () -> {
                            Queue<String> queue = new Queue<>();
                            Loop.current()
                                    .exceptionHandler(
                                            failure -> {
                                                told.add(failure);
                                                times.add(Sim.millis());
                                                Weft.background(() -> putLater(queue));
                                            });
                            sleep(100);
                            return queue.get();
                        });
        assertThat(value).isEqualTo("x");
        assertThat(times).containsExactly(1100L);
        assertThat(told)
                .singleElement()
                .satisfies(
                        failure -> {
                            assertThat(failure.kind()).isEqualTo(LoopFailure.Kind.DEADLOCK);
                            assertThat(failure.message())
                                    .contains("deadlock", "Queue.get for 1s", "Loop.execute");
                        });
    }

    private static void putLater(Queue<String> queue) {
        sleep(60_000);
        queue.put("x");
    }

    @Test
    void anotherOneIsReportedAgain() {
        List<Long> times = new ArrayList<>();
        Sim.run(
                reporting(),
                () -> {
                    Semaphore none = new Semaphore(0);
                    Loop.current()
                            .exceptionHandler(
                                    failure -> {
                                        times.add(Sim.millis());
                                        none.release();
                                    });
                    none.acquire();
                    sleep(10);
                    none.acquire();
                });
        assertThat(times).containsExactly(1000L, 2010L);
    }

    @Test
    void onARealLoopItIsReportedToo() {
        List<String> told = new ArrayList<>();
        Weft.run(
                () -> {
                    Semaphore none = new Semaphore(0);
                    Loop.current()
                            .exceptionHandler(
                                    failure -> {
                                        told.add(failure.message());
                                        none.release();
                                    });
                    none.acquire();
                });
        assertThat(told).singleElement().asString().contains("deadlock", "Semaphore.acquire");
    }

    @Test
    void inARunnerItIsReportedWhileAProgramRuns() {
        List<String> told = new ArrayList<>();
        try (Runner runner =
                Runner.builder()
                        .driver(() -> reporting())
                        .exceptionHandler(failure -> told.add(failure.message()))
                        .build()) {
            runner.run(
                    () -> {
                        Semaphore none = new Semaphore(0);
                        Loop.current()
                                .exceptionHandler(
                                        failure -> {
                                            told.add(failure.message());
                                            none.release();
                                        });
                        none.acquire();
                    });
        }
        assertThat(told).singleElement().asString().contains("deadlock", "Semaphore.acquire");
    }

    @Test
    void betweenTwoProgramsOfARunnerNothingIsReported() {
        Parks driver = new Parks();
        try (Runner runner = Runner.builder().driver(() -> driver).build()) {
            Semaphore none = new Semaphore(0);
            Task<?> left = runner.run(() -> Weft.background(() -> none.acquire().close()));
            driver.parks.join();
            runner.run(
                    () -> {
                        none.release();
                        left.outcome();
                    });
        }
    }

    // ---- what is none: each of these parks the loop for good, and another thread ends it

    /** Says when the loop is about to park without a limit; by then it has looked for deadlocks. */
    private static final class Parks extends VirtualTime {
        private final CompletableFuture<@Nullable Void> parks = new CompletableFuture<>();

        Parks() {
            super(1);
        }

        @Override
        public void poll(long nanos, Gate gate) {
            if (nanos == Long.MAX_VALUE) {
                parks.complete(null);
            }
            super.poll(nanos, gate);
        }

        void then(Runnable wakeUp) {
            var _ = parks.thenRunAsync(wakeUp, THREADS);
        }
    }

    private static final Executor THREADS = work -> new Thread(work).start();

    // rules 4: "there is no ... pending stage"
    @Test
    void aStageMayStillComplete() {
        Parks driver = new Parks();
        CompletableFuture<String> stage = new CompletableFuture<>();
        driver.then(() -> stage.complete("x"));
        assertThat(Sim.run(driver, () -> Weft.<String>await(stage))).isEqualTo("x");
    }

    // rules 4: "no exported any-thread handle"
    @Test
    void aPromiseMayStillBeCompleted() {
        Parks driver = new Parks();
        Promise<String> promise = new Promise<>();
        driver.then(() -> promise.complete("x"));
        assertThat(Sim.run(driver, () -> promise.await())).isEqualTo("x");
    }

    // rules 4: "no offload"
    @Test
    void anOffloadedCallMayStillEnd() throws Exception {
        Parks driver = new Parks();
        CountDownLatch latch = new CountDownLatch(1);
        driver.then(latch::countDown);
        Sim.run(driver, () -> Weft.offload(() -> latch.await()));
    }

    @Test
    void aTaskInsideTheJdkMayStillBeWoken() {
        Parks driver = new Parks();
        CountDownLatch latch = new CountDownLatch(1);
        driver.then(latch::countDown);
        Sim.run(
                driver,
                () -> {
                    Queue<String> queue = new Queue<>();
                    Weft.background(
                            () -> {
                                latch.await();
                                queue.put("x");
                            });
                    assertThat(queue.get()).isEqualTo("x");
                });
    }

    @Test
    @SuppressWarnings("LockNotBeforeTry") // nothing happens in between
    void aTaskThatWaitsForAJdkLockMayStillGetIt() throws Exception {
        Parks driver = new Parks();
        ReentrantLock lock = new ReentrantLock();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        THREADS.execute(
                () -> {
                    lock.lock();
                    try {
                        held.countDown();
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } finally {
                        lock.unlock();
                    }
                });
        driver.then(release::countDown);
        Sim.run(
                driver,
                () -> {
                    Weft.offload(() -> held.await());
                    lock.lock();
                    lock.unlock();
                });
    }

    @Test
    void aVirtualThreadThatIsNoTaskMayStillDoSomething() {
        Parks driver = new Parks();
        CountDownLatch latch = new CountDownLatch(1);
        driver.then(latch::countDown);
        Sim.run(
                driver,
                () -> {
                    Semaphore none = new Semaphore(0);
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        awaitQuietly(latch);
                                        none.release();
                                    });
                    none.acquire();
                });
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    // rules 4: "no exported any-thread handle"
    @Test
    void aThreadThatHasHandedInWorkMayDoSoAgain() {
        Parks driver = new Parks();
        CompletableFuture<Runnable> wakeUp = new CompletableFuture<>();
        driver.then(() -> wakeUp.join().run());
        Sim.run(
                driver,
                () -> {
                    Loop loop = Loop.current();
                    Semaphore none = new Semaphore(0);
                    Weft.offload(() -> loop.execute(() -> sleep(1)));
                    wakeUp.complete(() -> loop.execute(none::release));
                    none.acquire();
                });
    }

    @Test
    void aThreadThatHasCancelledATaskMayDoSoAgain() {
        Parks driver = new Parks();
        CompletableFuture<Runnable> wakeUp = new CompletableFuture<>();
        driver.then(() -> wakeUp.join().run());
        Sim.run(
                driver,
                () -> {
                    Task<?> one = Weft.background(() -> new Queue<String>().get());
                    Task<?> other = Weft.background(() -> new Queue<String>().get());
                    Weft.offload(() -> one.cancel("by a thread"));
                    wakeUp.complete(() -> other.cancel("by a thread"));
                    assertThat(other.outcome()).isEqualTo(new Outcome.Cancelled<>("by a thread"));
                });
    }

    @Test
    void aSignalIsNoSignOfAThreadThatHandsInWork() {
        try (Runner runner = Runner.builder().driver(() -> new VirtualTime(1)).build()) {
            Loop loop = runner.loop();
            TaskFuture<String> before = new TaskFuture<>(loop, "main", () -> "x");
            before.complete("x");
            loop.stopAll("SIGINT", before);
            assertThatThrownBy(() -> runner.run(() -> new Queue<String>().get()))
                    .hasMessageContaining("deadlock");
        } catch (DeadlockException thrownByClose) {
            assertThat(thrownByClose).hasMessageContaining("Queue.get");
        }
    }

    @Test
    void aWaitThatSomethingOutsideEndsIsNone() {
        Parks driver = new Parks();
        CompletableFuture<Runnable> wakeUp = new CompletableFuture<>();
        driver.then(() -> wakeUp.join().run());
        Sim.run(
                driver,
                () -> {
                    Loop loop = Loop.current();
                    WaitList list = WaitList.external("Device.read");
                    wakeUp.complete(() -> loop.post(() -> list.wakeFirst(null)));
                    list.await();
                });
    }

    // rules 4: "no I/O registration"
    /** A wait that only the driver ends, with what it is given. */
    private static void waitUntilWoken(VirtualTime driver, CompletableFuture<Runnable> wakeUp) {
        Sim.run(
                driver,
                () -> {
                    Semaphore none = new Semaphore(0);
                    Loop loop = Loop.current();
                    wakeUp.complete(() -> loop.inSystemTask(none::release));
                    none.acquire();
                });
    }

    @Test
    void aDriverWithSomethingRegisteredMayStillWakeATask() {
        CompletableFuture<Runnable> wakeUp = new CompletableFuture<>();
        VirtualTime driver =
                new VirtualTime(1) {
                    @Override
                    public boolean hasPending() {
                        return true;
                    }

                    @Override
                    public void poll(long nanos, Gate gate) {
                        if (nanos == Long.MAX_VALUE) {
                            wakeUp.join().run();
                        }
                        super.poll(nanos, gate);
                    }
                };
        waitUntilWoken(driver, wakeUp);
    }

    @Test
    void whileADriverHasSomethingRegisteredNoWaitHasATimeLimit() {
        List<Long> limits = new ArrayList<>();
        CompletableFuture<Runnable> wakeUp = new CompletableFuture<>();
        VirtualTime driver =
                new VirtualTime(1) {
                    @Override
                    public Deadlocks deadlocks() {
                        return Deadlocks.REPORT;
                    }

                    @Override
                    public boolean hasPending() {
                        return true;
                    }

                    @Override
                    public void poll(long nanos, Gate gate) {
                        if (nanos > 0) {
                            limits.add(nanos);
                            wakeUp.join().run();
                        }
                        super.poll(nanos, gate);
                    }
                };
        waitUntilWoken(driver, wakeUp);
        assertThat(limits).isNotEmpty().containsOnly(Long.MAX_VALUE);
    }

    // rules 4: "there is no timer"
    @Test
    void aTimerMayStillFire() {
        Sim.run(
                () -> {
                    assertThat(Weft.moveOnAfter(s(3600), () -> new Queue<String>().get()))
                            .isEmpty();
                    assertThat(Sim.millis()).isEqualTo(3_600_000);
                });
    }

    @Test
    void aTimedWaitOfTheJdksIsATimerToo() throws Exception {
        Sim.run(
                () -> {
                    Queue<String> queue = new Queue<>();
                    Weft.background(
                            () -> {
                                Thread.sleep(5);
                                queue.put("x");
                            });
                    assertThat(queue.get()).isEqualTo("x");
                });
    }

    @Test
    void aTestMaySayThatThreadsWakeItsLoop() throws Exception {
        CompletableFuture<Runnable> wakeUp = new CompletableFuture<>();
        Parks driver = new Parks();
        driver.then(() -> wakeUp.join().run());
        Sim.run(
                driver.withThreads(),
                () -> {
                    Loop loop = Loop.current();
                    Semaphore none = new Semaphore(0);
                    wakeUp.complete(() -> loop.execute(none::release));
                    Weft.timeout(ms(10), () -> sleep(1));
                    none.acquire();
                });
    }
}
