package dev.weft;

import static dev.weft.Sim.sleep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Channel;
import dev.weft.sync.ChannelClosedException;
import dev.weft.sync.Receiver;
import dev.weft.sync.Sender;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Who waits through an end of a channel when that is closed, while others are open. */
class ClosedEndTest {
    private final List<String> log = new ArrayList<>();

    private void logged(String who, Body<?, ?> body) {
        try {
            log.add(who + " got " + body.run());
        } catch (ChannelClosedException e) {
            log.add(who + ": " + e.getMessage());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoWaitsThroughAClosedReceiverTakesNothing() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>();
                    Receiver<String> r1 = c.receiver();
                    Receiver<String> r2 = c.receiver();
                    Weft.group(
                            g -> {
                                g.start(() -> logged("r1", r1::receive));
                                g.start(() -> logged("r2", r2::receive));
                                g.start(() -> logged("r1 again", r1::receiveOrEnd));
                                sleep(1);
                                r1.close();
                                sleep(1);
                                assertThat(log)
                                        .containsExactly(
                                                "r1: this receiver was closed",
                                                "r1 again: this receiver was closed");
                                c.send("x");
                            });
                    assertThat(log).last().isEqualTo("r2 got x");
                });
    }

    @Test
    void aSelectThroughAClosedReceiverTakesNothing() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>();
                    Receiver<String> r1 = c.receiver();
                    Receiver<String> r2 = c.receiver();
                    Weft.group(
                            g -> {
                                g.start(
                                        () ->
                                                logged(
                                                        "r1",
                                                        () ->
                                                                Weft.select(
                                                                        r1.receiving(),
                                                                        r1.receiving())));
                                g.start(() -> logged("r1 again", r1::receive));
                                g.start(() -> logged("r2", () -> Weft.select(r2.receiving())));
                                sleep(1);
                                r1.close();
                                c.send("x");
                            });
                    assertThat(log)
                            .containsExactlyInAnyOrder(
                                    "r1: this receiver was closed",
                                    "r1 again: this receiver was closed",
                                    "r2 got x");
                });
    }

    @Test
    void whoWaitsThroughAClosedSenderHasSentNothing() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>();
                    Sender<String> s1 = c.sender();
                    Sender<String> s2 = c.sender();
                    Weft.group(
                            g -> {
                                g.start(
                                        () ->
                                                logged(
                                                        "s1",
                                                        () -> {
                                                            s1.send("a");
                                                            return "on";
                                                        }));
                                g.start(() -> logged("select", () -> Weft.select(s1.sending("b"))));
                                g.start(() -> s2.send("c"));
                                sleep(1);
                                s1.close();
                                assertThat(c.receive()).isEqualTo("c");
                            });
                    assertThat(log)
                            .containsExactly(
                                    "s1: this sender was closed", "select: this sender was closed");
                });
    }

    @Test
    void whatWasHandedOverBeforeTheEndWasClosedIsReceived() {
        Sim.run(
                () -> {
                    Channel<String> c = new Channel<>();
                    Receiver<String> r1 = c.receiver();
                    c.receiver();
                    Weft.group(
                            g -> {
                                g.start(() -> logged("r1", r1::receive));
                                sleep(1);
                                c.send("x");
                                r1.close();
                            });
                    assertThat(log).containsExactly("r1 got x");
                });
    }
}
