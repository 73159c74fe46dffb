package dev.weft;

import static dev.weft.Clause.after;
import static dev.weft.Clause.otherwise;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.thrownBy;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Channel;
import dev.weft.sync.ChannelClosedException;
import dev.weft.sync.Queue;
import dev.weft.sync.QueueShutDownException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

class SelectTest {

    // ---- shapes: these compile, with and without values and checked exceptions

    @Test
    void clausesWithValuesGiveTheSelectsValue() {
        Sim.run(
                () -> {
                    Queue<Integer> numbers = new Queue<>(1);
                    Queue<String> words = new Queue<>(1);
                    numbers.put(3);
                    String got =
                            Weft.select(
                                    numbers.getting().map(n -> "number " + n),
                                    words.getting().map(w -> "word " + w),
                                    after(ms(10)).thenCall(() -> "nothing"));
                    assertThat(got).isEqualTo("number 3");
                    int plain = Weft.select(numbers.getting(), after(ms(1)).thenCall(() -> -1));
                    assertThat(plain).isEqualTo(-1);
                });
    }

    private static void mayFail(Object o) throws IOException {
        throw new IOException(o.toString());
    }

    @Test
    void theHandlersCheckedExceptionIsTheSelects() {
        Sim.run(
                () -> {
                    Queue<Integer> q = new Queue<>(2);
                    q.put(1);
                    try {
                        Weft.select(
                                q.getting().then(n -> mayFail(n)), after(ms(1)).thenRun(() -> {}));
                        throw new AssertionError();
                    } catch (IOException e) {
                        assertThat(e).hasMessage("1");
                    }
                    q.put(2);
                    try {
                        Weft.select(q.getting().then(SelectTest::mayFail));
                        throw new AssertionError();
                    } catch (IOException e) {
                        assertThat(e).hasMessage("2");
                    }
                });
    }

    @Test
    void anyNumberOfClausesAsACollection() {
        Sim.run(
                () -> {
                    List<Queue<Integer>> queues = new ArrayList<>();
                    for (int i = 0; i < 5; i++) {
                        queues.add(new Queue<>(1));
                    }
                    queues.get(3).put(33);
                    assertThat((int) Weft.select(queues.stream().map(Queue::getting).toList()))
                            .isEqualTo(33);
                    queues.get(1).put(1);
                    queues.get(2).put(2);
                    assertThat(
                                    (int)
                                            Weft.selectInOrder(
                                                    queues.stream().map(Queue::getting).toList()))
                            .isEqualTo(1);
                });
    }

    // ---- what happens

    @Test
    void exactlyOneOfSeveralReadyClausesHappens() {
        Sim.run(
                () -> {
                    Queue<Integer> a = new Queue<>(1);
                    Channel<Integer> b = new Channel<>(1);
                    Queue<Integer> full = new Queue<>(1);
                    a.put(1);
                    b.send(2);
                    int[] ran = new int[1];
                    Weft.select(
                            a.getting().then(_ -> ran[0]++),
                            b.receiving().then(_ -> ran[0]++),
                            full.putting(3).thenRun(() -> ran[0]++),
                            after(ms(0)).thenRun(() -> ran[0]++));
                    assertThat(ran).containsExactly(1);
                    assertThat(a.size() + b.size() + (1 - full.size())).isGreaterThanOrEqualTo(2);
                });
    }

    @Test
    void waitsForTheFirstAndLeavesTheOthersAsTheyWere() {
        Sim.run(
                () -> {
                    Queue<String> a = new Queue<>(1);
                    Channel<String> b = new Channel<>();
                    Channel<String> c = new Channel<>();
                    Weft.group(
                            g -> {
                                Task<String> selecting =
                                        g.start(
                                                () ->
                                                        Weft.<String, RuntimeException>select(
                                                                a.getting(),
                                                                b.receiving(),
                                                                c.sending("x")
                                                                        .thenCall(() -> "sent"),
                                                                after(ms(50))
                                                                        .thenCall(() -> "late")));
                                sleep(5);
                                assertThat(b.statistics().waitingReceivers()).isEqualTo(1);
                                assertThat(c.statistics().waitingSenders()).isEqualTo(1);
                                b.send("from b");
                                assertThat(b.statistics().waitingReceivers()).isZero();
                                assertThat(c.statistics().waitingSenders()).isZero();
                                assertThat(c.tryReceive()).isEmpty();
                                a.put("stays");
                                assertThat(a.size()).as("nobody waits for it").isEqualTo(1);
                                assertThat(selecting.await()).isEqualTo("from b");
                            });
                    assertThat(Sim.millis()).as("the timer is gone, too").isEqualTo(5);
                });
    }

