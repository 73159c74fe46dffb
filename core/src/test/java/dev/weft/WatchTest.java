package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.ChannelClosedException;
import dev.weft.sync.Watch;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class WatchTest {
    private final List<Integer> seen = new ArrayList<>();
    private final Watch<Integer> watch = new Watch<>(0);

    @Test
    void hasTheLatestValue() {
        Sim.run(
                () -> {
                    assertThat(watch.value()).isZero();
                    watch.set(1);
                    assertThat(watch.value()).isEqualTo(1);
                    assertThat(watch.update(v -> v + 10)).isEqualTo(11);
                    assertThat(watch.value()).isEqualTo(11);
                });
    }

    @Test
    void changedWaitsForAChangeThatThisObserverHasNotSeen() {
        Sim.group(
                g -> {
                    Watch.Observer<Integer> observer = watch.observe();
                    Watch.Observer<Integer> other = watch.observe();
                    Task<Integer> first = g.start(observer::changed);
                    sleep(1);
                    assertThat(first.isDone()).isFalse();
                    watch.set(1);
                    assertThat(first.await()).isEqualTo(1);
                    assertThat(observer.hasChanged()).isFalse();
                    assertThat(other.hasChanged()).isTrue();
                    assertThat(other.changed()).isEqualTo(1); // at once
                    watch.set(1);
                    assertThat(other.hasChanged()).isTrue(); // equal, yet a change
                });
    }

    @Test
    void changesBetweenTwoLooksAreOne() {
        Sim.group(
                g -> {
                    g.start(
                            () -> {
                                for (int v : watch) {
                                    seen.add(v);
                                    turns(3);
                                }
                            });
                    for (int i = 1; i <= 9; i++) {
                        turns(1);
                        watch.set(i);
                    }
                    watch.close();
                });
        assertThat(seen).startsWith(0).endsWith(9).isSorted().hasSizeLessThan(7);
    }

    @Test
    void awaitUntilReturnsAtOnceOrWhenItsConditionHolds() {
        Sim.group(
                g -> {
                    assertThat(watch.awaitUntil(v -> v == 0)).isZero();
                    Task<Integer> task = g.start(() -> watch.awaitUntil(v -> v >= 3));
                    for (int i = 1; i <= 3; i++) {
                        sleep(1);
                        assertThat(task.isDone()).isFalse();
                        watch.set(i);
                    }
                    assertThat(task.await()).isEqualTo(3);
                });
    }

    @Test
    void awaitUntilSeesTheLatestValueOnly() {
        Sim.group(
                g -> {
                    Task<Integer> task = g.start(() -> watch.awaitUntil(v -> v == 1));
                    sleep(1);
                    watch.set(1);
                    watch.set(2); // before the task has run
                    sleep(1);
                    assertThat(task.isDone()).isFalse();
                    assertThat(watch.waiting()).isEqualTo(1);
                    task.cancel("enough");
                });
    }

    @Test
    void closeEndsIterationOnceTheLastValueWasSeen() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> reader = g.start(() -> watch.forEach(seen::add));
                    sleep(1);
                    watch.set(1);
                    watch.set(2);
                    watch.close();
                    watch.close();
                    reader.await();
                    assertThat(watch.isClosed()).isTrue();
                    assertThat(watch.value()).isEqualTo(2);
                });
        assertThat(seen).containsExactly(0, 2);
    }

    @Test
    void closeHasThoseWhoWaitInVainThrow() {
        Sim.group(
                g -> {
                    Task<Throwable> until =
                            g.start(() -> Sim.thrownBy(() -> watch.awaitUntil(v -> v > 9)));
                    Watch.Observer<Integer> observer = watch.observe();
                    Task<Throwable> changed = g.start(() -> Sim.thrownBy(observer::changed));
                    sleep(1);
                    watch.close();
                    assertThat(until.await()).isInstanceOf(ChannelClosedException.class);
                    assertThat(changed.await()).isInstanceOf(ChannelClosedException.class);
                    assertThatThrownBy(() -> watch.set(1))
                            .isInstanceOf(ChannelClosedException.class);
                    assertThat(watch.awaitUntil(v -> v == 0)).isZero();
                });
    }

    @Test
    void aCancelledChangedHasSeenNothing() {
        Sim.group(
                g -> {
                    Watch.Observer<Integer> observer = watch.observe();
                    Task<Integer> task = g.start(observer::changed);
                    sleep(1);
                    task.cancel("stop");
                    watch.set(1);
                    assertThat(observer.changed()).isEqualTo(1);
                });
    }

    @Test
    void aChangeBeforeTheCancellationIsSeen() {
        Sim.group(
                g -> {
                    Watch.Observer<Integer> observer = watch.observe();
                    Task<Boolean> task = g.start(() -> seen.add(observer.changed()));
                    sleep(1);
                    watch.set(1);
                    task.cancel("stop");
                });
        assertThat(seen).containsExactly(1);
    }

    @Test
    void belongsToTheFirstLoopThatUsesItAndRefusesOthers() {
        Watch.Observer<Integer> observer = watch.observe();
        Sim.run(() -> watch.set(1));
        for (Action<?> use :
                List.<Action<?>>of(
                        () -> watch.set(2),
                        () -> watch.update(v -> v + 1),
                        () -> watch.awaitUntil(v -> true),
                        observer::changed,
                        watch::close)) {
            assertThat(failureOf(use))
                    .isInstanceOf(IllegalStateException.class)
                    .isNotInstanceOf(ChannelClosedException.class)
                    .hasMessageContaining("Watch.changed")
                    .hasMessageContaining("Loop.execute");
            assertThatIllegalStateException()
                    .isThrownBy(use::run)
                    .withMessageContaining("no task of a loop");
        }
        assertThat(watch.value()).isEqualTo(1);
    }

    @Test
    void saysWhatItIs() {
        assertThat(watch).hasToString("Watch[0]");
        Sim.run(watch::close);
        assertThat(watch).hasToString("Watch[0, closed]");
    }

    @Test
    void awaitUntilLooksAgainAtAChangeMadeWhileItsConditionIsAsked() {
        Sim.group(
                g -> {
                    g.start(
                            () -> {
                                sleep(1);
                                watch.set(1);
                            });
                    assertThat(
                                    watch.awaitUntil(
                                            v -> {
                                                sleep(2);
                                                return v == 1;
                                            }))
                            .isEqualTo(1);
                });
    }

    @Test
    void awaitUntilReturnsTheValueForWhichItsConditionHeld() {
        Sim.run(
                () ->
                        assertThat(
                                        watch.awaitUntil(
                                                v -> {
                                                    watch.set(v + 1);
                                                    return v == 3;
                                                }))
                                .isEqualTo(3));
        assertThat(watch.value()).isEqualTo(4);
    }

    @Test
    void awaitUntilWhoseConditionAlwaysChangesTheValueLetsOthersRunAndCanBeCancelled() {
        Sim.group(
                g -> {
                    Task<Integer> task =
                            g.start(
                                    () ->
                                            watch.awaitUntil(
                                                    v -> {
                                                        if (v > 10_000) {
                                                            throw new AssertionError("alone");
                                                        }
                                                        watch.set(v + 1);
                                                        return false;
                                                    }));
                    turns(2);
                    task.cancel("enough");
                });
    }
}
