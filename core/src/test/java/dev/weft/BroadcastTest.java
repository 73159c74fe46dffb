package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.sleep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.Broadcast;
import dev.weft.sync.ChannelClosedException;
import dev.weft.sync.LaggedException;
import dev.weft.sync.SlowSubscriber;
import dev.weft.sync.Subscription;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class BroadcastTest {
    private final List<String> trace = new ArrayList<>();

    /** Subscribes at once, and notes what it gets until the end. */
    private void subscriber(Group g, Broadcast<Integer> broadcast, String name) {
        Subscription<Integer> subscription = broadcast.subscribe();
        g.start(
                () -> {
                    try (subscription) {
                        for (int e : subscription) {
                            trace.add(name + e);
                        }
                        trace.add(name + " ended");
                    }
                });
    }

    private static void sendAll(Broadcast<Integer> broadcast, int from, int to) {
        for (int i = from; i <= to; i++) {
            broadcast.send(i);
        }
    }

    private static List<Integer> drain(Subscription<Integer> subscription) {
        List<Integer> all = new ArrayList<>();
        while (subscription.size() > 0) {
            all.add(subscription.receive());
        }
        return all;
    }

    // ---- to everyone

    @Test
    void everySubscriberGetsEveryElementFromItsSubscriptionOn() {
        Sim.group(
                g -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(2);
                    broadcast.send(0); // nobody hears it
                    subscriber(g, broadcast, "a");
                    sendAll(broadcast, 1, 3);
                    sleep(1);
                    subscriber(g, broadcast, "b");
                    sendAll(broadcast, 4, 5);
                    broadcast.close();
                });
        assertThat(trace)
                .containsExactlyInAnyOrder(
                        "a1", "a2", "a3", "a4", "a5", "a ended", "b4", "b5", "b ended")
                .containsSubsequence("a1", "a2", "a3", "a4", "a5", "a ended")
                .containsSubsequence("b4", "b5", "b ended");
    }

    @Test
    void aSubscriberThatWaitsIsHandedTheElementAtOnce() {
        Sim.group(
                g -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(1);
                    try (Subscription<Integer> subscription = broadcast.subscribe()) {
                        Task<Integer> receiver = g.start(subscription::receive);
                        sleep(1);
                        broadcast.send(1);
                        broadcast.send(2); // there is room
                        assertThat(subscription.tryReceive()).contains(2);
                        assertThat(subscription.tryReceive()).isEmpty();
                        assertThat(receiver.await()).isEqualTo(1);
                    }
                });
    }

    @Test
    void tasksThatReceiveFromOneSubscriptionShareItsElements() {
        Sim.group(
                g -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(5);
                    Subscription<Integer> subscription = broadcast.subscribe();
                    for (String name : List.of("a", "b")) {
                        g.start(() -> trace.add(name + subscription.receive()));
                    }
                    sleep(1);
                    sendAll(broadcast, 1, 2);
                });
        assertThat(trace).containsExactly("a1", "b2");
    }

    @Test
    void aSubscriptionBeginsWithWhatIsReplayed() {
        Sim.run(
                () -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(3, SlowSubscriber.FAIL, 2);
                    sendAll(broadcast, 1, 5);
                    Subscription<Integer> subscription = broadcast.subscribe();
                    broadcast.send(6);
                    assertThat(drain(subscription)).containsExactly(4, 5, 6);
                    broadcast.close();
                    try (Subscription<Integer> late = broadcast.subscribe()) {
                        List<Integer> all = new ArrayList<>();
                        late.forEach(all::add);
                        assertThat(all).containsExactly(5, 6);
                    }
                });
    }

    // ---- slow subscribers

    @Test
    void theSenderWaitsForTheSlowestUnlessToldOtherwise() {
        Sim.group(
                g -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(2);
                    Subscription<Integer> fast = broadcast.subscribe();
                    Subscription<Integer> slow = broadcast.subscribe();
                    sendAll(broadcast, 1, 2);
                    assertThat(drain(fast)).containsExactly(1, 2);
                    assertThat(broadcast.trySend(3)).isFalse();
                    Task<@Nullable Void> sender = g.start(() -> sendAll(broadcast, 3, 4));
                    sleep(1);
                    assertThat(broadcast.waiting()).isEqualTo(1);
                    assertThat(fast.size()).isZero(); // nobody gets it before all can
                    assertThat(slow.receive()).isEqualTo(1);
                    assertThat(fast.size()).isEqualTo(1); // all at once
                    sleep(1);
                    assertThat(sender.isDone()).isFalse();
                    assertThat(drain(slow)).containsExactly(2, 3, 4);
                    sender.await();
                    assertThat(drain(fast)).containsExactly(3, 4);
                });
    }

    @Test
    void sendersThatWaitAreServedInTheOrderInWhichTheyCame() {
        Sim.group(
                g -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(1);
                    Subscription<Integer> subscription = broadcast.subscribe();
                    broadcast.send(0);
                    for (int i = 1; i <= 3; i++) {
                        int n = i;
                        g.start(() -> broadcast.send(n));
                    }
                    sleep(1);
                    for (int i = 0; i < 3; i++) {
                        assertThat(subscription.receive()).isEqualTo(i);
                        assertThat(broadcast.trySend(9)).isFalse();
                    }
                    assertThat(subscription.receive()).isEqualTo(3);
                });
    }

    @Test
    void aSlowSubscriberThatClosesLetsTheSendersGoOn() {
        Sim.group(
                g -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(1);
                    Subscription<Integer> slow = broadcast.subscribe();
                    Subscription<Integer> other = broadcast.subscribe();
                    broadcast.send(1);
                    other.receive();
                    Task<@Nullable Void> sender = g.start(() -> broadcast.send(2));
                    sleep(1);
                    slow.close();
                    slow.close();
                    sender.await();
                    assertThat(other.receive()).isEqualTo(2);
                    assertThat(broadcast.subscribers()).isEqualTo(1);
                });
    }

    @Test
    void oneThatFailsIsToldOnceHowManyItHasMissedAndGoesOnWithTheOldestLeft() {
        Sim.run(
                () -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(2, SlowSubscriber.FAIL);
                    Subscription<Integer> subscription = broadcast.subscribe();
                    sendAll(broadcast, 1, 5);
                    assertThatThrownBy(subscription::receive)
                            .isInstanceOfSatisfying(
                                    LaggedException.class,
                                    e -> assertThat(e.missed()).isEqualTo(3));
                    assertThat(drain(subscription)).containsExactly(4, 5);
                    sendAll(broadcast, 6, 8);
                    assertThatThrownBy(subscription::tryReceive)
                            .isInstanceOf(LaggedException.class)
                            .hasMessageContaining("missed 1 elements")
                            .hasMessageContaining("more than 2 behind");
                    assertThat(subscription.missed()).isEqualTo(4);
                });
    }

    @Test
    void oneThatDropsTheOldestIsNotTold() {
        Sim.run(
                () -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(2, SlowSubscriber.DROP_OLDEST);
                    Subscription<Integer> subscription = broadcast.subscribe();
                    sendAll(broadcast, 1, 5);
                    assertThat(drain(subscription)).containsExactly(4, 5);
                    assertThat(subscription.missed()).isEqualTo(3);
                });
    }

    @Test
    void oneThatIsClosedForItsSlownessIsToldAndTheOthersGoOn() {
        Sim.run(
                () -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(2, SlowSubscriber.CLOSE);
                    Subscription<Integer> slow = broadcast.subscribe();
                    Subscription<Integer> fast = broadcast.subscribe();
                    for (int i = 1; i <= 4; i++) {
                        broadcast.send(i);
                        assertThat(fast.receive()).isEqualTo(i);
                    }
                    assertThat(broadcast.subscribers()).isEqualTo(1);
                    assertThat(slow.hasEnded()).isTrue();
                    assertThatThrownBy(slow::receive)
                            .isInstanceOfSatisfying(
                                    LaggedException.class,
                                    e -> assertThat(e.missed()).isEqualTo(3));
                    assertThatThrownBy(slow::receive).isInstanceOf(ChannelClosedException.class);
                });
    }

    // ---- ending

    @Test
    void afterCloseSubscribersGetTheRestAndSendersThrow() {
        Sim.group(
                g -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(1);
                    Subscription<Integer> subscription = broadcast.subscribe();
                    Subscription<Integer> waiting = broadcast.subscribe();
                    broadcast.send(1);
                    waiting.receive();
                    Task<Throwable> sender = g.start(() -> Sim.thrownBy(() -> broadcast.send(2)));
                    Task<Throwable> receiver = g.start(() -> Sim.thrownBy(waiting::receive));
                    sleep(1);
                    broadcast.close();
                    broadcast.close();
                    assertThat(broadcast.isClosed()).isTrue();
                    for (Task<Throwable> task : List.of(sender, receiver)) {
                        assertThat(task.await()).isInstanceOf(ChannelClosedException.class);
                    }
                    assertThat(subscription.receive()).isEqualTo(1);
                    for (Action<?> use :
                            List.<Action<?>>of(
                                    subscription::receive,
                                    () -> broadcast.send(3),
                                    () -> broadcast.trySend(3))) {
                        assertThatThrownBy(use::run).isInstanceOf(ChannelClosedException.class);
                    }
                    assertThat(subscription.tryReceive()).isEmpty();
                });
    }

    @Test
    void closingASubscriptionEndsItsIteration() {
        Sim.group(
                g -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(1);
                    Subscription<Integer> subscription = broadcast.subscribe();
                    Task<@Nullable Void> reader =
                            g.start(() -> subscription.forEach(e -> trace.add("got " + e)));
                    sleep(1);
                    broadcast.send(1);
                    sleep(1);
                    subscription.close();
                    reader.await();
                    broadcast.send(2); // to nobody
                });
        assertThat(trace).containsExactly("got 1");
    }

    // ---- cancellation

    @Test
    void aCancelledSendHasGivenTheElementToNobody() {
        Sim.group(
                g -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(1);
                    Subscription<Integer> a = broadcast.subscribe();
                    Subscription<Integer> b = broadcast.subscribe();
                    broadcast.send(1);
                    a.receive();
                    Task<@Nullable Void> sender = g.start(() -> broadcast.send(2));
                    sleep(1);
                    sender.cancel("stop");
                    b.receive();
                    assertThat(a.tryReceive()).isEmpty();
                    assertThat(b.tryReceive()).isEmpty();
                    assertThat(broadcast.trySend(3)).isTrue();
                });
    }

    @Test
    void aCancelledReceiveHasTakenNothing() {
        Sim.group(
                g -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(1);
                    Subscription<Integer> subscription = broadcast.subscribe();
                    Task<Integer> receiver = g.start(subscription::receive);
                    sleep(1);
                    receiver.cancel("stop");
                    broadcast.send(1);
                    assertThat(subscription.tryReceive()).contains(1);
                });
    }

    // ---- misuse

    @Test
    @SuppressWarnings("NullAway") // what is tested
    void sizesThatMakeNoSenseAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Broadcast<>(0))
                .withMessageContaining("0");
        for (int replay : new int[] {-1, 3}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Broadcast<>(2, SlowSubscriber.WAIT, replay))
                    .withMessageContaining(String.valueOf(replay));
        }
        Sim.run(
                () -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(1);
                    assertThatNullPointerException().isThrownBy(() -> broadcast.send(null));
                    assertThatNullPointerException().isThrownBy(() -> broadcast.trySend(null));
                });
    }

    @Test
    void belongsToTheFirstLoopThatUsesItAndRefusesOthers() {
        Broadcast<Integer> broadcast = new Broadcast<>(1);
        Subscription<Integer> subscription =
                Sim.run(
                        () -> {
                            Subscription<Integer> s = broadcast.subscribe();
                            broadcast.send(1);
                            s.receive();
                            return s;
                        });
        for (Action<?> use :
                List.<Action<?>>of(
                        () -> broadcast.send(1),
                        () -> broadcast.trySend(1),
                        broadcast::subscribe,
                        broadcast::close,
                        subscription::receive,
                        subscription::tryReceive,
                        subscription::close)) {
            assertThat(failureOf(use))
                    .isInstanceOf(IllegalStateException.class)
                    .isNotInstanceOf(ChannelClosedException.class)
                    .hasMessageContaining("Loop.execute");
            assertThatIllegalStateException()
                    .isThrownBy(use::run)
                    .withMessageContaining("no task of a loop");
        }
    }

    @Test
    void saysWhatItIs() {
        Sim.run(
                () -> {
                    Broadcast<Integer> broadcast = new Broadcast<>(1);
                    Subscription<Integer> subscription = broadcast.subscribe();
                    assertThat(broadcast).hasToString("Broadcast[subscribers=1]");
                    assertThat(subscription).hasToString("Subscription[size=0, missed=0]");
                    broadcast.close();
                    assertThat(broadcast).hasToString("Broadcast[subscribers=0, closed]");
                    assertThat(subscription).hasToString("Subscription[size=0, missed=0, ended]");
                });
    }
}