    @Test
    void twoWakersInOneTurnGetTwoSelectsOrFindNobody() {
        Sim.run(
                () -> {
                    Channel<String> a = new Channel<>();
                    Channel<String> b = new Channel<>();
                    Weft.group(
                            g -> {
                                Task<String> selecting =
                                        g.start(() -> Weft.select(a.receiving(), b.receiving()));
                                turns(1);
                                assertThat(a.trySend("a")).isTrue();
                                assertThat(b.trySend("b")).as("it has happened already").isFalse();
                                assertThat(a.trySend("a again")).isFalse();
                                assertThat(selecting.await()).isEqualTo("a");
                            });
                });
    }

    @Test
    void aSendClauseMeetsAReceiveClauseOfAnotherSelect() {
        Sim.run(
                () -> {
                    for (boolean receiverFirst : new boolean[] {true, false}) {
                        Channel<String> c = new Channel<>();
                        Channel<String> never = new Channel<>();
                        Channel<String> nor = new Channel<>();
                        List<String> log = new ArrayList<>();
                        Action<RuntimeException> sends =
                                () ->
                                        Weft.select(
                                                never.receiving().then(_ -> log.add("never")),
                                                c.sending("x").thenRun(() -> log.add("sent")));
                        Action<RuntimeException> receives =
                                () ->
                                        Weft.select(
                                                c.receiving().then(log::add),
                                                nor.sending("y").thenRun(() -> log.add("never")));
                        Weft.group(
                                g -> {
                                    g.start(receiverFirst ? receives : sends);
                                    turns(1);
                                    g.start(receiverFirst ? sends : receives);
                                });
                        assertThat(log).containsExactlyInAnyOrder("x", "sent");
                    }
                });
    }

