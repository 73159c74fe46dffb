package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Sweep.Scene;
import dev.weft.sync.ChannelClosedException;
import dev.weft.sync.SharedChannel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

@Timeout(60) // of a hang
class SharedChannelTest {
    private final List<String> trace = Collections.synchronizedList(new ArrayList<>());

    private static Thread thread(Action<?> body) {
        return Thread.ofPlatform().start(() -> Combinators.attempt(body.asBody()));
    }

    // ---- on one loop, as a Channel

    @Test
    void givesElementsInOrder() {
        Sim.run(
                () -> {
                    SharedChannel<Integer> channel = new SharedChannel<>(3);
                    channel.send(1);
                    channel.send(2);
                    channel.send(3);
                    assertThat(channel.size()).isEqualTo(3);
                    assertThat(channel.trySend(4)).isFalse();
                    assertThat(channel.receive()).isEqualTo(1);
                    assertThat(channel.tryReceive()).contains(2);
                    assertThat(channel.receiveOrEnd()).contains(3);
                    assertThat(channel.tryReceive()).isEmpty();
                });
    }

    @Test
    void aSenderWaitsForRoomFirstComeFirstServed() {
        Sim.run(
                () -> {
                    SharedChannel<String> channel = new SharedChannel<>(1);
                    for (String s : List.of("a", "b", "c")) {
                        Weft.background(
                                () -> {
                                    channel.send(s);
                                    trace.add("sent " + s);
                                });
                    }
                    Sim.turns(3);
                    assertThat(trace).containsExactly("sent a");
                    assertThat(channel.receive()).isEqualTo("a");
                    Sim.turns(3);
                    assertThat(trace).containsExactly("sent a", "sent b");
                    assertThat(channel.receive()).isEqualTo("b");
                    assertThat(channel.receive()).isEqualTo("c");
                });
    }

    @Test
    void withoutABufferASendWaitsForAReceiver() {
        Sim.run(
                () -> {
                    SharedChannel<String> channel = new SharedChannel<>(0);
                    assertThat(channel.trySend("nobody")).isFalse();
                    Weft.background(
                            () -> {
                                channel.send("x");
                                trace.add("sent");
                            });
                    Sim.turns(3);
                    assertThat(trace).isEmpty();
                    assertThat(channel.tryReceive()).contains("x");
                    Sim.turns(3);
                    assertThat(trace).containsExactly("sent");
                    Task<String> receiver = Weft.background(() -> channel.receive());
                    Sim.turns(3);
                    assertThat(channel.trySend("y")).isTrue();
                    assertThat(receiver.await()).isEqualTo("y");
                });
    }

    @Test
    void afterCloseItGivesWhatItHoldsAndEnds() {
        Sim.run(
                () -> {
                    SharedChannel<Integer> channel = new SharedChannel<>(5);
                    channel.send(1);
                    channel.send(2);
                    channel.close();
                    channel.close();
                    assertThat(channel.isClosed()).isTrue();
                    assertThatThrownBy(() -> channel.send(3))
                            .isInstanceOf(ChannelClosedException.class);
                    assertThatThrownBy(() -> channel.trySend(3))
                            .isInstanceOf(ChannelClosedException.class);
                    List<Integer> got = new ArrayList<>();
                    for (int n : channel) {
                        got.add(n);
                    }
                    assertThat(got).containsExactly(1, 2);
                    assertThat(channel.receiveOrEnd()).isEmpty();
                    assertThat(channel.tryReceive()).isEmpty();
                    assertThatThrownBy(channel::receive).isInstanceOf(ChannelClosedException.class);
                });
    }

    @Test
    void closeEndsTheWaitsOfSendersAndReceivers() {
        Sim.run(
                () -> {
                    SharedChannel<Integer> full = new SharedChannel<>(0);
                    SharedChannel<Integer> empty = new SharedChannel<>(0);
                    Task<?> sender = Weft.background(() -> full.send(1));
                    Task<?> receiver = Weft.background(() -> empty.receiveOrEnd().isPresent());
                    Sim.turns(3);
                    full.close();
                    empty.close();
                    assertThat(sender.outcome())
                            .isInstanceOfSatisfying(
                                    Outcome.Failure.class,
                                    f ->
                                            assertThat(f.cause())
                                                    .isInstanceOf(ChannelClosedException.class));
                    assertThat(receiver.outcome()).isEqualTo(new Outcome.Success<>(false));
                    assertThat(full.tryReceive()).isEmpty();
                });
    }

    @Test
    void aFailureComesAfterTheLastElement() {
        IOException cause = new IOException("x");
        Sim.run(
                () -> {
                    SharedChannel<Integer> channel = new SharedChannel<>(5);
                    channel.send(1);
                    channel.fail(cause);
                    channel.fail(new IOException("later"));
                    assertThat(channel.receive()).isEqualTo(1);
                    assertThatThrownBy(channel::receive).hasCause(cause);
                    assertThatThrownBy(channel::receiveOrEnd).hasCause(cause);
                    assertThatThrownBy(() -> channel.iterator().hasNext()).hasCause(cause);
                });
    }

