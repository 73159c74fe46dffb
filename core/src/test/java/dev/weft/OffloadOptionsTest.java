package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.CapacityLimiter;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Options of offload, compute, and what a worker may do. */
class OffloadOptionsTest {
    private final List<String> trace = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    /** Virtual time passes the grace while a worker really runs, so reports are in order here. */
    private final Logged logged = Logged.open();

    @AfterEach
    void close() {
        release.countDown();
        logged.close();
    }

    private static void until(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            Weft.checkpoint();
        }
    }

    private void blockDeaf() {
        begun.countDown();
        boolean released = false;
        while (!released) {
            try {
                release.await();
                released = true;
            } catch (InterruptedException deaf) {
                Thread.onSpinWait();
            }
        }
    }

    /** What an abandoned call does last is to give its token back; no loop may end just before. */
    private void letItEnd(CapacityLimiter ofItAlone) {
        release.countDown();
        while (ofItAlone.borrowed() > 0) {
            Weft.checkpoint();
        }
    }

    /** Starts a call, cancels it once it has begun, and gives what it threw. */
    private Throwable cancelledOnceBegun(Action<?> call) {
        Throwable[] thrown = new Throwable[1];
        Weft.group(
                g -> {
                    Task<@Nullable Void> task =
                            g.start(
                                    "caller",
                                    () -> {
                                        thrown[0] = thrownBy(call);
                                    });
                    until(begun);
                    task.cancel("enough");
                });
        return thrown[0];
    }

    // ---- limits

    @Test
    void aLimiterOfItsOwnBoundsTheCallsAndKnowsWho() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Sim.run(
                () -> {
                    CapacityLimiter two = new CapacityLimiter(2);
                    OffloadOptions options = OffloadOptions.limitedBy(two).name("query");
                    Weft.forEach(
                            List.of(1, 2, 3, 4, 5, 6),
                            6,
                            i ->
                                    Weft.offload(
                                            options,
                                            () -> {
                                                most.accumulateAndGet(
                                                        running.incrementAndGet(), Math::max);
                                                String who =
                                                        Offload.onLoop(
                                                                () ->
                                                                        ""
                                                                                + two.statistics()
                                                                                        .borrowers());
                                                trace.add(who);
                                                running.decrementAndGet();
                                            }));
                    assertThat(two.borrowed()).isZero();
                });
        assertThat(most.get()).isLessThanOrEqualTo(2);
        assertThat(trace).hasSize(6).allMatch(who -> who.contains("(query)"));
    }

    @Test
    void aWaitForATokenOfALimiterIsCancellableAndTakesNone() {
        Sim.run(
                () -> {
                    CapacityLimiter one = new CapacityLimiter(1);
                    one.acquire();
                    assertThat(
                                    Weft.moveOnAfter(
                                            ms(5),
                                            () ->
                                                    Weft.offload(
                                                            OffloadOptions.limitedBy(one),
                                                            () -> trace.add("ran"))))
                            .isEmpty();
                    one.release();
                    assertThat(one.available()).isEqualTo(1);
                });
        assertThat(trace).isEmpty();
    }

    // ---- executors

    @Test
    void onAnExecutorOfOnesOwn() {
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Sim.run(
                    () -> {
                        Weft.offload(executor, () -> trace.add(Thread.currentThread().getName()));
                        assertThat(trace.getFirst()).startsWith("pool-").endsWith("(main)");
                        assertThat(Weft.<Integer, RuntimeException>offload(executor, () -> 1))
                                .isEqualTo(1);
                    });
        }
    }

    @Test
    void onVirtualThreadsOfTheJdk() {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Sim.run(() -> Weft.offload(executor, () -> trace.add("ran")));
        }
        assertThat(trace).containsExactly("ran");
    }

    @Test
    void whatTheExecutorThrowsWhenItRefusesIsThrown() {
        ExecutorService closed = Executors.newSingleThreadExecutor();
        closed.shutdown();
        assertThat(failureOf(() -> Weft.offload(closed, () -> trace.add("ran"))))
                .isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void aCallThatHasNotBegunWhenItIsCancelledNeverRuns() {
        ArrayDeque<Runnable> queue = new ArrayDeque<>();
        Sim.run(
                () ->
                        assertThat(
                                        Weft.moveOnAfter(
                                                ms(5),
                                                () ->
                                                        Weft.offload(
                                                                queue::add,
                                                                () -> trace.add("ran"))))
                                .isEmpty());
        queue.forEach(Runnable::run);
        assertThat(queue).hasSize(1);
        assertThat(trace).isEmpty();
    }

    @Test
    void aThreadIsGivenBackToItsExecutorWithoutTheInterrupt() {
        CountDownLatch done = new CountDownLatch(1);
        Executor executor =
                call ->
                        Thread.ofPlatform()
                                .start(
                                        () -> {
                                            call.run();
                                            trace.add("" + Thread.currentThread().isInterrupted());
                                            done.countDown();
                                        });
        Sim.run(
                () -> {
                    cancelledOnceBegun(
                            () ->
                                    Weft.offload(
                                            executor,
                                            () -> {
                                                begun.countDown();
                                                while (!Thread.currentThread().isInterrupted()) {
                                                    Thread.onSpinWait();
                                                }
                                                throw new InterruptedException();
                                            }));
                    until(done);
                });
        assertThat(trace).containsExactly("false");
    }

    @Test
    void anExecutorThatRunsTheCallInTheCallerWorksToo() {
        Sim.run(
                () ->
                        Weft.offload(
                                Runnable::run,
                                () -> {
                                    Offload.onLoop(() -> trace.add(Task.current().name()));
                                    Offload.checkCancelled();
                                }));
        assertThat(trace).containsExactly("main");
    }

    // ---- names and context

    @Test
    void theThreadShowsTheTasksNameWhileItWorksForIt() throws InterruptedException {
        Thread[] worker = new Thread[1];
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.start(
                                                    "import",
                                                    () ->
                                                            Weft.offload(
                                                                    () -> {
                                                                        worker[0] =
                                                                                Thread
                                                                                        .currentThread();
                                                                        trace.add(
                                                                                worker[0]
                                                                                        .getName());
                                                                    }))
                                            .await();
                                    assertThat(worker[0].getName()).doesNotContain("import");
                                    Weft.offload(
                                            OffloadOptions.defaults().name("the file"),
                                            () -> trace.add(Thread.currentThread().getName()));
                                }));
        assertThat(trace.get(0)).startsWith("weft-offload-").endsWith(" (import)");
        assertThat(trace.get(1)).endsWith(" (the file)");
    }

    private static final TaskLocal<String> USER = TaskLocal.newInstance();

    @Test
    void taskLocalsAreCarriedToTheWorkerAndBackToTheLoop() {
        Sim.run(
                () ->
                        USER.where(
                                "ada",
                                () -> {
                                    String there =
                                            Weft.<String, RuntimeException>offload(USER::get);
                                    String and =
                                            Weft.<String, RuntimeException>compute(
                                                    () ->
                                                            USER.where(
                                                                    "bob",
                                                                    () ->
                                                                            USER.get()
                                                                                    + " "
                                                                                    + Offload
                                                                                            .onLoop(
                                                                                                    USER
                                                                                                            ::get)));
                                    assertThat(there).isEqualTo("ada");
                                    assertThat(and).isEqualTo("bob ada");
                                }));
        Sim.run(() -> assertThat(Weft.<Boolean, RuntimeException>offload(USER::isBound)).isFalse());
    }

    // ---- compute

    @Test
    void computeRunsOnThreadsOfItsOwn() {
        Sim.run(
                () -> {
                    String name =
                            Weft.<String, RuntimeException>compute(
                                    () -> Thread.currentThread().getName());
                    assertThat(name).startsWith("weft-compute-").endsWith("(main)");
                });
    }

    // field C17: thread-pool starvation
    @Test
    void blockingCallsNeverHoldUpComputations() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < 100; i++) {
                                        g.start(() -> Weft.offload(() -> release.await()));
                                    }
                                    int answer = Weft.<Integer, RuntimeException>compute(() -> 42);
                                    assertThat(answer).isEqualTo(42);
                                    release.countDown();
                                }));
    }

    @Test
    void asManyComputationsAtOnceAsThereAreCpus() {
        int cpus = Runtime.getRuntime().availableProcessors();
        AtomicInteger running = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(cpus);
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < cpus + 3; i++) {
                                        g.start(
                                                () ->
                                                        Weft.compute(
                                                                () -> {
                                                                    running.incrementAndGet();
                                                                    all.countDown();
                                                                    release.await();
                                                                }));
                                    }
                                    until(all);
                                    Sim.turns(1000);
                                    assertThat(running.get()).isEqualTo(cpus);
                                    release.countDown();
                                }));
        assertThat(running.get()).isEqualTo(cpus + 3);
    }

    @Test
    void aComputationThatAsksNoticesItsCancellation() {
        Sim.run(
                () -> {
                    Throwable thrown =
                            cancelledOnceBegun(
                                    () ->
                                            Weft.compute(
                                                    () -> {
                                                        begun.countDown();
                                                        while (true) {
                                                            Offload.checkCancelled();
                                                        }
                                                    }));
                    assertThat(thrown).isInstanceOf(CancelledError.class).hasMessage("enough");
                    assertThat(thrown.getSuppressed())
                            .singleElement()
                            .isInstanceOf(CancelledError.class);
                });
    }

    @Test
    void checkCancelledThrowsAsOftenAsItIsAskedAndNothingBefore() {
        Sim.run(
                () ->
                        cancelledOnceBegun(
                                () ->
                                        Weft.offload(
                                                () -> {
                                                    Offload.checkCancelled();
                                                    begun.countDown();
                                                    while (!Thread.currentThread()
                                                            .isInterrupted()) {
                                                        Thread.onSpinWait();
                                                    }
                                                    for (int i = 0; i < 3; i++) {
                                                        trace.add(
                                                                thrownBy(Offload::checkCancelled)
                                                                        .toString());
                                                    }
                                                    Offload.checkCancelled();
                                                })));
        assertThat(trace).hasSize(3).allMatch(t -> t.endsWith("CancelledError: enough"));
    }

    @Test
    void aCancelledErrorThatTheWorkerWrapsIsTheCancellationToo() {
        Sim.run(
                () -> {
                    Throwable thrown =
                            cancelledOnceBegun(
                                    () ->
                                            Weft.offload(
                                                    () -> {
                                                        begun.countDown();
                                                        try {
                                                            while (true) {
                                                                Offload.checkCancelled();
                                                            }
                                                        } catch (CancelledError e) {
                                                            throw new IOException(e);
                                                        }
                                                    }));
                    assertThat(thrown).isInstanceOf(CancelledError.class);
                });
    }

    // ---- back to the loop

    @Test
    void theWorkerHasSomethingDoneOnTheLoopByTheTaskThatWaitsForIt() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> caller =
                                            g.start(
                                                    "caller",
                                                    () ->
                                                            Weft.offload(
                                                                    () -> {
                                                                        for (int i = 0;
                                                                                i < 3;
                                                                                i++) {
                                                                            trace.add(
                                                                                    Offload.onLoop(
                                                                                            this
                                                                                                    ::nap));
                                                                        }
                                                                    }));
                                    caller.await();
                                }));
        assertThat(trace).containsExactly("caller", "caller", "caller");
    }

    private String nap() {
        sleep(1000);
        return Task.current().name();
    }

    @Test
    void whatTheBodyThrowsIsThrownInTheWorkerTheVeryObject() {
        IOException failure = new IOException("x");
        assertThat(
                        failureOf(
                                () ->
                                        Weft.offload(
                                                () -> {
                                                    Throwable thrown =
                                                            thrownBy(
                                                                    () ->
                                                                            Offload.onLoop(
                                                                                    () -> {
                                                                                        throw failure;
                                                                                    }));
                                                    trace.add("" + (thrown == failure));
                                                    throw Throwing.sneaky(thrown);
                                                })))
                .isSameAs(failure);
        assertThat(trace).containsExactly("true");
    }

    @Test
    void deadlinesOfTheCallerApplyToWhatItDoesForTheWorker() {
        Throwable thrown =
                failureOf(
                        () ->
                                Weft.group(
                                        g -> {
                                            g.start(() -> until(begun)); // until then no time
                                            // passes
                                            Weft.timeout(
                                                    ms(10), () -> Weft.offload(this::visitForever));
                                        }));
        assertThat(thrown).isInstanceOf(TimeoutException.class);
        assertThat(trace).containsExactly("in the worker");
    }

    private void visitForever() {
        try {
            Offload.onLoop(
                    () -> {
                        begun.countDown();
                        Sim.sleepForever();
                    });
        } catch (CancelledError e) {
            trace.add("in the worker");
            assertThat(thrownBy(Offload::checkCancelled)).isInstanceOf(CancelledError.class);
            throw e;
        }
    }

    @Test
    void inTheWorkersCleanUpTheLoopIsStillThere() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.start(() -> until(release)); // no grace passes until then
                                    Throwable thrown =
                                            cancelledOnceBegun(
                                                    () -> Weft.offload(this::sleepAndCleanUp));
                                    assertThat(thrown).isInstanceOf(CancelledError.class);
                                }));
        assertThat(trace).containsExactly("cleaned up");
    }

    private void sleepAndCleanUp() throws InterruptedException {
        begun.countDown();
        try {
            Thread.sleep(Long.MAX_VALUE);
        } finally {
            Offload.onLoop(
                    () -> {
                        release.countDown();
                        sleep(1);
                        trace.add("cleaned up");
                    });
        }
    }

    @Test
    void anInterruptWhileTheWorkerWaitsForTheLoopIsKeptForLater() {
        Sim.run(
                () ->
                        Weft.offload(
                                () -> {
                                    Thread worker = Thread.currentThread();
                                    String value =
                                            Offload.onLoop(
                                                    () -> {
                                                        worker.interrupt();
                                                        Sim.turns(100);
                                                        return "value";
                                                    });
                                    trace.add(value + " " + Thread.interrupted());
                                }));
        assertThat(trace).containsExactly("value true");
    }

    @Test
    void manyWorkersVisitTheLoopAtOnce() {
        int sum =
                Weft.run(
                        () -> {
                            int[] total = new int[1];
                            Weft.forEach(
                                    List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
                                    10,
                                    n ->
                                            Weft.offload(
                                                    () -> {
                                                        for (int i = 0; i < 100; i++) {
                                                            Offload.onLoop(
                                                                    () -> {
                                                                        total[0] += n;
                                                                    });
                                                        }
                                                    }));
                            return total[0];
                        });
        assertThat(sum).isEqualTo(5500);
    }

    @Test
    void onTheLoopItselfTheyAreTheOrdinaryCalls() {
        Sim.run(
                () -> {
                    assertThat(Offload.onLoop(() -> "here")).isEqualTo("here");
                    Offload.checkCancelled();
                });
    }

    @Test
    void onAnyOtherThreadTheyAreRefused() {
        assertThat(thrownBy(Offload::checkCancelled))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("runs no call of Weft.offload");
        assertThat(thrownBy(() -> Offload.onLoop(() -> trace.add("ran"))))
                .isInstanceOf(IllegalStateException.class);
    }

    // ---- abandoned

    private static final OffloadOptions ABANDON = OffloadOptions.defaults().abandonOnCancel();

    public static final class StuckProgram {
        private StuckProgram() {}

        public static void main(String[] args) throws InterruptedException {
            CountDownLatch begun = new CountDownLatch(1);
            Weft.run(
                    () -> {
                        Task<@Nullable Void> stuck =
                                Weft.background(
                                        () ->
                                                Weft.offload(
                                                        ABANDON,
                                                        () -> {
                                                            begun.countDown();
                                                            while (true) {
                                                                Thread.interrupted();
                                                                Thread.onSpinWait();
                                                            }
                                                        }));
                        Weft.offload(() -> begun.await());
                        stuck.cancel("enough");
                    });
            System.out.println("over");
        }
    }

    // field C22: "hangs on executor threads"
    @Test
    void anAbandonedCallThatNeverEndsDoesNotKeepTheProcessAlive() throws Exception {
        try (Child child = Child.onClassPath(StuckProgram.class, Child.CLASS_PATH_FLAG)) {
            child.awaitLine("over");
            assertThat(child.exitStatus()).isZero();
            assertThat(child.printed()).contains("outlives").contains("weft-offload-");
        }
    }

    // field C22: "hangs on executor threads"
    @Test
    void anAbandonedCallIsInterruptedAndNotWaitedFor() {
        Sim.run(
                () -> {
                    Throwable thrown =
                            cancelledOnceBegun(() -> Weft.offload(ABANDON, this::blockDeaf));
                    assertThat(thrown).isInstanceOf(CancelledError.class);
                    assertThat(release.getCount()).isEqualTo(1);
                });
        assertThat(logged.messages())
                .singleElement()
                .asString()
                .contains("abandoned call of task 'caller' outlives")
                .contains("weft-offload-");
        Throwable stack = logged.failures().getFirst();
        assertThat(stack).isNotNull();
        assertThat(stack.getStackTrace()).anyMatch(f -> f.getMethodName().equals("blockDeaf"));
    }

    @Test
    void anAbandonedCallHasItsTokenUntilItHasEnded() {
        Sim.run(
                () -> {
                    CapacityLimiter one = new CapacityLimiter(1);
                    cancelledOnceBegun(() -> Weft.offload(ABANDON.limiter(one), this::blockDeaf));
                    assertThat(one.borrowed()).isEqualTo(1);
                    letItEnd(one);
                });
        assertThat(logged.messages()).isEmpty();
    }

    @Test
    void whatAnAbandonedCallGivesIsClosed() {
        CountDownLatch closed = new CountDownLatch(1);
        Sim.run(
                () -> {
                    CapacityLimiter one = new CapacityLimiter(1);
                    cancelledOnceBegun(
                            () ->
                                    Weft.<AutoCloseable, RuntimeException>offload(
                                            ABANDON.limiter(one),
                                            () -> {
                                                blockDeaf();
                                                return closed::countDown;
                                            }));
                    letItEnd(one);
                });
        assertThat(closed.getCount()).isZero();
    }

    @Test
    void aFailureOfAnAbandonedCallIsReportedUnlessItIsTheInterrupts() {
        IOException failure = new IOException("after all");
        Sim.run(
                () -> {
                    CapacityLimiter one = new CapacityLimiter(1);
                    cancelledOnceBegun(
                            () ->
                                    Weft.offload(
                                            ABANDON.limiter(one),
                                            () -> {
                                                blockDeaf();
                                                throw failure;
                                            }));
                    letItEnd(one);
                });
        assertThat(logged.failures()).containsExactly(failure);
    }

    @Test
    void anAbandonedCallFindsTheLoopClosedToItNotStuck() {
        Sim.run(
                () -> {
                    CapacityLimiter one = new CapacityLimiter(1);
                    cancelledOnceBegun(
                            () ->
                                    Weft.offload(
                                            ABANDON.limiter(one),
                                            () -> {
                                                blockDeaf();
                                                trace.add(
                                                        thrownBy(() -> Offload.onLoop(() -> "ran"))
                                                                .toString());
                                            }));
                    letItEnd(one);
                });
        assertThat(trace).singleElement().asString().endsWith("CancelledError: enough");
    }

    @Test
    void anAbandonedCallThatOutlivesTheLoopHearsThatItHasEnded() throws InterruptedException {
        CountDownLatch refused = new CountDownLatch(1);
        Sim.run(
                () ->
                        cancelledOnceBegun(
                                () ->
                                        Weft.offload(
                                                ABANDON,
                                                () -> {
                                                    blockDeaf();
                                                    trace.add(
                                                            thrownBy(
                                                                            () ->
                                                                                    Offload.onLoop(
                                                                                            () ->
                                                                                                    "ran"))
                                                                    .toString());
                                                    refused.countDown();
                                                })));
        release.countDown();
        refused.await();
        assertThat(trace).singleElement().asString().contains("has ended");
    }

    @Test
    void anAbandonableCallThatGivesItsValueInTimeGivesIt() {
        Sim.run(
                () ->
                        assertThat(Weft.<String, RuntimeException>offload(ABANDON, () -> "value"))
                                .isEqualTo("value"));
        assertThat(logged.messages()).isEmpty();
    }

    @Test
    void withoutTheOptionACallThatDoesNotEndHoldsItsCaller() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<@Nullable Void> caller =
                                            g.start(() -> Weft.offload(this::blockDeaf));
                                    until(begun);
                                    caller.cancel("enough");
                                    sleep(20_000);
                                    assertThat(caller.isDone()).isFalse();
                                    release.countDown();
                                }));
        assertThat(logged.messages()).singleElement().asString().contains("has not unwound");
    }
}
