package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.turns;
import static dev.weft.Sweep.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Channel;
import dev.weft.sync.ChannelClosedException;
import dev.weft.sync.Overflow;
import dev.weft.sync.Queue;
import dev.weft.sync.Receiver;
import dev.weft.sync.Sender;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Channels and selects whose tasks are cancelled at every step of their lives. */
class ChannelSweepTest {

    /** Two senders and two receivers; one of them is the victim. */
    private static final class Pipe implements Sweep.Scene {
        final List<Integer> sent = new ArrayList<>();
        final List<Integer> received = new ArrayList<>();
        final List<Integer> undelivered = new ArrayList<>();
        final Channel<Integer> channel;
        final boolean victimSends;
        final boolean selecting;
        int next;

        Pipe(int capacity, boolean victimSends, boolean selecting) {
            this.channel = new Channel<>(capacity, Overflow.WAIT, undelivered::add);
            this.victimSends = victimSends;
            this.selecting = selecting;
        }

        void send(Sender<Integer> s, Channel<Integer> idle) {
            try (s) {
                for (int i = 0; i < 5; i++) {
                    int e = next++;
                    if (selecting) {
                        Weft.select(idle.receiving(), s.sending(e).thenCall(() -> sent.add(e)));
                    } else {
                        s.send(e);
                        sent.add(e);
                    }
                    turns(e % 2);
                }
            }
        }

        void receive(Receiver<Integer> r, Channel<Integer> idle) {
            try (r) {
                boolean[] open = {true};
                while (open[0]) {
                    if (selecting) {
                        Weft.select(
                                idle.sending(-1).thenRun(() -> received.add(-1)),
                                r.receivingOrEnd()
                                        .then(
                                                x -> {
                                                    x.ifPresent(received::add);
                                                    open[0] = x.isPresent();
                                                }));
                    } else {
                        var x = r.receiveOrEnd();
                        x.ifPresent(received::add);
                        open[0] = x.isPresent();
                    }
                    turns(received.size() % 3);
                }
            }
        }

        @Override
        public Task<?> play(Group g) {
            Channel<Integer> idleIn = new Channel<>();
            Channel<Integer> idleOut = new Channel<>();
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Sender<Integer> s = channel.sender();
                Receiver<Integer> r = channel.receiver();
                tasks.add(g.start(() -> send(s, idleIn)));
                tasks.add(g.start(() -> receive(r, idleOut)));
            }
            return tasks.get(victimSends ? 2 : 1);
        }

        @Override
        public void check(boolean cancelled) {
            Collections.sort(sent);
            Collections.sort(received);
            assertThat(received).as("each send happened or not, each receive too").isEqualTo(sent);
            assertThat(undelivered).isEmpty();
            assertThat(channel.isClosed()).isTrue();
            assertThat(channel.statistics())
                    .isEqualTo(new Channel.Statistics(0, channel.capacity(), 0, 0, 0, 0));
            if (!cancelled || !victimSends) {
                assertThat(sent).hasSize(10);
            }
        }
    }

    @Test
    void channels() {
        for (int capacity : new int[] {0, 1, 3}) {
            sweep(() -> new Pipe(capacity, true, false));
            sweep(() -> new Pipe(capacity, false, false));
        }
    }

    @Test
    void selectsThatSendAndSelectsThatReceive() {
        for (int capacity : new int[] {0, 1, 3}) {
            sweep(() -> new Pipe(capacity, true, true));
            sweep(() -> new Pipe(capacity, false, true));
        }
    }

    /** Selects over the same two channels and a queue, each in all its clauses. */
    @Test
    void selectsThatRaceOnTheSameChannels() {
        sweep(
                () ->
                        new Sweep.Scene() {
                            final Channel<Integer> a = new Channel<>();
                            final Channel<Integer> b = new Channel<>();
                            final Queue<Integer> q = new Queue<>(1);
                            final List<Integer> in = new ArrayList<>();
                            final List<Integer> out = new ArrayList<>();
                            int next;

                            void trade(int rounds) {
                                for (int i = 0; i < rounds; i++) {
                                    int e = next++;
                                    Weft.select(
                                            a.sending(e).thenCall(() -> in.add(e)),
                                            a.receiving().map(out::add),
                                            b.receiving().map(out::add),
                                            b.sending(e).thenCall(() -> in.add(e)),
                                            q.getting().map(out::add),
                                            q.putting(e).thenCall(() -> in.add(e)),
                                            Clause.after(ms(1)).thenCall(() -> true));
                                    turns(e % 2);
                                }
                            }

                            @Override
                            public Task<?> play(Group g) {
                                g.start(() -> trade(4));
                                g.start(() -> trade(4));
                                Task<?> victim = g.start(() -> trade(5));
                                g.start(() -> trade(4));
                                return victim;
                            }

                            @Override
                            public void check(boolean cancelled) {
                                int left = q.size();
                                assertThat(in).hasSize(out.size() + left);
                                assertThat(in).doesNotHaveDuplicates();
                                assertThat(out).doesNotHaveDuplicates();
                                assertThat(in).containsAll(out);
                                assertThat(a.statistics().waitingSenders()).isZero();
                                assertThat(a.statistics().waitingReceivers()).isZero();
                                assertThat(b.statistics().waitingSenders()).isZero();
                                assertThat(b.statistics().waitingReceivers()).isZero();
                            }
                        });
    }

    @Test
    void aSelectOverATaskAStageAndTime() {
        sweep(
                () ->
                        new Sweep.Scene() {
                            final List<String> got = new ArrayList<>();

                            @Override
                            public Task<?> play(Group g) {
                                Task<String> shared =
                                        g.start(
                                                () -> {
                                                    turns(4);
                                                    return "value";
                                                });
                                Action<RuntimeException> select =
                                        () ->
                                                got.add(
                                                        Weft.<String, RuntimeException>select(
                                                                shared.awaiting(),
                                                                Clause.after(ms(1))
                                                                        .thenCall(() -> "late")));
                                g.start(select);
                                Task<?> victim =
                                        g.start(
                                                () -> {
                                                    select.run();
                                                    turns(2);
                                                });
                                g.start(select);
                                return victim;
                            }

                            @Override
                            public void check(boolean cancelled) {
                                assertThat(got.size()).isBetween(2, 3);
                                assertThat(got).containsOnly("value");
                            }
                        });
    }

    @Test
    void aChannelThatIsClosedWhileTheVictimWaits() {
        sweep(
                () ->
                        new Sweep.Scene() {
                            final Channel<Integer> c = new Channel<>();
                            int ended;

                            @Override
                            public Task<?> play(Group g) {
                                Action<RuntimeException> waits =
                                        () -> {
                                            try {
                                                Weft.select(c.receiving(), Clause.after(ms(5)));
                                            } catch (ChannelClosedException e) {
                                                ended++;
                                                turns(2);
                                            }
                                        };
                                g.start(waits);
                                Task<?> victim = g.start(waits);
                                g.start(
                                        () -> {
                                            turns(3);
                                            c.close();
                                        });
                                return victim;
                            }

                            @Override
                            public void check(boolean cancelled) {
                                assertThat(ended).isBetween(cancelled ? 1 : 2, 2);
                                assertThat(c.statistics().waitingReceivers()).isZero();
                            }
                        });
    }
}