    @Test
    void refusesANegativeCapacityAndNull() {
        assertThatIllegalArgumentException().isThrownBy(() -> new SharedChannel<>(-1));
        SharedChannel<String> channel = new SharedChannel<>(1);
        assertThatThrownBy(() -> channel.trySend(Erased.value(null)))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void isACancellationPointEvenWhenItNeedNotWait() {
        Sim.run(
                () -> {
                    SharedChannel<String> channel = new SharedChannel<>(5);
                    channel.send("there");
                    Task<?> sender = Weft.background(() -> channel.send("x"));
                    Task<?> receiver = Weft.background(() -> channel.receive());
                    sender.cancel("before it began");
                    receiver.cancel("before it began");
                    Sim.turns(3);
                    assertThat(channel.size()).isEqualTo(1);
                });
    }

    @Test
    void waitersThatWereCancelledLeaveNothingBehind() {
        Sim.run(
                () -> {
                    SharedChannel<Integer> channel = new SharedChannel<>(1);
                    for (int i = 0; i < 100; i++) {
                        assertThat(Weft.moveOnAfter(Sim.ms(1), () -> channel.receive())).isEmpty();
                    }
                    channel.send(1);
                    for (int i = 0; i < 100; i++) {
                        assertThat(Weft.moveOnAfter(Sim.ms(1), () -> channel.send(2))).isFalse();
                    }
                    assertThat(channel)
                            .hasToString("SharedChannel (1 of 1, 0 sending, 0 receiving)");
                });
    }

    @Test
    void aReadyChannelDoesNotStarveTheLoop() {
        Sim.run(
                () -> {
                    SharedChannel<Integer> channel = new SharedChannel<>(1);
                    boolean[] ran = new boolean[1];
                    Weft.background(() -> ran[0] = true);
                    for (int i = 0; i < 200; i++) {
                        channel.send(i);
                        channel.receive();
                    }
                    assertThat(ran[0]).isTrue();
                });
    }

    /** Happened or not: what was sent is received once, whoever is cancelled, and whenever. */
    private static final class Pipe implements Scene {
        final SharedChannel<Integer> channel;
        final boolean victimSends;
        final List<Integer> sent = new ArrayList<>();
        final List<Integer> got = new ArrayList<>();

        Pipe(int capacity, boolean victimSends) {
            this.channel = new SharedChannel<>(capacity);
            this.victimSends = victimSends;
        }

        private void sends(int from) {
            for (int i = from; i < from + 3; i++) {
                channel.send(i);
                sent.add(i);
            }
        }

        private void receives(int n) {
            for (int i = 0; i < n; i++) {
                channel.receiveOrEnd().ifPresent(got::add);
            }
        }

        @Override
        public Task<?> play(Group g) {
            Task<?> victim =
                    victimSends
                            ? g.start("victim", () -> sends(0))
                            : g.start("victim", () -> receives(3));
            Task<?> sender = g.start(() -> sends(10));
            Task<?> other = victimSends ? victim : g.start(() -> sends(20));
            g.start(
                    () -> {
                        sender.outcome();
                        other.outcome();
                        channel.close();
                    });
            g.start(() -> receives(10));
            return victim;
        }

        @Override
        public void check(boolean cancelled) {
            assertThat(got).containsExactlyInAnyOrderElementsOf(sent);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void sweepOfASender(int capacity) {
        Sweep.sweep(() -> new Pipe(capacity, true));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void sweepOfAReceiver(int capacity) {
        Sweep.sweep(() -> new Pipe(capacity, false));
    }

    // ---- across threads

    @Test
    void aPlainThreadSendsToATaskAndBack() {
        Sim.run(
                () -> {
                    SharedChannel<Integer> there = new SharedChannel<>(0);
                    SharedChannel<Integer> back = new SharedChannel<>(0);
                    thread(
                            () -> {
                                for (int n : there) {
                                    back.send(n * 2);
                                }
                                back.close();
                            });
                    for (int i = 0; i < 100; i++) {
                        there.send(i);
                        assertThat(back.receive()).isEqualTo(2 * i);
                    }
                    there.close();
                    assertThat(back.receiveOrEnd()).isEmpty();
                });
    }

    @Test
    void anInterruptedThreadHasSentOrTakenNothingAndKeepsItsFlag() throws Exception {
        SharedChannel<String> channel = new SharedChannel<>(0);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        for (Action<RuntimeException> waits :
                List.<Action<RuntimeException>>of(() -> channel.send("x"), channel::receive)) {
            Thread thread =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        thrown.set(Sim.thrownBy(waits));
                                        trace.add("flag " + Thread.interrupted());
                                    });
            while (channel.toString().contains("0 sending, 0 receiving")) {
                Thread.onSpinWait();
            }
            thread.interrupt();
            thread.join();
            assertThat(thrown.get())
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining("interrupted in SharedChannel.");
            assertThat(channel).hasToString("SharedChannel (0 of 0, 0 sending, 0 receiving)");
        }
        assertThat(trace).containsExactly("flag true", "flag true");
        assertThat(channel.tryReceive()).isEmpty();
    }

    @Test
    void closedByAnotherThreadItEndsTheWaitsOfTasksAndThreads() throws Exception {
        SharedChannel<String> channel = new SharedChannel<>(0);
        Thread receiver = thread(() -> trace.add("thread " + channel.receiveOrEnd()));
        Sim.run(
                () -> {
                    thread(
                            () -> {
                                while (!channel.toString().contains("2 receiving")) {
                                    Thread.onSpinWait();
                                }
                                channel.close();
                            });
                    trace.add("task " + channel.receiveOrEnd());
                });
        receiver.join();
        assertThat(trace).containsExactlyInAnyOrder("thread Optional.empty", "task Optional.empty");
    }

    private record Item(int producer, int number) {}

    /**
     * Tasks of two loops and plain threads send and receive, and are cancelled all the time: each
     * element arrives once, and those of one producer in order.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16})
    void nothingIsLostOrDoubledOrReorderedAcrossThreads(int capacity) throws Exception {
        int each = 2_000;
        int producers = 4;
        SharedChannel<Item> channel = new SharedChannel<>(capacity);
        ConcurrentLinkedQueue<List<Item>> received = new ConcurrentLinkedQueue<>();
        AtomicInteger cancelled = new AtomicInteger();
        CountDownLatch producing = new CountDownLatch(producers);
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            int me = p;
            Action<RuntimeException> sends =
                    () -> {
                        try {
                            for (int i = 0; i < each; i++) {
                                Item item = new Item(me, i);
                                if (Loop.currentOrNull() == null) {
                                    channel.send(item);
                                } else {
                                    while (!Weft.moveOnAfter(
                                            Sim.ms(1).dividedBy(10), () -> channel.send(item))) {
                                        cancelled.incrementAndGet();
                                    }
                                }
                            }
                        } finally {
                            producing.countDown();
                        }
                    };
            threads.add(p % 2 == 0 ? thread(sends) : thread(() -> Weft.run(sends)));
        }
        for (int c = 0; c < 4; c++) {
            List<Item> got = new ArrayList<>();
            received.add(got);
            Action<RuntimeException> receives =
                    () -> {
                        if (Loop.currentOrNull() == null) {
                            channel.forEach(got::add);
                            return;
                        }
                        boolean ended = false;
                        while (!ended) {
                            ended =
                                    Weft.moveOnAfter(
                                                    Sim.ms(1).dividedBy(10),
                                                    () -> {
                                                        var next = channel.receiveOrEnd();
                                                        next.ifPresent(got::add);
                                                        return next.isEmpty();
                                                    })
                                            .orElse(false);
                        }
                    };
            threads.add(c % 2 == 0 ? thread(receives) : thread(() -> Weft.run(receives)));
        }
        producing.await();
        channel.close();
        for (Thread t : threads) {
            t.join();
        }
        List<Item> all = received.stream().flatMap(List::stream).toList();
        assertThat(all).hasSize(producers * each).doesNotHaveDuplicates();
        for (List<Item> got : received) {
            int[] last = new int[] {-1, -1, -1, -1};
            for (Item item : got) {
                assertThat(item.number()).isGreaterThan(last[item.producer()]);
                last[item.producer()] = item.number();
            }
        }
    }

    // ---- Handoff itself

    @Test
    void aHandoffIsGivenOnce() {
        Sim.run(
                () -> {
                    Handoff handoff = Handoff.of("test");
                    assertThat(handoff).hasToString("test (waits)");
                    assertThat(handoff.give("first")).isTrue();
                    assertThat(handoff.give("second")).isFalse();
                    assertThat(handoff.take()).isEqualTo("first");
                    assertThat(handoff).hasToString("test (handed over)");
                });
    }

    @Test
    void aHandoffGivenUpTakesNothingMore() {
        Sim.run(
                () -> {
                    Handoff[] made = new Handoff[1];
                    assertThat(
                                    Weft.moveOnAfter(
                                            Sim.ms(1),
                                            () -> {
                                                made[0] = Handoff.of("test");
                                                made[0].take();
                                            }))
                            .isFalse();
                    assertThat(made[0].give("late")).isFalse();
                    assertThat(made[0]).hasToString("test (given up)");
                });
    }

    @Test
    void aValueGivenBeforeTheCancellationIsTakenAndTheRequestComesAtTheNextWait() {
        Sim.run(
                () -> {
                    Handoff[] made = new Handoff[1];
                    Task<?> task =
                            Weft.background(
                                    () -> {
                                        made[0] = Handoff.of("test");
                                        trace.add("" + made[0].take());
                                        Weft.checkpoint();
                                        trace.add("not reached");
                                    });
                    Sim.turns(2);
                    made[0].give("value"); // and not woken: the cancellation comes first
                    task.cancel("enough");
                    assertThat(task.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
                });
        assertThat(trace).containsExactly("value");
    }
}
