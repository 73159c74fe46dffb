package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Channel;
import dev.weft.sync.ChannelClosedException;
import dev.weft.sync.ChannelFullException;
import dev.weft.sync.Overflow;
import dev.weft.sync.Receiver;
import dev.weft.sync.Sender;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Senders, receivers, selects, cancellations, timeouts and closes at random, under many seeds: each
 * element whose sending succeeded is received exactly once or given to the undelivered hook once,
 * and no other is ever seen; elements of one sender arrive in order.
 */
class ChannelPropertyTest {
    private static final int SEEDS = 150;

    private record Element(int sender, int number) {}

    private static final class World {
        final SplittableRandom random;
        final List<Element> sent = new ArrayList<>();
        final List<Element> received = new ArrayList<>();
        final List<Element> undelivered = new ArrayList<>();
        final Channel<Element> channel;
        final Channel<Element> other;
        int begun;

        World(long seed, Overflow overflow) {
            random = new SplittableRandom(seed);
            int capacity = random.nextInt(overflow == Overflow.WAIT ? 0 : 1, 4);
            channel = new Channel<>(capacity, overflow, undelivered::add);
            other = new Channel<>(random.nextInt(2), Overflow.WAIT, undelivered::add);
        }

        void send(int me, Sender<Element> end, Sender<Element> otherEnd) {
            try (end;
                    otherEnd) {
                for (int i = 0; i < 12; i++) {
                    Element e = new Element(me, i);
                    begun++;
                    try {
                        switch (random.nextInt(5)) {
                            case 0 -> {
                                if (end.trySend(e)) {
                                    sent.add(e);
                                }
                            }
                            case 1 ->
                                    Weft.select(
                                            end.sending(e).thenRun(() -> sent.add(e)),
                                            otherEnd.sending(e).thenRun(() -> sent.add(e)));
                            case 2 ->
                                    Weft.moveOnAfter(
                                            ms(random.nextInt(2)),
                                            () -> {
                                                end.send(e);
                                                sent.add(e);
                                            });
                            default -> {
                                end.send(e);
                                sent.add(e);
                            }
                        }
                    } catch (ChannelFullException full) {
                        turns(1);
                    }
                    pause();
                }
            } catch (ChannelClosedException closed) {
                // by the other side, or the random closer
            }
        }

        void receive(Receiver<Element> end, Receiver<Element> otherEnd) {
            boolean[] open = {true, true};
            try (end;
                    otherEnd) {
                while (open[0] || open[1]) {
                    switch (random.nextInt(4)) {
                        case 0 -> end.tryReceive().ifPresent(received::add);
                        case 1 ->
                                Weft.moveOnAfter(
                                        ms(random.nextInt(2)),
                                        () -> end.receiveOrEnd().ifPresent(received::add));
                        default ->
                                Weft.select(
                                        end.receivingOrEnd()
                                                .when(open[0])
                                                .then(
                                                        x -> {
                                                            open[0] = x.isPresent();
                                                            x.ifPresent(received::add);
                                                        }),
                                        otherEnd.receivingOrEnd()
                                                .when(open[1])
                                                .then(
                                                        x -> {
                                                            open[1] = x.isPresent();
                                                            x.ifPresent(received::add);
                                                        }));
                    }
                    pause();
                }
            }
        }

        void pause() {
            switch (random.nextInt(4)) {
                case 0 -> turns(random.nextInt(3));
                case 1 -> Weft.sleep(ms(1));
                default -> {}
            }
        }

        void run() {
            Weft.group(
                    g -> {
                        List<Task<?>> tasks = new ArrayList<>();
                        int receivers = random.nextInt(1, 4);
                        for (int i = 0; i < receivers; i++) {
                            Receiver<Element> r = channel.receiver();
                            Receiver<Element> o = other.receiver();
                            tasks.add(g.start(() -> receive(r, o)));
                        }
                        int senders = random.nextInt(1, 5);
                        for (int i = 0; i < senders; i++) {
                            int me = i;
                            Sender<Element> s = channel.sender();
                            Sender<Element> o = other.sender();
                            tasks.add(g.start(() -> send(me, s, o)));
                        }
                        int cancels = random.nextInt(4);
                        for (int i = 0; i < cancels; i++) {
                            turns(random.nextInt(20));
                            tasks.get(random.nextInt(tasks.size())).cancel("at random");
                        }
                        switch (random.nextInt(8)) {
                            case 0 -> channel.close();
                            case 1 -> channel.closeNow();
                            default -> {}
                        }
                    });
            // a receiver that timed out at the end, or was cancelled, may have left some
            channel.closeNow();
            other.closeNow();
        }

        void check() {
            assertThat(sent).doesNotHaveDuplicates();
            List<Element> seen = new ArrayList<>(received);
            seen.addAll(undelivered);
            assertThat(seen).containsExactlyInAnyOrderElementsOf(sent);
            for (Channel<Element> c : List.of(channel, other)) {
                assertThat(c.statistics())
                        .isEqualTo(new Channel.Statistics(0, c.capacity(), 0, 0, 0, 0));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Overflow.class)
    void eachElementSentIsReceivedOrUndeliveredExactlyOnce(Overflow overflow) {
        int received = 0;
        int undelivered = 0;
        int notSent = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed, overflow);
            Sim.run(
                    new VirtualTime(seed),
                    () -> {
                        world.run();
                        return null;
                    });
            try {
                world.check();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
            received += world.received.size();
            undelivered += world.undelivered.size();
            notSent += world.begun - world.sent.size();
        }
        assertThat(received).isGreaterThan(SEEDS * 5);
        assertThat(undelivered).as("the corpus has them").isGreaterThan(10);
        assertThat(notSent).as("the corpus has them").isGreaterThan(50);
    }

    @ParameterizedTest
    @EnumSource(Overflow.class)
    void elementsOfOneSenderArriveInOrder(Overflow overflow) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int capacity = random.nextInt(overflow == Overflow.WAIT ? 0 : 1, 4);
            Map<Integer, Integer> last = new HashMap<>();
            Sim.run(
                    new VirtualTime(seed),
                    () -> {
                        Channel<Element> c = new Channel<>(capacity, overflow);
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < 3; i++) {
                                        int me = i;
                                        Sender<Element> s = c.sender();
                                        g.start(
                                                () -> {
                                                    try (s) {
                                                        for (int n = 0; n < 20; n++) {
                                                            s.trySend(new Element(me, n));
                                                            turns(random.nextInt(2));
                                                        }
                                                    }
                                                });
                                    }
                                    for (Element e : c) {
                                        assertThat(last.getOrDefault(e.sender, -1))
                                                .isLessThan(e.number);
                                        last.put(e.sender, e.number);
                                        turns(random.nextInt(2));
                                    }
                                });
                        return null;
                    });
        }
    }
}
