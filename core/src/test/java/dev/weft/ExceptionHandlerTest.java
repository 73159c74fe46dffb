package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.LoopFailure.Kind;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/** Failures that nobody waits for, and who is told. */
class ExceptionHandlerTest {
    private final List<LoopFailure> told = new ArrayList<>();

    /** Has the program's loop tell {@link #told}, with nothing logged besides. */
    private <X extends Exception> void telling(Action<X> body) throws X {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Loop.current().exceptionHandler(told::add);
                        body.run();
                    });
            assertThat(logged.messages()).isEmpty();
        }
    }

    private static Timer failing(RuntimeException failure) {
        return new Timer() {
            @Override
            void fire() {
                throw failure;
            }
        };
    }

    private static final class Unsuppressing extends Exception {
        private static final long serialVersionUID = 1L;

        Unsuppressing() {
            super("suppresses nothing", null, false, true);
        }
    }

    @Test
    void isToldOfAFailureThatNobodyAwaits() {
        var failure = new IllegalStateException("lost?");
        telling(
                () -> {
                    Task<?> task =
                            Weft.background(
                                    () -> {
                                        throw failure;
                                    });
                    Sim.sleep(2000);
                    assertThat(told).hasSize(1);
                    assertThat(told.getFirst().task()).isSameAs(task);
                });
        LoopFailure first = told.getFirst();
        assertThat(first.kind()).isEqualTo(Kind.UNOBSERVED);
        assertThat(first.failure()).isSameAs(failure);
        assertThat(first.message()).contains("nobody awaits it");
        assertThat(first.place()).startsWith("task '");
        assertThat(first.loop().name()).startsWith("weft-");
    }

    @Test
    void isToldOfAFailureFoundWhenTheProgramEnds() {
        telling(
                () -> {
                    Weft.background(
                            () -> {
                                throw new IllegalStateException("late");
                            });
                    Weft.checkpoint();
                });
        assertThat(told).extracting(LoopFailure::kind).containsExactly(Kind.UNOBSERVED);
    }

    @Test
    void isToldOfTasksThatExecuteStarted() {
        var failure = new IllegalStateException("handed over");
        telling(
                () -> {
                    Loop.current()
                            .execute(
                                    () -> {
                                        throw failure;
                                    });
                    Sim.sleep(2000);
                });
        assertThat(told).extracting(LoopFailure::failure).containsExactly(failure);
    }

    // rules 3: "exceptions without suppression are left alone and the others go to the
    // exception
    // handler"
    @Test
    void isToldOfFurtherFailuresThatTheFirstCannotSuppress() {
        var further = new IllegalStateException("further");
        telling(
                () ->
                        assertThat(
                                        Sim.thrownBy(
                                                () ->
                                                        Weft.group(
                                                                g -> {
                                                                    g.start(
                                                                            () -> {
                                                                                throw new Unsuppressing();
                                                                            });
                                                                    g.start(
                                                                            () -> {
                                                                                throw further;
                                                                            });
                                                                })))
                                .isInstanceOf(Unsuppressing.class));
        assertThat(told).extracting(LoopFailure::kind).containsExactly(Kind.FURTHER);
        assertThat(told.getFirst().failure()).isSameAs(further);
        assertThat(told.getFirst().place()).contains("group");
    }

    @Test
    void isToldOfTimersAndWorkHandedOverAndClosersThatFail() {
        var one = new IllegalStateException("timer");
        var two = new IllegalStateException("post");
        var three = new IllegalStateException("closer");
        telling(
                () -> {
                    Loop loop = Loop.current();
                    loop.timers.set(failing(one), loop.nanoTime());
                    Sim.sleep(1);
                    loop.post(
                            () -> {
                                throw two;
                            });
                    Sim.turns(3);
                    loop.onClose(
                            () -> {
                                throw three;
                            });
                });
        assertThat(told).extracting(LoopFailure::kind).containsOnly(Kind.UNEXPECTED);
        assertThat(told).extracting(LoopFailure::failure).containsExactly(one, two, three);
    }

    @Test
    void isToldOfACancellationThatIsIgnored() {
        telling(
                () -> {
                    Task<?> deaf =
                            Weft.background(
                                    () -> {
                                        try {
                                            Sim.sleepForever();
                                        } catch (CancelledError swallowed) {
                                            Sim.sleep(10_000);
                                        }
                                    });
                    Weft.checkpoint();
                    deaf.cancel("please");
                    Sim.sleep(20_000);
                    assertThat(told.getFirst().task()).isSameAs(deaf);
                });
        assertThat(told).extracting(LoopFailure::kind).containsExactly(Kind.CANCELLATION_IGNORED);
    }

    /** No handler ever runs on the bare carrier, whatever found the failure. */
    @Test
    void runsInAVirtualThreadOfTheLoop() {
        List<Boolean> virtual = new ArrayList<>();
        Sim.run(
                () -> {
                    Loop loop = Loop.current();
                    loop.exceptionHandler(
                            f -> {
                                assertThat(Loop.currentOrNull()).isSameAs(loop);
                                virtual.add(Thread.currentThread().isVirtual());
                            });
                    loop.timers.set(failing(new IllegalStateException()), loop.nanoTime());
                    Sim.sleep(1);
                    loop.onClose(
                            () -> {
                                throw new IllegalStateException();
                            });
                });
        assertThat(virtual).containsExactly(true, true);
    }

    @Test
    void thatFailsIsLoggedWithWhatItWasToldAndTheLoopGoesOn() {
        var broken = new AssertionError("handler");
        var failure = new IllegalStateException("failure");
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Loop loop = Loop.current();
                        loop.exceptionHandler(
                                f -> {
                                    throw broken;
                                });
                        for (int i = 0; i < 2; i++) {
                            loop.post(
                                    () -> {
                                        throw failure;
                                    });
                            Sim.turns(3);
                        }
                    });
            assertThat(logged.failures()).containsExactly(failure, broken, failure, broken);
        }
    }

    @Test
    void mustNotWait() {
        List<Throwable> thrown = new ArrayList<>();
        Sim.run(
                () -> {
                    Loop loop = Loop.current();
                    loop.exceptionHandler(
                            f -> {
                                thrown.add(Sim.thrownBy(() -> Sim.sleep(1)));
                                thrown.add(Sim.thrownBy(() -> Weft.offload(() -> {})));
                                thrown.add(Sim.thrownBy(() -> Weft.group(g -> {})));
                            });
                    loop.post(
                            () -> {
                                throw new IllegalStateException();
                            });
                    Sim.turns(3);
                });
        assertThat(thrown)
                .hasSize(3)
                .allSatisfy(
                        t ->
                                assertThat(t)
                                        .isInstanceOf(IllegalStateException.class)
                                        .hasMessageContaining("must not wait")
                                        .hasMessageContaining("Weft.background"));
    }

    @Test
    void mayStartTasksAndCancelThem() {
        List<String> trace = new ArrayList<>();
        Sim.run(
                () -> {
                    Task<?> other = Weft.background(() -> Sim.sleepForever());
                    Loop loop = Loop.current();
                    loop.exceptionHandler(
                            f -> {
                                other.cancel("something failed");
                                Weft.background(
                                        () -> {
                                            Sim.sleep(1);
                                            trace.add(f.place());
                                        });
                            });
                    loop.post(
                            () -> {
                                throw new IllegalStateException();
                            });
                    assertThat(other.outcome())
                            .isEqualTo(new Outcome.Cancelled<>("something failed"));
                    Sim.sleep(5);
                });
        assertThat(trace).singleElement().asString().startsWith("work handed to loop");
    }

    @Test
    void toldAsTheProgramEndsItCanStartNoTaskAnyMore() {
        List<Throwable> thrown = new ArrayList<>();
        Sim.run(
                () -> {
                    Loop.current()
                            .exceptionHandler(
                                    f -> thrown.add(Sim.thrownBy(() -> Weft.background(() -> {}))));
                    Weft.background(
                            () -> {
                                throw new IllegalStateException("late");
                            });
                    Weft.checkpoint();
                });
        assertThat(thrown)
                .singleElement()
                .isInstanceOf(RejectedExecutionException.class)
                .extracting(Throwable::getMessage)
                .asString()
                .endsWith("has ended");
    }

    @Test
    void nullIsTheDefaultAgainWhichLogs() {
        var failure = new IllegalStateException("logged");
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Loop loop = Loop.current();
                        loop.exceptionHandler(told::add);
                        loop.exceptionHandler(null);
                        loop.post(
                                () -> {
                                    throw failure;
                                });
                        Sim.turns(3);
                    });
            assertThat(logged.failures()).containsExactly(failure);
        }
        assertThat(told).isEmpty();
    }

    @Test
    void eachLoopHasItsOwn() {
        telling(() -> {});
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Loop.current()
                                .post(
                                        () -> {
                                            throw new IllegalStateException();
                                        });
                        Sim.turns(3);
                    });
            assertThat(logged.messages()).hasSize(1);
        }
        assertThat(told).isEmpty();
    }

    @Test
    void whatWorkHandedOverDoesIsNoTask() {
        List<Throwable> thrown = new ArrayList<>();
        Sim.run(
                () -> {
                    Loop.current().post(() -> thrown.add(Sim.thrownBy(Weft::checkpoint)));
                    Sim.turns(3);
                });
        assertThatIllegalStateException()
                .isThrownBy(
                        () -> {
                            throw Throwing.sneaky(thrown.getFirst());
                        });
    }

    @Test
    void workThatHandsItselfOverAgainForEverStarvesNoTask() {
        Sim.run(
                () -> {
                    Loop loop = Loop.current();
                    boolean[] stop = new boolean[1];
                    loop.post(
                            new Runnable() {
                                @Override
                                public void run() {
                                    if (!stop[0]) {
                                        loop.post(this);
                                    }
                                }
                            });
                    Sim.turns(10);
                    stop[0] = true;
                });
    }
}
