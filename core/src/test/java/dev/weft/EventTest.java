package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.sync.Event;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class EventTest {
    private final List<String> trace = new ArrayList<>();
    private final Event event = new Event();

    private Task<@Nullable Void> waiter(Group g, String name) {
        return g.start(
                () -> {
                    event.await();
                    trace.add(name);
                });
    }

    @Test
    void awaitReturnsAtOnceIfItIsSet() {
        Sim.group(
                g -> {
                    waiter(g, "other");
                    event.set();
                    event.await();
                    assertThat(trace).isEmpty(); // without giving way
                });
    }

    @Test
    void setLetsAllGoOnInTheOrderInWhichTheyCame() {
        Sim.group(
                g -> {
                    waiter(g, "a");
                    waiter(g, "b");
                    waiter(g, "c");
                    sleep(1);
                    assertThat(event.waiting()).isEqualTo(3);
                    event.set();
                    assertThat(event.waiting()).isZero();
                    assertThat(trace).isEmpty(); // set does not give way
                });
        assertThat(trace).containsExactly("a", "b", "c");
    }

    @Test
    void aWaiterGoesOnAlthoughTheEventWasClearedBeforeItRan() {
        Sim.group(
                g -> {
                    waiter(g, "a");
                    sleep(1);
                    event.set();
                    event.clear();
                    assertThat(event.isSet()).isFalse();
                });
        assertThat(trace).containsExactly("a");
    }

    @Test
    void clearHasTheNextOnesWait() {
        Sim.group(
                g -> {
                    event.set();
                    event.clear();
                    waiter(g, "a");
                    sleep(1);
                    assertThat(trace).isEmpty();
                    event.set();
                });
        assertThat(trace).containsExactly("a");
    }

    @Test
    void settingItTwiceOrClearingItTwiceDoesNoHarm() {
        Sim.run(
                () -> {
                    event.clear();
                    event.set();
                    event.set();
                    assertThat(event.isSet()).isTrue();
                    event.clear();
                    event.clear();
                    assertThat(event.isSet()).isFalse();
                });
    }

    @Test
    void aCancelledWaitLeavesNothingAndTheOthersWaitOn() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> a = waiter(g, "a");
                    waiter(g, "b");
                    sleep(1);
                    a.cancel("stop");
                    assertThat(event.waiting()).isEqualTo(1);
                    sleep(1);
                    event.set();
                });
        assertThat(trace).containsExactly("b");
    }

    @Test
    void aWaitThatHasHappenedReturnsAndTheRequestShowsAtTheNext() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> a =
                            g.start(
                                    () -> {
                                        event.await();
                                        trace.add("went on");
                                        sleepForever();
                                    });
                    sleep(1);
                    event.set();
                    a.cancel("stop");
                });
        assertThat(trace).containsExactly("went on");
    }

    @Test
    void aRequestPendingOnEntryIsThrownThoughTheEventIsSet() {
        Sim.run(
                () -> {
                    event.set();
                    boolean passed =
                            Weft.moveOnAfter(
                                    ms(1),
                                    () -> {
                                        Weft.shield(ms(10), () -> sleep(2));
                                        event.await();
                                        trace.add("passed");
                                    });
                    assertThat(passed).isFalse();
                });
        assertThat(trace).isEmpty();
    }

    @Test
    void belongsToTheFirstLoopThatUsesItAndRefusesOthers() {
        Sim.run(event::set);
        for (Action<?> use : List.<Action<?>>of(event::set, event::clear, event::await)) {
            assertThat(failureOf(use))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Event.await")
                    .hasMessageContaining("Loop.execute");
            assertThatIllegalStateException()
                    .isThrownBy(use::run)
                    .withMessageContaining("no task of a loop");
        }
    }

    @Test
    void saysWhatItIs() {
        assertThat(event).hasToString("Event[not set, waiting=0]");
        Sim.run(event::set);
        assertThat(event).hasToString("Event[set, waiting=0]");
    }
}
