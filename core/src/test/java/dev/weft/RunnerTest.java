package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

@Timeout(30) // of a hang
class RunnerTest {
    private final List<String> trace = new ArrayList<>();

    @Test
    void givesTheValueOfTheBodyAndThrowsTheVeryObject() {
        IOException failure = new IOException("x");
        try (Runner runner = Runner.create()) {
            String value = runner.run(() -> "value");
            assertThat(value).isEqualTo("value");
            assertThatThrownBy(
                            () ->
                                    runner.run(
                                            () -> {
                                                throw failure;
                                            }))
                    .isSameAs(failure);
            assertThat(failure.getSuppressed()).isEmpty();
        }
    }

    @Test
    void runsShareOneLoop() {
        try (Runner runner = Runner.create()) {
            Loop first = runner.run(() -> Loop.current());
            Loop second = runner.run(() -> Loop.current());
            assertThat(second).isSameAs(first).isSameAs(runner.loop());
        }
    }

    @Test
    void backgroundTasksLiveOnFromRunToRun() {
        try (Runner runner = Runner.create()) {
            Promise<String> promise = new Promise<>();
            Task<String> task =
                    runner.run(() -> Weft.background(() -> promise.await() + " has arrived"));
            assertThat(task.isDone()).isFalse();
            promise.complete("it");
            String got = runner.run(() -> task.await());
            assertThat(got).isEqualTo("it has arrived");
        }
    }

    @Test
    void backgroundTasksGoOnBetweenRuns() throws Exception {
        CountDownLatch ticks = new CountDownLatch(3);
        try (Runner runner = Runner.create()) {
            runner.run(
                    () -> {
                        Weft.background(
                                () -> {
                                    while (true) {
                                        Weft.sleep(Duration.ofMillis(1));
                                        ticks.countDown();
                                    }
                                });
                    });
            ticks.await();
        }
    }

    @Test
    void closeCancelsWhatIsLeftAndWaitsForIt() {
        try (Runner runner = Runner.create()) {
            runner.run(
                    () -> {
                        Weft.background(
                                () -> {
                                    try {
                                        Sim.sleepForever();
                                    } finally {
                                        Sim.sleep(5);
                                        trace.add("cleaned up");
                                    }
                                });
                        Weft.checkpoint();
                    });
            trace.add("run has ended");
        }
        assertThat(trace).containsExactly("run has ended", "cleaned up");
    }

    @Test
    void closeReportsBackgroundFailuresThatNobodyAwaited() {
        IllegalStateException failure = new IllegalStateException("lost?");
        List<LoopFailure> told = new ArrayList<>();
        try (Runner runner = Runner.builder().exceptionHandler(told::add).build()) {
            runner.run(
                    () -> {
                        Weft.background(
                                () -> {
                                    throw failure;
                                });
                        Weft.checkpoint();
                    });
        }
        assertThat(told).extracting(LoopFailure::failure).containsExactly(failure);
    }

    @Test
    void closeMayBeCalledTwiceAndWithoutARun() {
        Runner unused = Runner.create();
        unused.close();
        unused.close();
        Runner used = Runner.create();
        used.run(() -> {});
        used.close();
        used.close();
    }

