package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.LoopFailure.Kind;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/** A program that is to end and does not: who is named, and when. */
@Timeout(30) // of a hang
class ShutdownTest {
    private record Told(long seconds, LoopFailure failure) {}

    private final List<Told> told = new ArrayList<>();

    private <X extends Exception> void run(Action<X> body) throws X {
        Sim.run(
                () -> {
                    Loop loop = Loop.current();
                    loop.exceptionHandler(
                            f ->
                                    told.add(
                                            new Told(
                                                    (loop.nanoTime() - VirtualTime.START)
                                                            / 1_000_000_000,
                                                    f)));
                    body.run();
                });
    }

    private static void sleepsInAShield(long seconds) {
        Weft.shield(Sim.s(100_000), () -> Weft.sleep(Sim.s(seconds)));
    }

    private List<LoopFailure> failures() {
        return told.stream().map(Told::failure).toList();
    }

    @Test
    void aTaskInAShieldIsNamedAfterTheGraceAndAtGrowingIntervals() {
        run(
                () -> {
                    Weft.background(() -> sleepsInAShield(100));
                    Weft.checkpoint();
                });
        assertThat(told).extracting(Told::seconds).containsExactly(5L, 10L, 20L, 40L, 80L);
        assertThat(failures()).extracting(LoopFailure::kind).containsOnly(Kind.STILL_RUNNING);
    }

    @Test
    void theReportSaysPathCauseObstacleAndStack() {
        run(
                () -> {
                    Weft.background(
                            () -> {
                                Weft.group(g -> g.start("stubborn", () -> sleepsInAShield(7)));
                            });
                    Sim.turns(3);
                });
        LoopFailure f = failures().getFirst();
        assertThat(told).hasSize(1);
        assertThat(Objects.requireNonNull(f.task()).name()).isEqualTo("stubborn");
        assertThat(f.place()).endsWith("/stubborn");
        assertThat(f.message())
                .contains("/stubborn' still runs 5s after its program was to end")
                .contains("the program's main task has ended")
                .contains("it sleeps, out of reach in a shield");
        assertThat(stack(f)).anySatisfy(s -> assertThat(s).contains("sleepsInAShield"));
    }

    private static List<String> stack(LoopFailure f) {
        Throwable t = Objects.requireNonNull(f.failure());
        return List.of(t.getStackTrace()).stream().map(StackTraceElement::toString).toList();
    }

    @NeedsOwnCarrier("a task that gives way by Thread.yield may have several turns in a row")
    @Test
    void aTaskThatIgnoresItsCancellationIsNotNamedTwiceAtTheSameTimeButAgainLater() {
        run(
                () -> {
                    Weft.background(
                            () -> {
                                long until = Sim.millis() + 15_000;
                                while (Sim.millis() < until) {
                                    try {
                                        Sim.sleep(1000);
                                    } catch (CancelledError swallowed) {
                                        Thread.yield();
                                        ((VirtualTime) Loop.current().driver())
                                                .advance(Sim.ms(500));
                                    }
                                }
                            });
                    Weft.checkpoint();
                });
        assertThat(failures())
                .extracting(LoopFailure::kind)
                .containsExactly(Kind.CANCELLATION_IGNORED, Kind.STILL_RUNNING);
        assertThat(told.getLast().seconds()).isBetween(10L, 12L);
    }

    /** By a real clock a cancellation arrives a little later than it was asked for. */
    @Test
    void aTaskWhoseOwnGraceIsAboutToEndIsNotNamedBesides() {
        run(
                () -> {
                    Weft.background(
                            () -> {
                                Sim.turns(1);
                                ((VirtualTime) Loop.current().driver()).advance(Sim.ms(10));
                                Sim.thrownBy(Sim::sleepForever);
                                Sim.thrownBy(Sim::sleepForever);
                            });
                    Weft.checkpoint();
                });
        assertThat(failures())
                .extracting(LoopFailure::kind)
                .containsExactly(Kind.CANCELLATION_IGNORED);
    }

    @Test
    void aTaskThatWasReportedJustBeforeIsNamedTheNextTimeOnly() {
        run(
                () -> {
                    Weft.background(
                            () -> {
                                Weft.shield(Sim.s(100), () -> Sim.sleep(4_400));
                                Sim.thrownBy(Sim::sleepForever);
                                Sim.thrownBy(Sim::sleepForever);
                                sleepsInAShield(11);
                            });
                    Weft.checkpoint();
                });
        assertThat(failures())
                .extracting(LoopFailure::kind)
                .containsExactly(Kind.CANCELLATION_IGNORED, Kind.STILL_RUNNING);
        assertThat(told).extracting(Told::seconds).containsExactly(9L, 20L);
    }

