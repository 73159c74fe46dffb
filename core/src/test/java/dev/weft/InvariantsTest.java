package dev.weft;

import static dev.weft.Sim.s;
import static dev.weft.Sim.sleep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.function.Consumer;

/** Each check that a simulated program undergoes at its end fires when what it checks is broken. */
class InvariantsTest {
    private static void assertFound(boolean onCarrier, String what, Action<?> breaking) {
        assertFound(new VirtualTime(1, onCarrier), what, breaking);
    }

    private static void assertFound(VirtualTime driver, String what, Action<?> breaking) {
        assertThatThrownBy(() -> Sim.run(driver, breaking))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("left when the loop ended")
                .hasMessageContaining(what);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTimerThatIsStillSet(boolean onCarrier) {
        assertFound(
                onCarrier,
                "1 timers",
                () -> {
                    Loop loop = Loop.current();
                    loop.timers.set(
                            new Timer() {
                                @Override
                                void fire() {}
                            },
                            loop.nanoTime() + 1_000_000_000L);
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRequestThatIsCountedAndGone(boolean onCarrier) {
        assertFound(onCarrier, "1 live requests", () -> Loop.current().liveRequests++);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTaskThatIsStillInAWaitList(boolean onCarrier) {
        WaitList list = new WaitList("Thing.acquire");
        assertFound(
                onCarrier,
                "task 'stale' ended and is still in the list of Thing.acquire",
                () -> Weft.group(g -> g.start("stale", () -> list.link(LoopTask.current()))));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aScopeThatWasNeverLeft(boolean onCarrier) {
        assertFound(
                onCarrier,
                "task 'open' ended inside shield of 1s",
                () -> Weft.group(g -> g.start("open", () -> ShieldScope.open(s(1)))));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDeliveryOfAScopeThatHasBeenLeft(boolean onCarrier) {
        assertFound(
                onCarrier,
                "ended with a request of task 'other', which does not enclose it",
                () -> {
                    LoopTask<?> me = LoopTask.current();
                    Weft.group(
                            g ->
                                    g.start(
                                            "other",
                                            () ->
                                                    me.post(
                                                            new CancelRequest(
                                                                    LoopTask.current(),
                                                                    "stale",
                                                                    "test"))));
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aGroupThatEndsWithAChild(boolean onCarrier) {
        assertFound(
                onCarrier,
                "group 'leaky' ended with children [task 'lost']",
                () -> {
                    TaskGroup group = TaskGroup.open("leaky", TaskGroup.Policy.ISOLATE);
                    Thread thread = Thread.ofVirtual().name("lost").start(() -> pause());
                    group.adopt(new LoopTask<>(Loop.current(), group, thread));
                    group.finish(null);
                });
    }

    private static void pause() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTaskThatIsFoundByAThreadThatHasEnded(boolean onCarrier) {
        assertFound(
                onCarrier,
                "1 registered tasks",
                () ->
                        Weft.group(
                                g ->
                                        g.start(
                                                () -> {
                                                    Thread.sleep(1);
                                                    LoopTask.current().isRegistered = false;
                                                })));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPlaceForAnOffloadedCallThatWasNotGivenBack(boolean onCarrier) {
        assertFound(onCarrier, "1 offloaded calls", () -> Loop.current().workers().begun());
    }

    /** Breaks the loop after its last turn, on the carrier. */
    private static VirtualTime atTheEnd(Consumer<Loop> breaking) {
        return new VirtualTime(1, true) {
            private @Nullable Loop loop;

            @Override
            public void start(Loop l) {
                super.start(l);
                loop = l;
            }

            @Override
            public void close() {
                super.close();
                if (loop != null) {
                    breaking.accept(loop);
                }
            }
        };
    }

    @Test
    void aContinuationThatIsStillReady() {
        assertFound(atTheEnd(loop -> loop.resume(() -> {})), "1 ready tasks", () -> sleep(1));
    }

    @Test
    void anEntryOfTheInboxThatNobodyTook() {
        assertFound(
                atTheEnd(
                        loop -> {
                            Thread thread = new Thread(() -> loop.handIn(() -> {}));
                            thread.start();
                            joinQuietly(thread);
                        }),
                "1 entries of the inbox",
                () -> sleep(1));
    }

    private static void joinQuietly(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aLoopThatNeverRan() {
        assertThat(new VirtualTime(1).leftovers()).isEqualTo(List.of("the loop was never started"));
    }
}
