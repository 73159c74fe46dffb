package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.CapacityLimiter;
import dev.weft.sync.Semaphore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;

/** Calls that workers have made on the loop, while every token is taken. */
@Timeout(60) // of a hang
class OffloadNestingTest {
    private static final int CPUS = Runtime.getRuntime().availableProcessors();
    private static final int DEPTH = 5;

    private final List<String> trace = new CopyOnWriteArrayList<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    /** Virtual time passes the grace while a worker really runs. */
    private final Logged logged = Logged.open();

    @AfterEach
    void close() {
        logged.close();
    }

    /** A way to make a call, and how many at once the loop allows. */
    enum Kind {
        COMPUTE(CPUS),
        OFFLOAD(64),
        LIMITED(2);

        final int limit;

        Kind(int limit) {
            this.limit = limit;
        }

        <T extends @Nullable Object, X extends Exception> T call(
                CapacityLimiter limiter, Body<T, X> body) throws X {
            return switch (this) {
                case COMPUTE -> Weft.compute(body);
                case OFFLOAD -> Weft.offload(body);
                case LIMITED -> Weft.offload(OffloadOptions.limitedBy(limiter), body);
            };
        }
    }

    /** Notes that the worker runs; it does not while it waits for the loop. */
    private <T extends @Nullable Object> T counted(Body<T, ?> body) throws Exception {
        most.accumulateAndGet(running.incrementAndGet(), Math::max);
        try {
            return body.run();
        } finally {
            running.decrementAndGet();
        }
    }

    private <T extends @Nullable Object> T onLoop(Body<T, Exception> body) throws Exception {
        running.decrementAndGet();
        try {
            return Offload.onLoop(body);
        } finally {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
        }
    }

    private int nest(Kind kind, CapacityLimiter limiter, int depth) throws Exception {
        return kind.call(
                limiter,
                () ->
                        counted(
                                () ->
                                        depth == 1
                                                ? 1
                                                : 1
                                                        + onLoop(
                                                                () ->
                                                                        nest(
                                                                                kind, limiter,
                                                                                depth - 1))));
    }

    // ---- under one limit

    @ParameterizedTest
    @EnumSource
    void callsNestSeveralDeepWhenEveryTokenIsTaken(Kind kind) throws Exception {
        CyclicBarrier allTaken = new CyclicBarrier(kind.limit);
        List<Integer> depths =
                Sim.run(
                        () -> {
                            CapacityLimiter limiter = new CapacityLimiter(kind.limit);
                            List<Integer> all =
                                    Weft.gather(
                                            Collections.nCopies(2 * kind.limit, "call"),
                                            2 * kind.limit,
                                            n ->
                                                    kind.call(
                                                            limiter,
                                                            () ->
                                                                    counted(
                                                                            () -> {
                                                                                allTaken.await();
                                                                                return onLoop(
                                                                                        () ->
                                                                                                nest(
                                                                                                        kind,
                                                                                                        limiter,
                                                                                                        DEPTH));
                                                                            })));
                            assertThat(limiter.borrowed()).isZero();
                            return all;
                        });
        assertThat(depths).hasSize(2 * kind.limit).containsOnly(DEPTH);
        assertThat(most.get()).isLessThanOrEqualTo(kind.limit);
    }

    @ParameterizedTest
    @EnumSource
    void callsOfTasksThatAreStartedThereInGroupsNestToo(Kind kind) throws Exception {
        CyclicBarrier allTaken = new CyclicBarrier(kind.limit);
        List<Integer> sums =
                Sim.run(
                        () -> {
                            CapacityLimiter limiter = new CapacityLimiter(kind.limit);
                            return Weft.gather(
                                    Collections.nCopies(kind.limit, "call"),
                                    kind.limit,
                                    n ->
                                            kind.call(
                                                    limiter,
                                                    () ->
                                                            counted(
                                                                    () -> {
                                                                        allTaken.await();
                                                                        return onLoop(
                                                                                () ->
                                                                                        fan(
                                                                                                kind,
                                                                                                limiter));
                                                                    })));
                        });
        assertThat(sums).hasSize(kind.limit).containsOnly(3 * DEPTH);
        assertThat(most.get()).isLessThanOrEqualTo(kind.limit);
    }