    @Test
    void aSelectThatSendsAndReceivesOnOneChannelDoesNotMeetItself() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>();
                    List<String> log = new ArrayList<>();
                    Weft.group(
                            g -> {
                                for (String name : List.of("a", "b")) {
                                    g.start(
                                            () ->
                                                    Weft.select(
                                                            c.sending("from " + name)
                                                                    .thenRun(
                                                                            () ->
                                                                                    log.add(
                                                                                            name
                                                                                                    + " sent")),
                                                            c.receiving()
                                                                    .then(
                                                                            x ->
                                                                                    log.add(
                                                                                            name
                                                                                                    + " got "
                                                                                                    + x))));
                                    turns(2);
                                    if (name.equals("a")) {
                                        assertThat(log).isEmpty();
                                        assertThat(c.statistics().waitingSenders()).isEqualTo(1);
                                        assertThat(c.statistics().waitingReceivers()).isEqualTo(1);
                                    }
                                }
                            });
                    assertThat(log).hasSize(2);
                    assertThat(log.toString())
                            .matches(
                                    ".*(a sent.*b got from a|b got from a.*a sent|b sent.*a got"
                                            + " from b|a got from b.*b sent).*");
                    assertThat(c).hasToString("Channel[0/0, 0 sending, 0 receiving]");
                });
    }

    @Test
    void aWaitingClauseIsServedInTurnWithPlainWaits() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>();
                    List<String> log = new ArrayList<>();
                    Weft.group(
                            g -> {
                                g.start(() -> log.add("first " + c.receive()));
                                turns(1);
                                g.start(
                                        () ->
                                                Weft.select(
                                                        c.receiving()
                                                                .then(x -> log.add("second " + x)),
                                                        after(ms(99))));
                                turns(1);
                                g.start(() -> log.add("third " + c.receive()));
                                turns(1);
                                c.send(1);
                                c.send(2);
                                c.send(3);
                            });
                    assertThat(log).containsExactly("first 1", "second 2", "third 3");
                });
    }

    @Test
    void theHandlerRunsAfterTheChoiceAndMayWait() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>();
                    Channel<String> other = new Channel<>();
                    Weft.group(
                            g -> {
                                Task<?> me = Task.current();
                                Task<?> selecting =
                                        g.start(
                                                () ->
                                                        Weft.select(
                                                                c.receiving()
                                                                        .then(
                                                                                x -> {
                                                                                    assertThat(
                                                                                                    Task
                                                                                                            .current())
                                                                                            .isNotSameAs(
                                                                                                    me);
                                                                                    sleep(10);
                                                                                    other.send(x);
                                                                                }),
                                                                other.receiving()));
                                turns(1);
                                c.send("x");
                                assertThat(other.trySend("nobody receives")).isFalse();
                                assertThat(other.receive()).isEqualTo("x");
                                selecting.await();
                            });
                    assertThat(Sim.millis()).isEqualTo(10);
                });
    }

    @Test
    void severalClausesOnOneSourceCountAsOneWait() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>();
                    Weft.group(
                            g -> {
                                Task<Integer> t =
                                        g.start(
                                                () ->
                                                        Weft.<Integer, RuntimeException>select(
                                                                c.receiving(),
                                                                c.receiving().map(x -> -x)));
                                turns(1);
                                assertThat(c.trySend(1)).isTrue();
                                assertThat(c.trySend(2)).isFalse();
                                assertThat(t.await()).isEqualTo(1);
                            });
                });
    }

    // ---- time and otherwise

    @Test
    void afterHappensWhenNothingElseHasAndTheShortestIsTheOne() {
        Sim.run(
                () -> {
                    Queue<String> q = new Queue<>(1);
                    String got =
                            Weft.select(
                                    q.getting(),
                                    after(ms(30)).thenCall(() -> "30"),
                                    after(ms(10)).thenCall(() -> "10"),
                                    after(ms(20)).thenCall(() -> "20"));
                    assertThat(got).isEqualTo("10");
                    assertThat(Sim.millis()).isEqualTo(10);
                    q.put("still there for the next");
                    assertThat(q.size()).isEqualTo(1);
                });
    }

    @Test
    void aClauseOfATimeMayServeManySelectsAndTasks() {
        Sim.run(
                () -> {
                    Clause<String, RuntimeException> tick = after(ms(10)).thenCall(() -> "tick");
                    Channel<String> never = new Channel<>();
                    Weft.group(
                            g -> {
                                for (int i = 0; i < 3; i++) {
                                    g.start(
                                            () -> {
                                                Weft.select(never.receiving(), tick);
                                                Weft.select(never.receiving(), tick);
                                            });
                                }
                            });
                    assertThat(Sim.millis()).isEqualTo(20);
                });
    }

    @Test
    void zeroTimeIsReadyAtOnce() {
        Sim.run(
                () -> {
                    Channel<String> never = new Channel<>();
                    assertThat(
                                    Weft.<String, RuntimeException>select(
                                            never.receiving(),
                                            after(ms(-5)).thenCall(() -> "at once")))
                            .isEqualTo("at once");
                    assertThat(Sim.millis()).isZero();
                });
    }

    @Test
    void otherwiseHappensOnlyWhenNothingElseCan() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>(1);
                    for (int i = 0; i < 50; i++) {
                        assertThat(
                                        Weft.<String, RuntimeException>select(
                                                otherwise().thenCall(() -> "nothing"),
                                                c.receiving()))
                                .isEqualTo("nothing");
                        c.send("x");
                        assertThat(
                                        Weft.<String, RuntimeException>select(
                                                otherwise().thenCall(() -> "nothing"),
                                                c.receiving()))
                                .isEqualTo("x");
                    }
                });
    }

    // ---- tasks and stages

    @Test
    void aTasksEndGivesItsValueOrThrowsItsFailure() {
        Sim.run(
                () -> {
                    Task<String> good =
                            Weft.background(
                                    () -> {
                                        sleep(5);
                                        return "good";
                                    });
                    IOException why = new IOException("why");
                    Task<String> bad =
                            Weft.background(
                                    () -> {
                                        sleep(10);
                                        throw why;
                                    });
                    Task<?> cancelled = Weft.background(() -> Sim.sleepForever());
                    assertThat(
                                    Weft.<String, RuntimeException>select(
                                            good.awaiting(), bad.awaiting()))
                            .isEqualTo("good");
                    assertThat(thrownBy(() -> Weft.select(bad.awaiting(), after(ms(99)))))
                            .isSameAs(why);
                    assertThat(thrownBy(() -> Weft.select(bad.awaiting()))).isSameAs(why);
                    assertThat(Weft.select(bad.awaitingOutcome()))
                            .isEqualTo(new Outcome.Failure<String>(why));
                    cancelled.cancel("enough");
                    assertThat(thrownBy(() -> Weft.select(cancelled.awaiting())))
                            .isInstanceOf(CancellationException.class)
                            .hasMessageContaining("enough");
                });
    }

    @Test
    void aFailureThatOnlyLosingSelectsLookedForIsReported() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Task<Void> bad =
                                Weft.background(
                                        () -> {
                                            sleep(20);
                                            throw new IOException("nobody saw it");
                                        });
                        Weft.select(bad.awaiting(), after(ms(5)));
                        sleep(3000);
                    });
            assertThat(logged.failures()).hasSize(1);
        }
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Task<Void> bad =
                                Weft.background(
                                        () -> {
                                            sleep(20);
                                            throw new IOException("seen");
                                        });
                        Weft.select(bad.awaitingOutcome(), after(ms(50)));
                        sleep(3000);
                    });
            assertThat(logged.failures()).isEmpty();
        }
    }

    @Test
    void aFailureThatASelectFoundReadyIsNotReported() {
        try (Logged logged = Logged.open()) {
            Sim.run(
                    () -> {
                        Action<IOException> fails =
                                () -> {
                                    throw new IOException("seen");
                                };
                        Task<?> one = Weft.background(fails);
                        Task<?> other = Weft.background(fails);
                        sleep(5);
                        assertThat(thrownBy(() -> Weft.select(one.awaiting()))).hasMessage("seen");
                        assertThat(Weft.select(other.awaitingOutcome()).isSuccess()).isFalse();
                        sleep(3000);
                    });
            assertThat(logged.failures()).isEmpty();
        }
    }

    @Test
    void aTaskCannotSelectItsOwnEnd() {
        Sim.run(
                () ->
                        Weft.group(
                                g ->
                                        g.start(
                                                "narcissus",
                                                () ->
                                                        assertThat(
                                                                        thrownBy(
                                                                                () ->
                                                                                        Weft.select(
                                                                                                Task
                                                                                                        .current()
                                                                                                        .awaiting(),
                                                                                                after(
                                                                                                        ms(
                                                                                                                1)))))
                                                                .isInstanceOf(
                                                                        IllegalStateException.class)
                                                                .hasMessage(
                                                                        "task 'main/narcissus'"
                                                                                + " cannot await"
                                                                                + " itself"))));
    }

    @Test
    void aStageGivesItsValueOrItsFailure() {
        Sim.run(
                () -> {
                    CompletableFuture<String> stage = new CompletableFuture<>();
                    CompletableFuture<String> failed = new CompletableFuture<>();
                    IOException why = new IOException("why");
                    Weft.group(
                            g -> {
                                g.start(
                                        () -> {
                                            sleep(5);
                                            stage.complete("done");
                                            sleep(5);
                                            failed.completeExceptionally(why);
                                        });
                                assertThat(
                                                Weft.<String, RuntimeException>select(
                                                        Clause.awaiting(stage),
                                                        Clause.awaiting(failed)))
                                        .isEqualTo("done");
                                assertThat(thrownBy(() -> Weft.select(Clause.awaiting(failed))))
                                        .isSameAs(why);
                            });
                    assertThat(Weft.select(Clause.awaiting(stage))).isEqualTo("done");
                });
    }

    @Test
    void aPromiseGivesItsValueThoughACancellationCameAfterIt() {
        Sim.run(
                () -> {
                    Promise<String> promise = new Promise<>();
                    Promise<String> never = new Promise<>();
                    List<String> got = new ArrayList<>();
                    Weft.group(
                            g -> {
                                Task<?> t =
                                        g.start(
                                                () ->
                                                        Weft.select(
                                                                never.awaiting().then(got::add),
                                                                promise.awaiting().then(got::add)));
                                turns(1);
                                promise.complete("value");
                                t.cancel("too late");
                            });
                    assertThat(got).containsExactly("value");
                });
    }

    // ---- sources that end

    @Test
    void aClosedChannelOrQueueIsReadyAndItsExceptionComesOutOfTheSelect() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>();
                    Queue<String> q = new Queue<>(1);
                    Channel<String> open = new Channel<>();
                    c.close();
                    q.shutdown();
                    assertThat(thrownBy(() -> Weft.select(c.receiving(), open.receiving())))
                            .isInstanceOf(ChannelClosedException.class);
                    assertThat(thrownBy(() -> Weft.select(c.sending("x"), open.receiving())))
                            .isInstanceOf(ChannelClosedException.class);
                    assertThat(thrownBy(() -> Weft.select(q.getting(), open.receiving())))
                            .isInstanceOf(QueueShutDownException.class);
                    assertThat(thrownBy(() -> Weft.select(q.putting("x"), open.receiving())))
                            .isInstanceOf(QueueShutDownException.class);
                });
    }

    @Test
    void closingEndsAWaitingSelect() {
        Sim.run(
                () -> {
                    for (int which = 0; which < 4; which++) {
                        Channel<String> a = new Channel<>();
                        Channel<String> b = new Channel<>();
                        Queue<String> q = new Queue<>(1);
                        Queue<String> full = new Queue<>(1);
                        full.put("full");
                        int w = which;
                        Weft.group(
                                g -> {
                                    Task<?> selecting =
                                            g.start(
                                                    () ->
                                                            assertThat(
                                                                            thrownBy(
                                                                                    () ->
                                                                                            Weft
                                                                                                    .select(
                                                                                                            a
                                                                                                                    .receiving(),
                                                                                                            b
                                                                                                                    .sending(
                                                                                                                            "x"),
                                                                                                            q
                                                                                                                    .getting(),
                                                                                                            full
                                                                                                                    .putting(
                                                                                                                            "y"))))
                                                                    .isInstanceOf(
                                                                            w < 2
                                                                                    ? ChannelClosedException
                                                                                            .class
                                                                                    : QueueShutDownException
                                                                                            .class));
                                    turns(1);
                                    switch (w) {
                                        case 0 -> a.close();
                                        case 1 -> b.close();
                                        case 2 -> q.shutdown();
                                        default -> full.shutdown();
                                    }
                                    selecting.await();
                                    assertThat(a.statistics().waitingReceivers()).isZero();
                                    assertThat(b.statistics().waitingSenders()).isZero();
                                });
                    }
                });
    }

    @Test
    void mergingChannelsUntilBothHaveEnded() {
        Sim.run(
                () -> {
                    Channel<Integer> a = new Channel<>();
                    Channel<Integer> b = new Channel<>(2);
                    List<Integer> all = new ArrayList<>();
                    Weft.group(
                            g -> {
                                for (Channel<Integer> c : List.of(a, b)) {
                                    g.start(
                                            () -> {
                                                try (c) {
                                                    for (int i = 0; i < 5; i++) {
                                                        c.send(i);
                                                    }
                                                }
                                            });
                                }
                                boolean[] open = {true, true};
                                while (open[0] || open[1]) {
                                    Weft.select(
                                            a.receivingOrEnd()
                                                    .when(open[0])
                                                    .then(
                                                            x -> {
                                                                open[0] = x.isPresent();
                                                                x.ifPresent(all::add);
                                                            }),
                                            b.receivingOrEnd()
                                                    .when(open[1])
                                                    .then(
                                                            x -> {
                                                                open[1] = x.isPresent();
                                                                x.ifPresent(all::add);
                                                            }));
                                }
                            });
                    assertThat(all).containsExactlyInAnyOrder(0, 0, 1, 1, 2, 2, 3, 3, 4, 4);
                });
    }

    // ---- cancellation

    // rules 2: "A wait looks for a due cancellation on entry, before any effect, also when it
    // could complete at once"
    @Test
    void aDueCancellationIsThrownBeforeAnyClauseHappens() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>(1);
                    Channel<Integer> d = new Channel<>(1);
                    c.send(1);
                    Weft.group(
                            g -> {
                                Task<?> t =
                                        g.start(
                                                () ->
                                                        Weft.select(
                                                                c.receiving(),
                                                                d.sending(2),
                                                                otherwise()));
                                t.cancel("before it began");
                            });
                    assertThat(c.size()).isEqualTo(1);
                    assertThat(d.size()).isZero();
                });
    }

    @Test
    void aCancelledSelectHasHadNoEffectInAnyClause() {
        Sim.run(
                () -> {
                    Channel<Integer> in = new Channel<>();
                    Channel<Integer> out = new Channel<>();
                    Queue<Integer> q = new Queue<>(1);
                    q.put(0);
                    assertThat(
                                    Weft.moveOnAfter(
                                            ms(5),
                                            () ->
                                                    Weft.select(
                                                            in.receiving().then(_ -> {}),
                                                            out.sending(1).thenRun(() -> {}),
                                                            q.putting(2).thenRun(() -> {}),
                                                            after(ms(50)).thenRun(() -> {}))))
                            .isEmpty();
                    assertThat(in.trySend(1)).isFalse();
                    assertThat(out.tryReceive()).isEmpty();
                    assertThat(q.get()).isZero();
                    assertThat(q.tryGet()).isEmpty();
                    assertThat(Sim.millis()).isEqualTo(5);
                });
    }

    @Test
    void cancelledAfterTheChoiceTheSelectHasHappened() {
        Sim.run(
                () -> {
                    Channel<String> a = new Channel<>();
                    Channel<String> b = new Channel<>();
                    List<String> log = new ArrayList<>();
                    Weft.group(
                            g -> {
                                Task<?> t =
                                        g.start(
                                                () -> {
                                                    Weft.select(
                                                            a.receiving().then(log::add),
                                                            b.receiving().then(log::add));
                                                    log.add("before the next wait");
                                                    Weft.checkCancelled();
                                                    log.add("not reached");
                                                });
                                turns(1);
                                b.send("x");
                                t.cancel("too late");
                            });
                    assertThat(log).containsExactly("x", "before the next wait");
                });
    }

    // ---- fairness

    /** How often each of three ready clauses was chosen in so many rounds. */
    private static int[] chosen(int rounds, boolean inOrder, long seed) {
        int[] times = new int[4];
        Sim.run(
                new VirtualTime(seed),
                () -> {
                    Channel<Integer> a = new Channel<>(1);
                    Channel<Integer> never = new Channel<>();
                    Queue<Integer> b = new Queue<>(1);
                    Channel<Integer> c = new Channel<>(1);
                    a.send(1);
                    b.put(1);
                    for (int i = 0; i < rounds; i++) {
                        List<Clause<@Nullable Void, RuntimeException>> clauses =
                                List.of(
                                        a.receiving()
                                                .then(
                                                        x -> {
                                                            times[0]++;
                                                            a.send(x);
                                                        }),
                                        never.receiving().then(_ -> times[1]++),
                                        b.getting()
                                                .then(
                                                        x -> {
                                                            times[2]++;
                                                            b.put(x);
                                                        }),
                                        c.sending(1)
                                                .thenRun(
                                                        () -> {
                                                            times[3]++;
                                                            c.receive();
                                                        }));
                        if (inOrder) {
                            Weft.selectInOrder(clauses);
                        } else {
                            Weft.select(clauses);
                        }
                    }
                    return null;
                });
        return times;
    }

    @Test
    void eachReadyClauseIsAsLikely() {
        for (long seed = 1; seed <= 5; seed++) {
            int[] times = chosen(3000, false, seed);
            assertThat(times[1]).isZero();
            for (int i : new int[] {0, 2, 3}) {
                assertThat(times[i]).as("clause " + i).isBetween(880, 1120);
            }
        }
    }

    @Test
    void theChoiceIsTheDriversSoASeedRepeatsIt() {
        assertThat(chosen(100, false, 7)).isEqualTo(chosen(100, false, 7));
        assertThat(chosen(100, false, 7)).isNotEqualTo(chosen(100, false, 8));
    }

    @Test
    void inOrderTheFirstReadyClauseHappens() {
        assertThat(chosen(100, true, 1)).containsExactly(100, 0, 0, 0);
    }

    // rules 2: "it does not yield then, except after 128 such fast waits in a turn"
    @Test
    void aSelectThatIsAlwaysReadyLetsOthersRun() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>(1);
                    c.send(0);
                    int[] rounds = new int[1];
                    Weft.group(
                            g -> {
                                Task<?> other = g.start(() -> {});
                                while (!other.isDone() && rounds[0] < 1000) {
                                    Weft.select(
                                            c.receiving()
                                                    .then(x -> assertThat(c.trySend(x)).isTrue()),
                                            otherwise());
                                    rounds[0]++;
                                }
                            });
                    assertThat(rounds[0]).isBetween(100, 129);
                });
    }

    // ---- misuse

    @Test
    void aSelectOfNothingIsRefused() {
        Sim.run(
                () -> {
                    assertThat(thrownBy(() -> Weft.select(List.of())))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage("a select without clauses would wait for ever");
                    Channel<Integer> c = new Channel<>(1);
                    c.send(1);
                    assertThat(thrownBy(() -> Weft.select(c.receiving().when(false))))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("when(false) holds in each of its clauses");
                    assertThat(
                                    Weft.<Integer, RuntimeException>select(
                                            c.receiving().when(false),
                                            after(ms(1)).thenCall(() -> 7)))
                            .isEqualTo(7);
                });
    }

    @Test
    void offTheLoopAndOnAForeignLoopItFailsAtOnce() {
        assertThat(thrownBy(() -> Weft.select(otherwise())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is no task of a loop");
        Channel<Integer> c = new Channel<>(1);
        Sim.run(() -> c.send(1));
        assertThat(Sim.failureOf(() -> Weft.select(c.receiving())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("but it belongs to");
    }

    // ---- for authors

    /** A third party's primitive: a light that is red or green. */
    private static final class Light {
        private final WaitList waiting = new WaitList("Light.green");
        private boolean green;

        void turnGreen() {
            green = true;
            waiting.wakeAll("now green");
        }

        Source<String> green() {
            return new Source<>() {
                @Override
                protected WaitList waiters() {
                    return waiting;
                }

                @Override
                protected boolean isReady() {
                    return green;
                }

                @Override
                protected String take() {
                    return "green already";
                }

                @Override
                protected String received(@Nullable Object handedOver) {
                    return String.valueOf(handedOver);
                }
            };
        }
    }

    @Test
    void anotherAuthorsSourceTakesPart() {
        Sim.run(
                () -> {
                    Light light = new Light();
                    Channel<String> c = new Channel<>();
                    Weft.group(
                            g -> {
                                g.start(
                                        () -> {
                                            sleep(5);
                                            light.turnGreen();
                                        });
                                assertThat(
                                                Weft.<String, RuntimeException>select(
                                                        c.receiving(), light.green()))
                                        .isEqualTo("now green");
                                assertThat(
                                                Weft.<String, RuntimeException>select(
                                                        c.receiving(), light.green()))
                                        .isEqualTo("green already");
                            });
                });
    }

    @Test
    void aFailureThatAWakerGivesComesOutOfTheSelectAndTheOtherListsAreLeft() {
        Sim.run(
                () -> {
                    Light light = new Light();
                    Channel<String> c = new Channel<>();
                    IOException why = new IOException("why");
                    Weft.group(
                            g -> {
                                g.start(
                                        () ->
                                                assertThat(
                                                                thrownBy(
                                                                        () ->
                                                                                Weft.select(
                                                                                        light
                                                                                                .green(),
                                                                                        c
                                                                                                .receiving())))
                                                        .isSameAs(why));
                                turns(1);
                                assertThat(light.waiting.failFirst(why)).isTrue();
                                assertThat(c.trySend("x")).isFalse();
                            });
                });
    }

    @Test
    void aSourceThatThrowsLeavesNothingBehind() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>();
                    Source<String> bad =
                            new Source<>() {
                                private final WaitList list = new WaitList("Bad.wait");

                                @Override
                                protected WaitList waiters() {
                                    return list;
                                }

                                @Override
                                protected Object offer() {
                                    throw new IllegalArgumentException("no offer");
                                }

                                @Override
                                protected boolean isReady() {
                                    return false;
                                }

                                @Override
                                protected String take() {
                                    return "";
                                }

                                @Override
                                protected String received(@Nullable Object handedOver) {
                                    return "";
                                }
                            };
                    assertThat(thrownBy(() -> Weft.select(c.receiving(), bad)))
                            .hasMessage("no offer");
                    assertThat(c.statistics().waitingReceivers()).isZero();
                    assertThat(Weft.moveOnAfter(ms(1), () -> c.receive())).isEmpty();
                });
    }

    @Test
    void aSelectingTaskIsSeenInAllItsLists() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>();
                    Queue<String> q = new Queue<>(1);
                    Weft.group(
                            g -> {
                                LoopTask<?> t =
                                        (LoopTask<?>)
                                                g.start(
                                                        () ->
                                                                Weft.select(
                                                                        c.receiving(),
                                                                        q.getting(),
                                                                        after(ms(9))));
                                assertThat(t.waitingIn()).isEmpty();
                                turns(1);
                                assertThat(t.waitingIn())
                                        .extracting(WaitList::what)
                                        .containsExactlyInAnyOrder("Channel.receive", "Queue.get");
                                c.send("x");
                                assertThat(t.waitingIn()).isEmpty();
                            });
                });
    }
}