    @Test
    void ofManyTasksEightAreNamedAndAllAreCounted() {
        run(
                () -> {
                    for (int i = 0; i < 20; i++) {
                        Weft.background(() -> sleepsInAShield(9));
                    }
                    Weft.checkpoint();
                });
        assertThat(failures()).hasSize(8);
        assertThat(failures().getFirst().message()).contains("one of 20");
    }

    @Test
    void whoOnlyWaitsForOthersIsNotNamed() {
        run(
                () -> {
                    Weft.background(
                            () ->
                                    Weft.group(
                                            g -> {
                                                g.start("culprit", () -> sleepsInAShield(9));
                                            }));
                    Sim.turns(3);
                });
        assertThat(failures())
                .singleElement()
                .extracting(LoopFailure::place)
                .asString()
                .endsWith("culprit");
    }

    @Test
    void aWaitInAPrimitiveIsNamed() {
        run(
                () -> {
                    WaitList list = new WaitList("Thing.wait");
                    Weft.background(() -> Weft.shield(Sim.s(6), () -> list.await()));
                    Weft.checkpoint();
                });
        assertThat(failures().getFirst().message()).contains("it waits in Thing.wait");
    }

    @Test
    void aCloserThatWaitsIsTheMainTasks() {
        run(() -> Loop.current().onClose(() -> Weft.sleep(Sim.s(10))));
        assertThat(failures()).extracting(LoopFailure::place).containsExactly("main");
    }

    @Test
    void aProgramThatEndsInTimeIsNotReported() {
        run(
                () -> {
                    Weft.background(() -> sleepsInAShield(4));
                    Weft.checkpoint();
                });
        assertThat(told).isEmpty();
    }

    @Test
    void aBlockingCallThatDoesNotEndIsNamedWithItsThread() {
        CountDownLatch go = new CountDownLatch(1);
        run(
                () -> {
                    Loop loop = Loop.current();
                    loop.exceptionHandler(
                            f -> {
                                told.add(new Told(0, f));
                                if (told.size() == 2) {
                                    go.countDown();
                                }
                            });
                    Promise<String> begun = new Promise<>();
                    Weft.background(
                            () ->
                                    Weft.offload(
                                            () -> {
                                                begun.complete("");
                                                endures(go);
                                            }));
                    begun.await();
                });
        assertThat(failures())
                .extracting(LoopFailure::kind)
                .startsWith(Kind.CANCELLATION_IGNORED, Kind.STILL_RUNNING);
        assertThat(failures().get(1).message()).contains("waits for thread 'weft-offload-");
        assertThat(stack(failures().get(1))).anySatisfy(s -> assertThat(s).contains("endures"));
    }

    /** Like native code: hears no interrupt. */
    private static void endures(CountDownLatch go) {
        boolean ended = false;
        while (!ended) {
            try {
                go.await();
                ended = true;
            } catch (InterruptedException deaf) {
                ended = false;
            }
        }
    }

    // rules 4: "After a signal the tree is cancelled"
    @Test
    void aMainTaskThatGoesOnAfterItWasToldToStopIsNamed() {
        run(
                () -> {
                    LoopTask<?> main = LoopTask.current();
                    main.loop.stop(main, "SIGINT");
                    sleepsInAShield(19);
                });
        assertThat(told).extracting(Told::seconds).containsExactly(5L, 10L);
        assertThat(failures().getFirst().message()).contains("main' still runs 5s", "SIGINT");
    }

    @Test
    void timesDoubleUpToAnHour() {
        run(
                () -> {
                    Weft.background(() -> Weft.shield(Sim.s(50_000), Sim::sleepForever));
                    Weft.checkpoint();
                });
        List<Long> times = told.stream().map(Told::seconds).toList();
        @Nullable Long last = null;
        long longest = 0;
        for (Long t : times) {
            longest = last == null ? longest : Math.max(longest, t - last);
            last = t;
        }
        assertThat(longest).isEqualTo(3600);
        assertThat(times).hasSizeLessThan(30);
    }
}
