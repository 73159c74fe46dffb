package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.thrownBy;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.Channel;
import dev.weft.sync.ChannelClosedException;
import dev.weft.sync.ChannelFullException;
import dev.weft.sync.Overflow;
import dev.weft.sync.Receiver;
import dev.weft.sync.Sender;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

class ChannelTest {
    private final List<String> log = new ArrayList<>();

    private void log(String what) {
        log.add(what + " at " + Sim.millis());
    }

    // ---- rendezvous

    @Test
    void aRendezvousSendWaitsUntilItsElementIsReceived() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>();
                    Weft.group(
                            g -> {
                                g.start(
                                        () -> {
                                            c.send("x");
                                            log("sent");
                                        });
                                sleep(5);
                                assertThat(log).isEmpty();
                                assertThat(c.receive()).isEqualTo("x");
                                assertThat(log).as("the receiver goes on first").isEmpty();
                            });
                    assertThat(log).containsExactly("sent at 5");
                });
    }

    @Test
    void aRendezvousReceiveWaitsForASenderAndGetsItsElementDirectly() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>();
                    Weft.group(
                            g -> {
                                g.start(() -> log(c.receive()));
                                sleep(5);
                                c.send("x");
                                assertThat(c.statistics().waitingReceivers()).isZero();
                                assertThat(log).as("the sender did not wait").isEmpty();
                            });
                    assertThat(log).containsExactly("x at 5");
                });
    }

    @Test
    void aRendezvousChannelHoldsNothing() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>();
                    assertThat(c.trySend("nobody receives")).isFalse();
                    assertThat(c.tryReceive()).isEmpty();
                    assertThat(c.capacity()).isZero();
                    Weft.group(
                            g -> {
                                Task<?> sender = g.start(() -> c.send("x"));
                                turns(1);
                                assertThat(c.size()).isZero();
                                assertThat(c.statistics().waitingSenders()).isEqualTo(1);
                                assertThat(c.tryReceive()).contains("x");
                                assertThat(c.tryReceive()).isEmpty();
                                sender.await();
                                Task<String> receiver = g.start(() -> c.receive());
                                turns(1);
                                assertThat(c.trySend("y")).isTrue();
                                assertThat(receiver.await()).isEqualTo("y");
                            });
                });
    }

    // ---- buffered

    @Test
    void aBufferedSendWaitsOnlyWhenTheBufferIsFull() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>(2);
                    Weft.group(
                            g -> {
                                g.start(
                                        () -> {
                                            for (int i = 0; i < 4; i++) {
                                                c.send(i);
                                                log("sent " + i);
                                            }
                                        });
                                sleep(10);
                                assertThat(c.size()).isEqualTo(2);
                                assertThat(c.trySend(9)).isFalse();
                                log("received " + c.receive());
                                sleep(10);
                                log("received " + c.receive());
                                assertThat(c.size()).as("the waiting send's is in").isEqualTo(2);
                            });
                    assertThat(log)
                            .containsExactly(
                                    "sent 0 at 0",
                                    "sent 1 at 0",
                                    "received 0 at 10",
                                    "sent 2 at 10",
                                    "received 1 at 20",
                                    "sent 3 at 20");
                    assertThat(c.receive()).isEqualTo(2);
                    assertThat(c.receive()).isEqualTo(3);
                });
    }

    @Test
    void sendersAndReceiversAreServedInTheOrderInWhichTheyCame() {
        Sim.run(
                () -> {
                    for (int capacity : new int[] {0, 1, 3}) {
                        Channel<Integer> c = new Channel<>(capacity);
                        List<Integer> received = new ArrayList<>();
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < 9; i++) {
                                        int n = i;
                                        g.start(() -> c.send(n));
                                    }
                                    turns(1);
                                    for (int i = 0; i < 9; i++) {
                                        received.add(c.receive());
                                    }
                                });
                        assertThat(received).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
                        List<String> by = new ArrayList<>();
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < 4; i++) {
                                        int n = i;
                                        g.start(() -> by.add(n + " got " + c.receive()));
                                    }
                                    turns(1);
                                    for (int i = 0; i < 4; i++) {
                                        c.send(i);
                                    }
                                });
                        assertThat(by).containsExactly("0 got 0", "1 got 1", "2 got 2", "3 got 3");
                    }
                });
    }

    @Test
    void aNewcomerDoesNotOvertakeAWaitingSender() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>(1);
                    c.send(0);
                    Weft.group(
                            g -> {
                                g.start(() -> c.send(1));
                                turns(1);
                                assertThat(c.receive()).isZero();
                                assertThat(c.trySend(2)).as("the room is 1's").isFalse();
                                assertThat(c.receive()).isEqualTo(1);
                            });
                });
    }

    // ---- cancellation

    @Test
    void aCancelledSendHasSentNothing() {
        Sim.run(
                () -> {
                    for (int capacity : new int[] {0, 1}) {
                        Channel<Integer> c = new Channel<>(capacity);
                        for (int i = 0; i < capacity; i++) {
                            c.send(-1);
                        }
                        assertThat(Weft.moveOnAfter(ms(5), () -> c.send(1))).isFalse();
                        assertThat(c.statistics().waitingSenders()).isZero();
                        for (int i = 0; i < capacity; i++) {
                            assertThat(c.tryReceive()).contains(-1);
                        }
                        assertThat(c.tryReceive()).isEmpty();
                    }
                });
    }

    @Test
    void aCancelledReceiveHasTakenNothing() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>(1);
                    assertThat(Weft.moveOnAfter(ms(5), () -> c.receive())).isEmpty();
                    assertThat(c.statistics().waitingReceivers()).isZero();
                    assertThat(c.trySend(1)).isTrue();
                    assertThat(c.size()).isEqualTo(1);
                });
    }

    // rules 2: "Once the waker has handed over the result the wait has happened, resumed or
    // not"
    @Test
    void cancelledAfterTheHandOverBothSidesStillHaveIt() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>();
                    Weft.group(
                            g -> {
                                Task<?> receiver =
                                        g.start(
                                                () -> {
                                                    log("received " + c.receive());
                                                    sleep(1);
                                                    log("not reached");
                                                });
                                turns(1);
                                c.send("x");
                                receiver.cancel("too late");
                                Task<?> sender =
                                        g.start(
                                                () -> {
                                                    c.send("y");
                                                    log("sent");
                                                    sleep(1);
                                                    log("not reached");
                                                });
                                turns(1);
                                assertThat(c.receive()).isEqualTo("y");
                                sender.cancel("too late");
                            });
                    assertThat(log).containsExactly("received x at 0", "sent at 0");
                });
    }

    @Test
    void aDueCancellationIsThrownBeforeAnyEffectThoughTheOperationCouldComplete() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>(2);
                    c.send("a");
                    Weft.group(
                            g -> {
                                Task<?> sender = g.start(() -> c.send("b"));
                                Task<?> receiver = g.start(() -> c.receive());
                                sender.cancel("before it began");
                                receiver.cancel("before it began");
                            });
                    assertThat(c.size()).isEqualTo(1);
                });
    }

    // ---- close

    @Test
    void afterCloseReceiversDrainTheBufferAndThenSeeTheEnd() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>(3);
                    c.send(1);
                    c.send(2);
                    c.close();
                    c.close();
                    assertThat(c.isClosed()).isTrue();
                    assertThatThrownBy(() -> c.send(3))
                            .isInstanceOf(ChannelClosedException.class)
                            .hasMessage("the channel was closed");
                    assertThatThrownBy(() -> c.trySend(3))
                            .isInstanceOf(ChannelClosedException.class);
                    assertThat(c.receive()).isEqualTo(1);
                    assertThat(c.receiveOrEnd()).contains(2);
                    assertThat(c.receiveOrEnd()).isEmpty();
                    assertThat(c.tryReceive()).isEmpty();
                    assertThatThrownBy(c::receive)
                            .isInstanceOf(ChannelClosedException.class)
                            .hasNoCause();
                });
    }

    @Test
    void closeEndsTheWaitsOfSendersAndReceivers() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>();
                    Channel<Integer> d = new Channel<>();
                    Weft.group(
                            g -> {
                                for (int i = 0; i < 2; i++) {
                                    g.start(
                                            () -> {
                                                assertThat(thrownBy(c::receive))
                                                        .isInstanceOf(ChannelClosedException.class);
                                                log("receiver");
                                            });
                                    g.start(
                                            () -> {
                                                assertThat(thrownBy(() -> d.send(1)))
                                                        .isInstanceOf(ChannelClosedException.class);
                                                log("sender");
                                            });
                                }
                                sleep(3);
                                c.close();
                                d.close();
                            });
                    assertThat(log)
                            .containsExactlyInAnyOrder(
                                    "receiver at 3", "receiver at 3", "sender at 3", "sender at 3");
                    assertThat(d.tryReceive()).as("what was not sent").isEmpty();
                });
    }

    @Test
    void aLoopOverTheChannelEndsWhenItIsClosedAndEmpty() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>(2);
                    List<Integer> all = new ArrayList<>();
                    Weft.group(
                            g -> {
                                g.start(
                                        () -> {
                                            try (c) {
                                                for (int i = 0; i < 5; i++) {
                                                    c.send(i);
                                                }
                                            }
                                        });
                                for (int x : c) {
                                    all.add(x);
                                    sleep(1);
                                }
                            });
                    assertThat(all).containsExactly(0, 1, 2, 3, 4);
                    Iterator<Integer> none = c.iterator();
                    assertThat(none.hasNext()).isFalse();
                    assertThatThrownBy(none::next).isInstanceOf(NoSuchElementException.class);
                });
    }

    @Test
    void leavingALoopOverTheChannelTakesNoFurtherElement() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>(3);
                    c.send(1);
                    c.send(2);
                    for (int x : c) {
                        assertThat(x).isEqualTo(1);
                        break;
                    }
                    assertThat(c.size()).isEqualTo(1);
                });
    }

    @Test
    void aFailedChannelGivesItsElementsThenTheCauseAlsoWhereALoopWouldEnd() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>(3);
                    Exception why = new Exception("the source broke");
                    c.send(1);
                    c.fail(why);
                    c.fail(new Exception("a second time"));
                    List<Integer> all = new ArrayList<>();
                    assertThatThrownBy(() -> c.forEach(all::add))
                            .isInstanceOf(ChannelClosedException.class)
                            .hasMessage("the channel was failed")
                            .hasCause(why);
                    assertThat(all).containsExactly(1);
                    assertThatThrownBy(c::receive).hasCause(why);
                    assertThatThrownBy(c::receiveOrEnd).hasCause(why);
                    assertThatThrownBy(() -> c.send(2)).hasCause(why);
                });
    }

    @Test
    void failAlsoEndsWaitsAndDoesNothingToAClosedChannel() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>();
                    Exception why = new Exception("why");
                    Weft.group(
                            g -> {
                                Task<?> waiting =
                                        g.start(
                                                () ->
                                                        assertThat(thrownBy(c::receiveOrEnd))
                                                                .hasCause(why));
                                turns(1);
                                c.fail(why);
                                waiting.await();
                            });
                    Channel<Integer> closed = new Channel<>();
                    closed.close();
                    closed.fail(why);
                    assertThat(closed.receiveOrEnd()).isEmpty();
                });
    }

    // ---- ends

    @Test
    void theChannelClosesWhenAllSendersHaveBeenClosed() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>(1);
                    List<String> all = new ArrayList<>();
                    Weft.group(
                            g -> {
                                for (int i = 1; i <= 3; i++) {
                                    int n = i;
                                    Sender<String> s = c.sender();
                                    g.start(
                                            () -> {
                                                try (s) {
                                                    sleep(n * 10L);
                                                    s.send("from " + n);
                                                }
                                            });
                                }
                                assertThat(c.statistics().openSenders()).isEqualTo(3);
                                for (String x : c) {
                                    all.add(x);
                                }
                                assertThat(Sim.millis()).isEqualTo(30);
                            });
                    assertThat(all).containsExactly("from 1", "from 2", "from 3");
                    assertThatThrownBy(c::sender)
                            .isInstanceOf(ChannelClosedException.class)
                            .hasMessage("all senders were closed");
                });
    }

    @Test
    void aSenderThatIsCopiedLivesOnInItsCopy() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>(1);
                    Sender<Integer> first = c.sender();
                    Sender<Integer> second = first.copy();
                    first.close();
                    first.close();
                    assertThat(c.isClosed()).isFalse();
                    assertThatThrownBy(() -> first.send(1))
                            .isInstanceOf(ChannelClosedException.class)
                            .hasMessage("this sender was closed");
                    assertThatThrownBy(() -> first.trySend(1)).hasMessage("this sender was closed");
                    assertThatThrownBy(first::copy).hasMessage("this sender was closed");
                    assertThatThrownBy(() -> Weft.select(first.sending(1)))
                            .hasMessage("this sender was closed");
                    second.send(1);
                    second.close();
                    assertThat(c.isClosed()).isTrue();
                    assertThat(c.receive()).isEqualTo(1);
                });
    }

    @Test
    void closingOneSenderTwiceDoesNotCloseTheOthers() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>(1);
                    Sender<Integer> a = c.sender();
                    Sender<Integer> b = c.sender();
                    a.close();
                    a.close();
                    assertThat(b.trySend(1)).isTrue();
                });
    }

    @Test
    void sendingFailsAtOnceWhenNoReceiverIsLeft() {
        Sim.run(
                () -> {
                    List<Integer> undelivered = new ArrayList<>();
                    Channel<Integer> c = new Channel<>(2, Overflow.WAIT, undelivered::add);
                    Receiver<Integer> a = c.receiver();
                    Receiver<Integer> b = a.copy();
                    c.send(1);
                    c.send(2);
                    a.close();
                    a.close();
                    assertThatThrownBy(a::receive).hasMessage("this receiver was closed");
                    assertThatThrownBy(a::tryReceive).hasMessage("this receiver was closed");
                    assertThatThrownBy(a::receiveOrEnd).hasMessage("this receiver was closed");
                    assertThatThrownBy(() -> Weft.select(a.receiving()))
                            .hasMessage("this receiver was closed");
                    assertThat(b.receive()).isEqualTo(1);
                    Weft.group(
                            g -> {
                                c.send(3);
                                g.start(
                                        () -> {
                                            assertThat(thrownBy(() -> c.send(4)))
                                                    .hasMessage("no receiver is left");
                                            log("a waiting send failed");
                                        });
                                turns(1);
                                b.close();
                            });
                    assertThat(log).hasSize(1);
                    assertThatThrownBy(() -> c.send(5)).hasMessage("no receiver is left");
                    assertThat(undelivered).as("what was sent, and no more").containsExactly(2, 3);
                    assertThat(c.size()).isZero();
                });
    }

    @Test
    void eachElementGoesToOneReceiverAndALoopOverAReceiverEnds() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>(2);
                    List<Integer> all = new ArrayList<>();
                    int[] ended = new int[1];
                    Weft.group(
                            g -> {
                                for (int i = 0; i < 3; i++) {
                                    Receiver<Integer> r = c.receiver();
                                    g.start(
                                            () -> {
                                                try (r) {
                                                    for (int x : r) {
                                                        all.add(x);
                                                        sleep(1);
                                                    }
                                                }
                                                ended[0]++;
                                            });
                                }
                                for (int i = 0; i < 10; i++) {
                                    c.send(i);
                                }
                                c.close();
                            });
                    assertThat(all).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
                    assertThat(ended).containsExactly(3);
                });
    }

    @Test
    void aSenderThatFailsClosesTheChannelForAll() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>(2);
                    Sender<Integer> a = c.sender();
                    Sender<Integer> b = c.sender();
                    Exception why = new Exception("why");
                    b.send(1);
                    a.fail(why);
                    assertThatThrownBy(() -> b.send(2)).hasCause(why);
                    b.close();
                    assertThat(c.receive()).isEqualTo(1);
                    assertThatThrownBy(c::receive).hasCause(why);
                });
    }

    // ---- overflow

    @Test
    void dropOldestMakesRoomAndGivesTheOldestToTheHook() {
        Sim.run(
                () -> {
                    List<Integer> undelivered = new ArrayList<>();
                    Channel<Integer> c = new Channel<>(2, Overflow.DROP_OLDEST, undelivered::add);
                    for (int i = 0; i < 5; i++) {
                        c.send(i);
                    }
                    assertThat(c.trySend(5)).isTrue();
                    assertThat(undelivered).containsExactly(0, 1, 2, 3);
                    assertThat(c.receive()).isEqualTo(4);
                    assertThat(c.receive()).isEqualTo(5);
                });
    }

    @Test
    void dropNewestKeepsWhatItHasAndGivesTheNewOneToTheHook() {
        Sim.run(
                () -> {
                    List<Integer> undelivered = new ArrayList<>();
                    Channel<Integer> c = new Channel<>(2, Overflow.DROP_NEWEST, undelivered::add);
                    for (int i = 0; i < 4; i++) {
                        c.send(i);
                    }
                    assertThat(undelivered).containsExactly(2, 3);
                    assertThat(c.receive()).isZero();
                    assertThat(c.receive()).isEqualTo(1);
                });
    }

    @Test
    void aFullChannelMayFailInsteadAndTakesNothing() {
        Sim.run(
                () -> {
                    List<Integer> undelivered = new ArrayList<>();
                    Channel<Integer> c = new Channel<>(1, Overflow.FAIL, undelivered::add);
                    c.send(0);
                    assertThatThrownBy(() -> c.send(1))
                            .isInstanceOf(ChannelFullException.class)
                            .hasMessage("the channel is full: it holds 1 elements");
                    assertThat(c.trySend(2)).isFalse();
                    assertThatThrownBy(() -> Weft.select(c.sending(3)))
                            .isInstanceOf(ChannelFullException.class);
                    assertThat(undelivered).as("they were never accepted").isEmpty();
                    assertThat(c.receive()).isZero();
                    assertThat(c.trySend(4)).isTrue();
                });
    }

    @Test
    void aConflatedChannelHoldsTheLatestElement() {
        Sim.run(
                () -> {
                    Channel<Integer> c = Channel.conflated();
                    for (int i = 0; i < 5; i++) {
                        c.send(i);
                    }
                    assertThat(c.receive()).isEqualTo(4);
                    assertThat(c.tryReceive()).isEmpty();
                    Weft.group(
                            g -> {
                                Task<Integer> waiting = g.start(() -> c.receive());
                                turns(1);
                                c.send(8);
                                c.send(9);
                                assertThat(waiting.await()).isEqualTo(8);
                                assertThat(c.receive()).isEqualTo(9);
                            });
                });
    }

    // ---- undelivered

    @Test
    void closeKeepsWhatWasSentAndCloseNowGivesItToTheHookOnce() {
        Sim.run(
                () -> {
                    List<Integer> undelivered = new ArrayList<>();
                    Channel<Integer> c = new Channel<>(3, Overflow.WAIT, undelivered::add);
                    c.send(1);
                    c.send(2);
                    c.send(3);
                    c.close();
                    assertThat(undelivered).isEmpty();
                    assertThat(c.receive()).isEqualTo(1);
                    c.closeNow();
                    c.closeNow();
                    assertThat(undelivered).containsExactly(2, 3);
                    assertThatThrownBy(c::receive).isInstanceOf(ChannelClosedException.class);
                });
    }

    @Test
    void aHookThatThrowsStillGetsTheRest() {
        Sim.run(
                () -> {
                    List<Integer> undelivered = new ArrayList<>();
                    Channel<Integer> c =
                            new Channel<>(
                                    3,
                                    Overflow.WAIT,
                                    n -> {
                                        undelivered.add(n);
                                        throw new IllegalArgumentException("no " + n);
                                    });
                    c.send(1);
                    c.send(2);
                    Throwable thrown = thrownBy(c::closeNow);
                    assertThat(thrown).hasMessage("no 1");
                    assertThat(thrown.getSuppressed())
                            .extracting("message")
                            .containsExactly("no 2");
                    assertThat(undelivered).containsExactly(1, 2);
                    assertThat(c.size()).isZero();
                });
    }

    @Test
    void theHookSeesAChannelThatIsWhole() {
        Sim.run(
                () -> {
                    List<String> seen = new ArrayList<>();
                    List<Channel<Integer>> self = new ArrayList<>();
                    Channel<Integer> c =
                            new Channel<>(
                                    1,
                                    Overflow.DROP_OLDEST,
                                    n -> {
                                        Optional<Integer> inside = self.getFirst().tryReceive();
                                        seen.add(n + " dropped, inside " + inside);
                                    });
                    self.add(c);
                    c.send(1);
                    c.send(2);
                    assertThat(seen).containsExactly("1 dropped, inside Optional[2]");
                    assertThat(c.size()).isZero();
                });
    }

    // ---- misuse, and to look at

    @Test
    void misuseFailsAtOnce() {
        assertThatThrownBy(() -> new Channel<String>(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the capacity of a channel with Overflow.WAIT is at least 0, not -1");
        assertThatThrownBy(() -> new Channel<String>(0, Overflow.DROP_OLDEST))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Overflow.DROP_OLDEST is at least 1, not 0");
        Channel<String> c = new Channel<>(1);
        assertThatThrownBy(() -> c.trySend("off the loop"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("which is no task of a loop");
        Sim.run(() -> c.send("on its loop"));
        assertThat(Sim.failureOf(() -> c.receive()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Channel.receive called on loop")
                .hasMessageContaining("but it belongs to");
    }

    @Test
    void statisticsAndTextShowWhoWaits() {
        Sim.run(
                () -> {
                    Channel<Integer> c = new Channel<>(1);
                    c.send(0);
                    Sender<Integer> s = c.sender();
                    Receiver<Integer> r = c.receiver();
                    Weft.group(
                            g -> {
                                g.start(() -> s.send(1));
                                turns(1);
                                assertThat(c.statistics())
                                        .isEqualTo(new Channel.Statistics(1, 1, 1, 0, 1, 1));
                                assertThat(c).hasToString("Channel[1/1, 1 sending, 0 receiving]");
                                assertThat(s)
                                        .hasToString(
                                                "Sender[Channel[1/1, 1 sending, 0 receiving]]");
                                r.receive();
                                r.receive();
                            });
                    r.close();
                    assertThat(r)
                            .hasToString(
                                    "Receiver[closed, Channel[0/1, 0 sending, 0 receiving,"
                                            + " closed]]");
                });
    }
}