    @Test
    void closedItRefusesAndSaysTheFix() {
        Runner runner = Runner.create();
        runner.run(() -> {});
        runner.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> runner.run(() -> {}))
                .withMessageContaining("make a new Runner");
        assertThatIllegalStateException().isThrownBy(runner::loop);
        runner.close();
    }

    @Test
    void theLoopBeginsWhenItIsNeeded() {
        AtomicInteger drivers = new AtomicInteger();
        try (Runner runner =
                Runner.builder()
                        .driver(
                                () -> {
                                    drivers.incrementAndGet();
                                    return new ParkingDriver();
                                })
                        .build()) {
            assertThat(drivers).hasValue(0);
            assertThat(runner.loop().name()).startsWith("weft-");
            runner.run(() -> {});
            runner.run(() -> {});
            assertThat(drivers).hasValue(1);
        }
    }

    @Test
    void itsLoopTakesWorkBeforeAndBetweenRuns() {
        try (Runner runner = Runner.create()) {
            String value = runner.loop().call(() -> "value");
            assertThat(value).isEqualTo("value");
        }
    }

    @Test
    void insideATaskItRefuses() {
        try (Runner runner = Runner.create()) {
            runner.run(
                    () -> {
                        assertThatIllegalStateException()
                                .isThrownBy(() -> runner.run(() -> {}))
                                .withMessageContaining("Runner.run called inside task 'main'")
                                .withMessageContaining("Weft.background");
                        assertThatIllegalStateException()
                                .isThrownBy(runner::close)
                                .withMessageContaining("Runner.close called in task 'main'")
                                .withMessageContaining("would wait for its own end")
                                .withMessageContaining("from outside it");
                    });
        }
    }

    @Test
    void inAVirtualThreadOfAProgramItRefusesToCloseAndNamesTheThread() throws Exception {
        try (Runner runner = Runner.create()) {
            runner.run(
                    () -> {
                        Thread thread =
                                Thread.ofVirtual()
                                        .name("helper")
                                        .start(() -> trace.add(refusalToClose(runner)));
                        thread.join();
                    });
        }
        assertThat(trace).singleElement().asString().contains("called in task 'helper'");
    }

    @Test
    void inAnOffloadedCallForWhichItsProgramWaitsItRefusesToClose() {
        try (Runner runner = Runner.create()) {
            runner.run(() -> Weft.offload(() -> trace.add(refusalToClose(runner))));
        }
        assertThat(trace)
                .singleElement()
                .asString()
                .contains("called in thread 'weft-offload-")
                .contains("would wait for its own end")
                .contains("from outside it");
    }

    private static String refusalToClose(Runner runner) {
        return String.valueOf(Sim.thrownBy(runner::close).getMessage());
    }

    @Test
    void aProgramOfAnotherLoopMayCloseIt() {
        Runner runner = Runner.create();
        runner.run(() -> {});
        Weft.run(() -> runner.close());
        assertThatIllegalStateException().isThrownBy(() -> runner.run(() -> {}));
    }

    @Test
    void fromASecondThreadAtTheSameTimeItRefuses() throws Exception {
        try (Runner runner = Runner.create()) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            runner.run(
                    () -> Weft.offload(() -> thrown.set(Sim.thrownBy(() -> runner.run(() -> {})))));
            assertThat(thrown.get())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("'" + Thread.currentThread().getName() + "'")
                    .hasMessageContaining("loop().submit");
        }
    }

    @Test
    void severalThreadsUseItOneAfterTheOther() throws Exception {
        try (Runner runner = Runner.create()) {
            for (int i = 0; i < 3; i++) {
                Thread thread = Thread.ofPlatform().start(() -> runner.run(() -> trace.add("ran")));
                thread.join();
            }
        }
        assertThat(trace).hasSize(3);
    }

    @Test
    void closedByAnotherThreadItCancelsTheRun() throws Exception {
        Runner runner = Runner.create();
        CountDownLatch begun = new CountDownLatch(1);
        Thread closer =
                Thread.ofPlatform()
                        .name("closer")
                        .start(
                                () -> {
                                    Combinators.attempt(
                                            () -> {
                                                begun.await();
                                                return null;
                                            });
                                    runner.close();
                                });
        assertThatThrownBy(
                        () ->
                                runner.run(
                                        () -> {
                                            begun.countDown();
                                            Sim.sleepForever();
                                        }))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("thread 'closer' called Runner.close");
        closer.join();
    }

    @Test
    void interruptingTheThreadCancelsTheBodyAloneAndTheRunnerGoesOn() throws Exception {
        try (Runner runner = Runner.create()) {
            Task<?> background = runner.run(() -> Weft.background(Sim::sleepForever));
            Thread me = Thread.currentThread();
            assertThatThrownBy(
                            () ->
                                    runner.run(
                                            () -> {
                                                Weft.offload(me::interrupt);
                                                Sim.sleepForever();
                                            }))
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining("interrupted");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(background.isDone()).isFalse();
            String next = runner.run(() -> "next");
            assertThat(next).isEqualTo("next");
        }
    }

    @Test
    void theBodyIsATaskNamedMainWhoseGroupsEndWithIt() {
        try (Runner runner = Runner.create()) {
            runner.run(
                    () -> {
                        assertThat(Task.current().name()).isEqualTo("main");
                        Weft.group(g -> g.start(() -> Sim.sleep(1)));
                    });
            int left = runner.run(() -> Loop.current().tasks().size());
            assertThat(left).isEqualTo(2); // the runner's own, and the one that asks
        }
    }

    @Test
    void nameGraceAndHandlerAreThoseOfTheBuilder() {
        List<LoopFailure> told = new ArrayList<>();
        Runner.Builder builder =
                Runner.builder()
                        .name("mine")
                        .driver(() -> new VirtualTime(1))
                        .grace(Duration.ofSeconds(1))
                        .exceptionHandler(told::add);
        try (Runner runner = builder.build()) {
            runner.run(
                    () -> {
                        assertThat(Loop.current().name()).isEqualTo("mine");
                        Task<?> deaf =
                                Weft.background(
                                        () -> {
                                            try {
                                                Sim.sleepForever();
                                            } catch (CancelledError swallowed) {
                                                Sim.sleep(1500);
                                            }
                                        });
                        Weft.checkpoint();
                        deaf.cancel("please");
                        deaf.outcome();
                    });
        }
        assertThat(told)
                .extracting(LoopFailure::kind)
                .containsExactly(LoopFailure.Kind.CANCELLATION_IGNORED);
        try (Runner second = builder.build()) {
            second.run(() -> {});
        }
    }

    @Test
    void aNegativeGraceIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Runner.builder().grace(Duration.ofSeconds(-1)))
                .withMessageContaining("the grace is -1s");
    }

    @Test
    void aDriverThatCannotBeMadeFailsTheRunAndTheNextMayTryAgain() {
        AtomicInteger tries = new AtomicInteger();
        try (Runner runner =
                Runner.builder()
                        .driver(
                                () -> {
                                    if (tries.incrementAndGet() == 1) {
                                        throw new IllegalStateException("no descriptors");
                                    }
                                    return new ParkingDriver();
                                })
                        .build()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> runner.run(() -> {}))
                    .withMessage("no descriptors");
            runner.run(() -> {});
        }
    }

    @Test
    void aLoopThatDiesEndsTheRunWithAFailure() {
        LoopFailureTest.BrokenClock driver = new LoopFailureTest.BrokenClock();
        Runner runner = Runner.builder().driver(() -> driver).build();
        assertThatIllegalStateException()
                .isThrownBy(
                        () ->
                                runner.run(
                                        () -> {
                                            driver.broken = true;
                                            Weft.checkpoint();
                                        }))
                .withMessageContaining("died");
        assertThatIllegalStateException()
                .isThrownBy(() -> runner.run(() -> {}))
                .withMessageContaining("make a new Runner");
        assertThatIllegalStateException().isThrownBy(runner::close).withMessageContaining("died");
    }

    @Test
    void eachRunnerHasALimitOfItsOwnForSlowSteps() {
        try (Logged logged = Logged.open()) {
            for (Duration limit : List.of(Duration.ZERO, Duration.ofMillis(2))) {
                try (Runner runner = Runner.builder().slowStep(limit).build()) {
                    int before = logged.messages().size();
                    runner.run(
                            () -> {
                                long end = System.nanoTime() + 30_000_000_000L;
                                long least = System.nanoTime() + 150_000_000;
                                while (System.nanoTime() < least
                                        || (!limit.isZero()
                                                && logged.messages().size() == before
                                                && System.nanoTime() < end)) {
                                    Thread.onSpinWait();
                                }
                            });
                    assertThat(logged.messages().size() > before).isEqualTo(!limit.isZero());
                }
            }
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Runner.builder().slowStep(Duration.ofMillis(-2)));
    }

    @Test
    void weftRunInsideARunnersTaskIsRefusedToo() {
        try (Runner runner = Runner.create()) {
            runner.run(
                    () -> assertThatIllegalStateException().isThrownBy(() -> Weft.run(() -> {})));
        }
    }

    @Test
    void aDeadlockOfAProgramIsNoticedAndAnIdleRunnerIsNone() {
        VirtualTime driver =
                new VirtualTime(1) {
                    @Override
                    public Deadlocks deadlocks() {
                        return Deadlocks.FAIL;
                    }
                };
        try (Runner runner = Runner.builder().driver(() -> driver).build()) {
            runner.run(() -> {});
            assertThatThrownBy(() -> runner.run(() -> new WaitList("never").await()))
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining("deadlock");
        } catch (DeadlockException atTheEnd) {
            trace.add("thrown by close");
        }
        assertThat(trace).containsExactly("thrown by close");
    }

    @Test
    void aGraceOfForEverIsVeryLong() {
        try (Runner runner = Runner.builder().grace(ChronoUnit.FOREVER.getDuration()).build()) {
            int one = runner.run(() -> 1);
            assertThat(one).isEqualTo(1);
        }
    }
}
