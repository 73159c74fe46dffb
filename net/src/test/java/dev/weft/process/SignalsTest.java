package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.Outcome;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import sun.misc.SignalHandler;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;

/** Real signals, to this process and to others. */
@Timeout(120)
class SignalsTest {
    private static final Mode MODE = new Mode("nio", false);
    private static final sun.misc.Signal USR1 = new sun.misc.Signal("USR1");

    private static void send(Signal signal) {
        Command.exec("kill", "-" + signal, Long.toString(ProcessHandle.current().pid()))
                .run()
                .check();
    }

    @Test
    void a_signal_is_waited_for_and_taken() throws Exception {
        MODE.run(
                () -> {
                    try (var signals = Signals.receive(Signal.USR1, Signal.WINCH, Signal.USR1)) {
                        Weft.group(
                                group -> {
                                    var first = group.start(() -> signals.next());
                                    Weft.checkpoint();
                                    send(Signal.WINCH);
                                    assertThat(first.await()).isEqualTo(Signal.WINCH);
                                    send(Signal.USR1);
                                    Signal selected = Weft.select(signals.receiving());
                                    assertThat(selected).isEqualTo(Signal.USR1);
                                });
                    }
                });
    }

    @Test
    void of_each_kind_one_is_kept_and_every_receiver_gets_it() throws Exception {
        MODE.run(
                () -> {
                    try (var late = Signals.receive(Signal.USR1, Signal.WINCH);
                            var prompt = Signals.receive(Signal.USR1, Signal.WINCH)) {
                        for (var signal : List.of(Signal.USR1, Signal.USR1, Signal.WINCH)) {
                            send(signal);
                            assertThat(prompt.next()).isEqualTo(signal);
                        }
                        assertThat(late.next()).isEqualTo(Signal.USR1);
                        assertThat(late.next()).isEqualTo(Signal.WINCH);
                        send(Signal.USR1);
                        assertThat(prompt.next()).isEqualTo(Signal.USR1);
                        assertThat(late.next()).isEqualTo(Signal.USR1);
                    }
                });
    }

    @Test
    void receivers_in_two_loops_both_get_it() throws Exception {
        MODE.run(
                () -> {
                    var open = new ArrayBlockingQueue<String>(1);
                    try (var here = Signals.receive(Signal.USR1)) {
                        Weft.group(
                                group -> {
                                    var there =
                                            group.start(
                                                    () ->
                                                            Weft.offload(
                                                                    () ->
                                                                            Weft.run(
                                                                                    () ->
                                                                                            one(
                                                                                                    open))));
                                    assertThat(Weft.offload(open::take)).isEqualTo("open");
                                    send(Signal.USR1);
                                    assertThat(here.next()).isEqualTo(Signal.USR1);
                                    assertThat(there.await()).isEqualTo(Signal.USR1);
                                });
                    }
                });
    }

    private static Signal one(ArrayBlockingQueue<String> open) {
        try (var signals = Signals.receive(Signal.USR1)) {
            open.add("open");
            return signals.next();
        }
    }

    @Test
    void a_cancelled_wait_has_taken_nothing() throws Exception {
        MODE.run(
                () -> {
                    try (var signals = Signals.receive(Signal.USR1);
                            var witness = Signals.receive(Signal.USR1)) {
                        Weft.group(
                                group -> {
                                    var waiting = group.start(() -> signals.next());
                                    Weft.checkpoint();
                                    waiting.cancel("as the test wants it");
                                    assertThat(waiting.outcome())
                                            .isInstanceOf(Outcome.Cancelled.class);
                                    send(Signal.USR1);
                                    assertThat(witness.next()).isEqualTo(Signal.USR1);
                                    assertThat(signals.next()).isEqualTo(Signal.USR1);
                                });
                    }
                });
    }

    @Test
    void what_came_before_the_cancellation_has_come() throws Exception {
        MODE.run(
                () -> {
                    try (var signals = Signals.receive(Signal.USR1);
                            var witness = Signals.receive(Signal.USR1)) {
                        Weft.group(
                                group -> {
                                    var waiting = group.start(() -> signals.next());
                                    Weft.checkpoint();
                                    group.start(
                                            () -> {
                                                assertThat(witness.next()).isEqualTo(Signal.USR1);
                                                waiting.cancel("too late");
                                            });
                                    Weft.checkpoint();
                                    send(Signal.USR1);
                                    assertThat(waiting.await()).isEqualTo(Signal.USR1);
                                });
                    }
                });
    }

