package dev.weft;

import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.DelayQueue;
import dev.weft.sync.QueueShutDownException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What {@link DelayQueue} has of its own; the rest is {@link QueueKindsTest}'s. */
class DelayQueueTest {
    private final List<String> got = new ArrayList<>();
    private final DelayQueue<String> queue = new DelayQueue<>(5);

    private Task<@Nullable Void> getter(Group g, String name) {
        return g.start(() -> note(name + queue.get()));
    }

    private void note(String what) {
        got.add(what + " at " + millis());
    }

    @Test
    void givesElementsWhenTheirTimeHasComeTheEarliestFirst() {
        Sim.run(
                () -> {
                    queue.put("c", ms(30));
                    queue.put("a", ms(10));
                    queue.put("b", ms(20));
                    queue.put("now");
                    assertThat(queue.size()).isEqualTo(4);
                    for (int i = 0; i < 4; i++) {
                        note(queue.get());
                    }
                });
        assertThat(got).containsExactly("now at 0", "a at 10", "b at 20", "c at 30");
    }

    @Test
    void ofEqualTimesGivesTheOneThatWasPutFirst() {
        Sim.run(
                () -> {
                    for (String e : List.of("a", "b", "c", "d", "e")) {
                        queue.put(e, ms(10));
                    }
                    sleep(20);
                    assertThat(queue.drain(10)).containsExactly("a", "b", "c", "d", "e");
                });
    }

    @Test
    void anElementCanBePutForAnInstant() {
        Sim.run(
                () -> {
                    Instant now = Loop.current().clock().instant();
                    queue.put("later", now.plusMillis(7));
                    queue.put("past", now.minusSeconds(1));
                    note(queue.get());
                    note(queue.get());
                });
        assertThat(got).containsExactly("past at 0", "later at 7");
    }

    @Test
    void aNegativeDelayIsNoneAndOneOfAMillionYearsStaysAway() {
        Sim.run(
                () -> {
                    queue.put("never", Duration.ofDays(365_000_000));
                    queue.put("now", ms(-5));
                    assertThat(queue.get()).isEqualTo("now");
                    sleep(1_000_000);
                    assertThat(queue.tryGet()).isEmpty();
                });
    }

    @Test
    void tryGetAndDrainTakeOnlyWhatIsDue() {
        Sim.run(
                () -> {
                    queue.put("a", ms(10));
                    assertThat(queue.tryGet()).isEmpty();
                    assertThat(queue.drain(5)).isEmpty();
                    sleep(10);
                    assertThat(queue.tryGet()).contains("a");
                });
    }

    @Test
    void theLongestWaitingGetsTheEarliestElement() {
        Sim.group(
                g -> {
                    getter(g, "first: ");
                    getter(g, "second: ");
                    sleep(1);
                    queue.put("late", ms(20));
                    queue.put("early", ms(10));
                });
        assertThat(got).containsExactly("first: early at 11", "second: late at 21");
    }