    private int fan(Kind kind, CapacityLimiter limiter) throws Exception {
        return Weft.strict(
                () ->
                        Weft.gather(List.of(1, 2, 3), 3, n -> nest(kind, limiter, DEPTH)).stream()
                                .mapToInt(n -> n)
                                .sum());
    }

    @Test
    void theyTakeFreeTokensToo() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        CountDownLatch end = new CountDownLatch(1);
        Sim.run(
                () -> {
                    CapacityLimiter two = new CapacityLimiter(2);
                    OffloadOptions limited = OffloadOptions.limitedBy(two);
                    Action<InterruptedException> meet =
                            () -> {
                                both.countDown();
                                both.await();
                            };
                    Weft.gather(
                            () -> Weft.offload(limited, () -> end.await()),
                            () ->
                                    Weft.offload(
                                            limited,
                                            () ->
                                                    Offload.onLoop(
                                                            () ->
                                                                    Weft.gather(
                                                                            () ->
                                                                                    Weft.offload(
                                                                                            limited,
                                                                                            meet),
                                                                            () ->
                                                                                    Weft.offload(
                                                                                            limited,
                                                                                            meet),
                                                                            () -> {
                                                                                while (two.waiting()
                                                                                        == 0) {
                                                                                    Weft
                                                                                            .checkpoint();
                                                                                }
                                                                                end.countDown();
                                                                            }))));
                    assertThat(two.borrowed()).isZero();
                });
        assertThat(both.getCount()).isZero();
    }

    /** A wait that completes at once gives way now and then, at the wrong moment too. */
    @Test
    void noTokenIsLostToATaskThatGivesWayOnItsWayIntoTheLine() {
        for (int fastWaits = 0; fastWaits < 130; fastWaits++) {
            int n = fastWaits;
            Sim.run(
                    () -> {
                        CapacityLimiter one = new CapacityLimiter(1);
                        OffloadOptions limited = OffloadOptions.limitedBy(one);
                        OffloadOptions here = limited.executor(Runnable::run);
                        Weft.offload(
                                limited,
                                () ->
                                        Offload.onLoop(
                                                () ->
                                                        Weft.gather(
                                                                () -> Weft.offload(here, () -> {}),
                                                                () -> {
                                                                    waitFast(n);
                                                                    Weft.offload(here, () -> {});
                                                                })));
                    });
        }
    }

    private static void waitFast(int times) {
        Semaphore semaphore = new Semaphore(1);
        for (int i = 0; i < times; i++) {
            semaphore.acquire().close();
        }
    }

    @Test
    void oneThatIsCancelledInTheLineLeavesTheTokenToTheNext() {
        CountDownLatch release = new CountDownLatch(1);
        Sim.run(
                () -> {
                    OffloadOptions limited = OffloadOptions.limitedBy(new CapacityLimiter(1));
                    Weft.offload(
                            limited,
                            () ->
                                    Offload.onLoop(
                                            () ->
                                                    Weft.group(
                                                            g -> {
                                                                g.start(
                                                                        () ->
                                                                                Weft.offload(
                                                                                        limited,
                                                                                        () ->
                                                                                                release
                                                                                                        .await()));
                                                                Task<?> second =
                                                                        g.start(
                                                                                () ->
                                                                                        traced(
                                                                                                limited,
                                                                                                "second"));
                                                                g.start(
                                                                        () ->
                                                                                traced(
                                                                                        limited,
                                                                                        "third"));
                                                                Sim.turns(3);
                                                                second.cancel("enough");
                                                                release.countDown();
                                                            })));
                });
        assertThat(trace).containsExactly("third");
    }

    private void traced(OffloadOptions options, String what) {
        Weft.offload(options, () -> trace.add(what));
    }

    @Test
    void anAbandonedOneHasTheTokenUntilItsThreadIsDoneWithIt() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Sim.run(
                () -> {
                    CapacityLimiter one = new CapacityLimiter(1);
                    OffloadOptions limited = OffloadOptions.limitedBy(one);
                    Weft.offload(
                            limited, () -> Offload.onLoop(() -> abandon(limited, begun, release)));
                    assertThat(one.borrowed()).isOne();
                    release.countDown();
                    while (one.borrowed() > 0) {
                        Weft.checkpoint();
                    }
                });
        assertThat(logged.messages()).isEmpty();
    }

    private static void abandon(
            OffloadOptions options, CountDownLatch begun, CountDownLatch release) {
        Weft.group(
                g -> {
                    Task<?> task =
                            g.start(
                                    () ->
                                            Weft.offload(
                                                    options.abandonOnCancel(),
                                                    () -> {
                                                        begun.countDown();
                                                        while (release.getCount() > 0) {
                                                            Thread.onSpinWait();
                                                        }
                                                    }));
                    while (begun.getCount() > 0) {
                        Weft.checkpoint();
                    }
                    task.cancel("enough");
                });
    }

    // ---- under two

    /** Each would wait for the other's tokens for ever. */
    @Test
    void computationsAndBlockingCallsThatMakeEachOtherEndWhenEveryTokenIsTaken() throws Exception {
        CyclicBarrier allTaken = new CyclicBarrier(CPUS + Kind.OFFLOAD.limit);
        AtomicInteger computing = new AtomicInteger();
        AtomicInteger mostComputing = new AtomicInteger();
        Body<Integer, Exception> compute =
                () -> {
                    mostComputing.accumulateAndGet(computing.incrementAndGet(), Math::max);
                    computing.decrementAndGet();
                    return 1;
                };
        Body<Integer, Exception> turnAbout =
                () ->
                        Weft.offload(
                                () ->
                                        Offload.onLoop(
                                                () ->
                                                        Weft.compute(
                                                                () ->
                                                                        compute.run()
                                                                                + Offload.onLoop(
                                                                                        () ->
                                                                                                Weft
                                                                                                        .offload(
                                                                                                                () ->
                                                                                                                        1)))));
        Body<Integer, Exception> behindAll =
                () -> {
                    allTaken.await();
                    return Offload.onLoop(turnAbout);
                };
        List<Integer> sums =
                Sim.run(
                        () ->
                                Weft.gather(
                                        Collections.nCopies(CPUS + Kind.OFFLOAD.limit, "call"),
                                        1000,
                                        new Each<String, Integer, Exception>() {
                                            private int n;

                                            @Override
                                            public Integer apply(String call) throws Exception {
                                                return n++ < CPUS
                                                        ? Weft.compute(behindAll)
                                                        : Weft.offload(behindAll);
                                            }
                                        }));
        assertThat(sums).hasSize(CPUS + Kind.OFFLOAD.limit).containsOnly(2);
        assertThat(mostComputing.get()).isLessThanOrEqualTo(CPUS);
    }

    @Test
    void aTokenOfAnotherLimiterIsNotLent() {
        Sim.run(
                () -> {
                    CapacityLimiter other = new CapacityLimiter(1);
                    OffloadOptions one = OffloadOptions.limitedBy(new CapacityLimiter(1));
                    other.acquire();
                    Weft.offload(
                            one,
                            () ->
                                    Offload.onLoop(
                                            () -> {
                                                boolean done =
                                                        Weft.moveOnAfter(
                                                                ms(5),
                                                                () ->
                                                                        traced(
                                                                                OffloadOptions
                                                                                        .limitedBy(
                                                                                                other),
                                                                                "ran"));
                                                assertThat(done).isFalse();
                                            }));
                    other.release();
                });
        assertThat(trace).isEmpty();
    }

    // ---- of several loops

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void computationsOfSeveralLoopsThatShareTheCpusNest(int siblings) throws Exception {
        AtomicInteger sum = new AtomicInteger();
        Loops.run(
                3,
                loops ->
                        Weft.forEach(
                                Collections.nCopies(CPUS, "call"),
                                CPUS,
                                n ->
                                        Weft.compute(
                                                () -> Offload.onLoop(() -> nest(siblings, sum)))));
        assertThat(sum.get()).isEqualTo(3 * CPUS * siblings * DEPTH);
    }

    private void nest(int siblings, AtomicInteger sum) throws Exception {
        Weft.forEach(
                Collections.nCopies(siblings, new CapacityLimiter(1)),
                siblings,
                unused -> sum.addAndGet(nest(Kind.COMPUTE, unused, DEPTH)));
    }

    @Test
    void noneBeginsWhileThoseOfAnotherLoopHaveAllCpus() throws Exception {
        CountDownLatch allTaken = new CountDownLatch(CPUS);
        CountDownLatch release = new CountDownLatch(1);
        Loops.run(
                2,
                loops -> {
                    if (loops.index() == 0) {
                        Weft.forEach(
                                Collections.nCopies(CPUS, "call"),
                                CPUS,
                                n ->
                                        Weft.compute(
                                                () -> {
                                                    allTaken.countDown();
                                                    release.await();
                                                    trace.add("first");
                                                }));
                    } else {
                        Weft.offload(() -> allTaken.await());
                        Weft.group(
                                g -> {
                                    g.start(() -> Weft.compute(() -> trace.add("second")));
                                    Sim.turns(1000);
                                    trace.add("release");
                                    release.countDown();
                                });
                    }
                });
        assertThat(trace).hasSize(CPUS + 2).startsWith("release", "first");
    }

    // ---- what is not lent

    @Test
    void whatItStartsInTheBackgroundWaitsForATokenOfItsOwn() {
        Sim.run(
                () -> {
                    OffloadOptions limited = OffloadOptions.limitedBy(new CapacityLimiter(1));
                    Task<?> started =
                            Weft.<Task<?>, RuntimeException>offload(
                                    limited,
                                    () -> {
                                        Task<?> background =
                                                Offload.onLoop(() -> startAndLetRun(limited));
                                        trace.add("worker");
                                        return background;
                                    });
                    started.outcome();
                });
        assertThat(trace).containsExactly("worker", "background");
    }

    private Task<?> startAndLetRun(OffloadOptions options) {
        Task<?> background = Weft.background(() -> traced(options, "background"));
        Sim.turns(3);
        return background;
    }

    @Test
    void toWaitForThatIsADeadlockAndReported() {
        assertThat(
                        failureOf(
                                () -> {
                                    OffloadOptions limited =
                                            OffloadOptions.limitedBy(new CapacityLimiter(1));
                                    Weft.offload(
                                            limited,
                                            () ->
                                                    Offload.onLoop(
                                                            () ->
                                                                    Weft.background(
                                                                                    () ->
                                                                                            traced(
                                                                                                    limited,
                                                                                                    "ran"))
                                                                            .await()));
                                }))
                .isInstanceOf(DeadlockException.class)
                .hasMessageContaining("CapacityLimiter.acquire");
        assertThat(trace).isEmpty();
    }

    // ---- otherwise it is as ever

    @Test
    void theScopeOfTheCallerIsTheCurrentOneThere() {
        Sim.run(
                () ->
                        Weft.strict(
                                () -> {
                                    Scope around = Scope.current();
                                    Weft.offload(
                                            () ->
                                                    Offload.onLoop(
                                                            () ->
                                                                    assertThat(Scope.current())
                                                                            .isSameAs(around)));
                                }));
    }

    @Test
    void aFailureThereLeavesNothingBehind() {
        Sim.run(
                () ->
                        Weft.offload(
                                () -> {
                                    for (int i = 0; i < 3; i++) {
                                        assertThat(thrownBy(() -> Offload.onLoop(() -> fail())))
                                                .hasMessage("x");
                                    }
                                    assertThat(Offload.onLoop(() -> "value")).isEqualTo("value");
                                }));
    }

    private static void fail() {
        throw new IllegalArgumentException("x");
    }
}