    @Test
    void a_for_loop_ends_when_another_task_closes_it_and_a_wait_is_refused() throws Exception {
        MODE.run(
                () -> {
                    var signals = Signals.receive(Signal.USR1);
                    var seen = new ArrayList<Signal>();
                    Weft.group(
                            group -> {
                                group.start(
                                        () -> {
                                            for (Signal signal : signals) {
                                                seen.add(signal);
                                                signals.close();
                                            }
                                        });
                                send(Signal.USR1);
                            });
                    assertThat(seen).containsExactly(Signal.USR1);
                    assertThatIllegalStateException()
                            .isThrownBy(signals::next)
                            .withMessage("Signals [USR1] is closed");
                    assertThatIllegalStateException().isThrownBy(() -> selected(signals));
                });
    }

    private static Signal selected(Signals signals) {
        return Weft.select(signals.receiving());
    }

    @Test
    void what_can_not_be_received_is_refused_and_nothing_stays_installed() throws Exception {
        MODE.run(
                () -> {
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> Signals.receive(Signal.USR1, Signal.KILL))
                            .withMessage(
                                    "SIGKILL can't be received by any process; TERM and CONT can");
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> Signals.receive(Signal.QUIT))
                            .withMessageContaining("SIGQUIT can't be received: the JVM prints");
                    assertThatIllegalArgumentException().isThrownBy(() -> Signals.receive());
                });
        assertThat(handlerOfUsr1()).isSameAs(SignalHandler.SIG_DFL);
    }

    private static SignalHandler handlerOfUsr1() {
        SignalHandler now = sun.misc.Signal.handle(USR1, SignalHandler.SIG_IGN);
        sun.misc.Signal.handle(USR1, now);
        return now;
    }

    @Test
    void one_that_is_open_when_its_loop_ends_is_closed() throws Exception {
        MODE.runUnchecked(() -> Signals.receive(Signal.USR1));
        assertThat(handlerOfUsr1()).isSameAs(SignalHandler.SIG_DFL);
    }

    @Test
    void off_a_loop_it_is_refused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Signals.receive(Signal.USR1))
                .withMessageStartingWith("Signals.receive: ");
    }

    /** As when a program begins, on the main thread, while a receiver is open elsewhere. */
    @Test
    void a_handler_that_is_installed_meanwhile_stays_and_may_put_back_what_was() throws Exception {
        var told = new ArrayBlockingQueue<String>(9);
        SignalHandler initial = sun.misc.Signal.handle(USR1, s -> told.add("first"));
        try {
            MODE.run(
                    () -> {
                        SignalHandler ours;
                        try (var _ = Signals.receive(Signal.USR1)) {
                            ours = sun.misc.Signal.handle(USR1, s -> told.add("meanwhile"));
                            send(Signal.USR1);
                            assertThat(Weft.offload(told::take)).isEqualTo("meanwhile");
                            try (var over = Signals.receive(Signal.USR1)) {
                                send(Signal.USR1);
                                assertThat(over.next()).isEqualTo(Signal.USR1);
                            }
                        }
                        send(Signal.USR1);
                        assertThat(Weft.offload(told::take)).isEqualTo("meanwhile");
                        sun.misc.Signal.handle(USR1, ours);
                        send(Signal.USR1);
                        assertThat(Weft.offload(told::take)).isEqualTo("first");
                    });
        } finally {
            sun.misc.Signal.handle(USR1, initial);
        }
    }

    @Test
    void one_that_nobody_has_taken_does_in_the_end_what_it_did_before() throws Exception {
        var told = new ArrayBlockingQueue<String>(9);
        SignalHandler initial = sun.misc.Signal.handle(USR1, s -> told.add("first"));
        try {
            MODE.run(
                    () -> {
                        try (var signals = Signals.receive(Signal.USR1)) {
                            send(Signal.USR1);
                            Mode.until(() -> signals.arrived.contains(Signal.USR1));
                            assertThat(told).isEmpty();
                        }
                        assertThat(Weft.offload(told::take)).isEqualTo("first");
                    });
        } finally {
            sun.misc.Signal.handle(USR1, initial);
        }
    }

    // ---- beside what the loop does of itself

    @Test
    void a_received_sigterm_ends_nothing_and_one_after_that_does() throws Exception {
        MODE.run(
                () -> {
                    try (var child = Jvm.command(SignalsProgram.class).start()) {
                        assertThat(child.stdout().readLine()).isEqualTo("open");
                        child.terminate();
                        assertThat(child.stdout().readLine()).isEqualTo("got TERM");
                        child.terminate();
                        assertThat(child.stdout().readLine()).isEqualTo("got TERM");
                        assertThat(child.stdout().readLine()).isEqualTo("closed");
                        child.terminate();
                        assertThat(child.stdout().readLine()).isEqualTo("cancelled");
                        assertThat(child.await().code()).isEqualTo(143);
                    }
                });
    }
}