    @Test
    void aDueElementGoesToTheOneThatWaitsNotToOneThatComesJustThen() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    getter(g, "waiter: ");
                                    sleep(1);
                                    queue.put("a", ms(10));
                                    VirtualTime driver = (VirtualTime) Loop.current().driver();
                                    driver.advance(ms(10)); // no turn since
                                    assertThat(queue.tryGet()).isEmpty();
                                }));
        assertThat(got).containsExactly("waiter: a at 11");
    }

    @Test
    void anEarlierElementHastensTheOneThatWaits() {
        Sim.group(
                g -> {
                    queue.put("late", ms(100));
                    getter(g, "");
                    sleep(1);
                    queue.put("early", ms(10));
                    sleep(50);
                    assertThat(got).containsExactly("early at 11");
                    assertThat(queue.get()).isEqualTo("late");
                    assertThat(millis()).isEqualTo(100);
                });
    }

    // ---- entries

    @Test
    void anElementCanBeTakenBack() {
        Sim.group(
                g -> {
                    DelayQueue.Entry<String> entry = queue.put("a", ms(10));
                    queue.put("b", ms(20));
                    getter(g, "");
                    Task<@Nullable Void> joiner = g.start(queue::join);
                    sleep(1);
                    assertThat(entry.element()).isEqualTo("a");
                    assertThat(entry.isQueued()).isTrue();
                    assertThat(entry.remove()).isTrue();
                    assertThat(entry.remove()).isFalse();
                    assertThat(entry.isQueued()).isFalse();
                    assertThat(entry.reset(ms(1))).isFalse();
                    sleep(50);
                    assertThat(got).containsExactly("b at 20");
                    queue.taskDone();
                    joiner.await(); // the one that was removed counts as dealt with
                });
    }

    @Test
    void anElementTakenBackMakesRoom() {
        Sim.group(
                g -> {
                    DelayQueue<String> one = new DelayQueue<>(1);
                    DelayQueue.Entry<String> entry = one.put("a", ms(1000));
                    Task<DelayQueue.Entry<String>> putter = g.start(() -> one.put("b", ms(10)));
                    sleep(1);
                    assertThat(putter.isDone()).isFalse();
                    entry.remove();
                    assertThat(putter.await().isQueued()).isTrue();
                    assertThat(one.get()).isEqualTo("b");
                    assertThat(millis()).isEqualTo(10); // from the call on
                });
    }

    @Test
    void anElementCanBeGivenAnotherTime() {
        Sim.group(
                g -> {
                    DelayQueue.Entry<String> a = queue.put("a", ms(10));
                    DelayQueue.Entry<String> b = queue.put("b", ms(20));
                    for (int i = 0; i < 2; i++) {
                        getter(g, "");
                    }
                    sleep(5);
                    assertThat(a.reset(ms(50))).isTrue();
                    assertThat(b.reset(Loop.current().clock().instant().plusMillis(2))).isTrue();
                });
        assertThat(got).containsExactly("b at 7", "a at 55");
    }

    @Test
    void anElementThatIsResetToNowGoesToTheOneThatWaits() {
        Sim.group(
                g -> {
                    DelayQueue.Entry<String> a = queue.put("a", ms(1000));
                    getter(g, "");
                    sleep(1);
                    a.reset(Duration.ZERO);
                });
        assertThat(got).containsExactly("a at 1");
    }

    @Test
    void tryPutGivesAnEntryIfThereIsRoom() {
        Sim.run(
                () -> {
                    DelayQueue<String> one = new DelayQueue<>(1);
                    DelayQueue.Entry<String> entry = one.tryPut("a", ms(10)).orElseThrow();
                    assertThat(one.tryPut("b", ms(1))).isEmpty();
                    assertThat(one.tryPut("c")).isFalse();
                    assertThat(entry.remove()).isTrue();
                    assertThat(one.tryPut("c")).isTrue();
                });
    }

    @Test
    @SuppressWarnings("NullAway") // what is tested
    void takesNoNullWithADelayEither() {
        Sim.run(
                () -> {
                    assertThatNullPointerException().isThrownBy(() -> queue.put(null, ms(1)));
                    assertThatNullPointerException().isThrownBy(() -> queue.tryPut(null, ms(1)));
                });
    }

    // ---- ending

    @Test
    void afterShutdownElementsStillComeAtTheirTimes() {
        Sim.group(
                g -> {
                    queue.put("a", ms(10));
                    queue.put("b", ms(20));
                    Task<List<String>> all =
                            g.start(
                                    () -> {
                                        List<String> taken = new ArrayList<>();
                                        queue.forEach(taken::add);
                                        return taken;
                                    });
                    Task<Throwable> tooMany =
                            g.start(
                                    () -> {
                                        sleep(15);
                                        return Sim.thrownBy(queue::get);
                                    });
                    sleep(1);
                    queue.shutdown();
                    assertThat(all.await()).containsExactly("a", "b");
                    assertThat(tooMany.await()).isInstanceOf(QueueShutDownException.class);
                    assertThat(millis()).isEqualTo(20);
                });
    }

    @Test
    void aGetterForWhomNoElementIsLeftIsWokenWhenTheLastIsTakenBack() {
        Sim.group(
                g -> {
                    DelayQueue.Entry<String> entry = queue.put("a", ms(10));
                    Task<Throwable> getter = g.start(() -> Sim.thrownBy(queue::get));
                    sleep(1);
                    queue.shutdown();
                    sleep(1);
                    assertThat(getter.isDone()).isFalse();
                    entry.remove();
                    assertThat(getter.await()).isInstanceOf(QueueShutDownException.class);
                });
    }

    @Test
    void shutdownNowForgetsElementsThatAreNotDue() {
        Sim.group(
                g -> {
                    DelayQueue.Entry<String> entry = queue.put("a", ms(10));
                    Task<Throwable> getter = g.start(() -> Sim.thrownBy(queue::get));
                    sleep(1);
                    queue.shutdownNow();
                    assertThat(getter.await()).isInstanceOf(QueueShutDownException.class);
                    assertThat(entry.isQueued()).isFalse();
                    assertThatThrownBy(() -> queue.put("b", ms(1)))
                            .isInstanceOf(QueueShutDownException.class);
                    queue.join();
                });
    }

    // ---- timers; Sim checks that none is left

    @Test
    void aQueueThatNobodyWaitsOnHasNoTimer() {
        Sim.group(
                g -> {
                    queue.put("a", ms(1000));
                    assertThat(Loop.current().timers.size()).isZero();
                    Task<@Nullable Void> getter = getter(g, "");
                    Task<@Nullable Void> other = getter(g, "");
                    sleep(1);
                    assertThat(Loop.current().timers.size()).isEqualTo(1);
                    getter.cancel("stop");
                    Weft.checkpoint();
                    assertThat(Loop.current().timers.size()).isEqualTo(1);
                    other.cancel("stop");
                    Weft.checkpoint();
                    assertThat(Loop.current().timers.size()).isZero();
                });
    }

    @Test
    void aSelectWaitsForATimeToo() {
        Sim.group(
                g -> {
                    DelayQueue<String> other = new DelayQueue<>();
                    queue.put("a", ms(1000));
                    other.put("b", ms(10));
                    note(Weft.select(queue.getting(), other.getting()));
                    assertThat(Loop.current().timers.size()).isZero();
                    assertThat(
                                    Weft.moveOnAfter(
                                            ms(5),
                                            () -> {
                                                Weft.select(queue.getting());
                                            }))
                            .isFalse();
                    assertThat(Loop.current().timers.size()).isZero();
                });
        assertThat(got).containsExactly("b at 10");
    }

    @Test
    void anElementHandedOverBeforeTheCancellationCameIsReturned() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> getter = getter(g, "");
                    sleep(1);
                    queue.put("a");
                    getter.cancel("stop");
                });
        assertThat(got).containsExactly("a at 1");
    }

    @Test
    void anElementTakenBackWhileATaskWaitsLetsInOneThatIsDue() {
        Sim.group(
                g -> {
                    List<DelayQueue.Entry<String>> entries = new ArrayList<>();
                    for (int i = 0; i < 5; i++) {
                        entries.add(queue.put("late" + i, ms(100)));
                    }
                    getter(g, "x:");
                    getter(g, "y:");
                    g.start(() -> queue.put("due"));
                    sleep(1);
                    entries.get(0).remove();
                    assertThat(queue.size()).isEqualTo(4);
                    sleep(1);
                    assertThat(got).containsExactly("x:due at 1");
                    assertThat(queue.waitingToPut()).isZero();
                    assertThat(queue.waitingToGet()).isEqualTo(1);
                });
    }
}
