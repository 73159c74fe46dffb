package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Action;
import dev.weft.Group;
import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.test.Program;
import dev.weft.test.Sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A program of some tasks on simulated hosts that is disturbed at each of its moments, and must
 * leave nothing behind: no task, stream, socket or buffer, which the kit looks for after each run,
 * and nobody who waits for ever.
 */
public final class Scene {
    /** What takes so long hangs. */
    public static final Duration LONG = Duration.ofMinutes(1);

    private static final SelfSigned DB = SelfSigned.of("db");

    private final Sim sim;
    private final Group group;
    private final List<Task<?>> tasks = new ArrayList<>();
    private boolean wentWell;
    private boolean disturbed;

    private Scene(Sim sim, Group group) {
        this.sim = sim;
        this.group = group;
    }

    /** What there is in a scene. */
    public interface Script {
        /** Starts its tasks, or does all of it. */
        void play(Scene scene) throws Exception;
    }

    /** What a server on the host {@code db} needs for TLS. */
    public static TlsOptions tlsOfDb() {
        return DB.server();
    }

    /** What its clients need. */
    public static TlsOptions tlsToDb() {
        return DB.client();
    }

    /** The simulation of this run. */
    public Sim sim() {
        return sim;
    }

    /** Somebody has got what it wanted, as it does in some run at least. */
    public void goesWell() {
        wentWell = true;
    }

    boolean hasGoneWell() {
        return wentWell;
    }

    /** A task on the host of its own name. It ends well if those it talks to have gone. */
    public void task(String name, Action<Exception> body) {
        task(name, name, body);
    }

    /** Likewise, on another host. */
    public void task(String name, String host, Action<Exception> body) {
        tasks.add(
                group.start(
                        name,
                        () ->
                                Weft.moveOnAfter(
                                        LONG,
                                        () -> sim.net().host(host).run(() -> tolerant(body)))));
    }

    private static void tolerant(Action<Exception> body) throws Exception {
        try {
            body.run();
        } catch (NetException gone) {
            // as whoever it talked to was cancelled, or the network was disturbed
        }
    }

    private static Program<Exception> program(Script script) {
        return sim -> {
            Weft.group(
                    group -> {
                        var scene = new Scene(sim, group);
                        sim.sometimes("it goes well", () -> scene.wentWell);
                        script.play(scene);
                    });
            assertThat(sim.elapsed()).as("nobody hangs").isLessThan(LONG);
        };
    }

    // ---- disturbing it

    /** Each of these tasks is cancelled at each of its waits. */
    public static void isCancelled(Script script, String... victims) {
        var _ = Sim.exploring().runs(20).cancelling(victims).run(program(script));
    }

    /** A timeout around each wait of these tasks expires. */
    public static void isLate(Script script, String... victims) {
        var _ = Sim.exploring().runs(20).expiring(victims).run(program(script));
    }

    /**
     * Whatever goes through the network breaks, one thing in each run: data that arrives, the end
     * of a stream, an attempt to connect, a datagram, a look-up.
     */
    public static void isBroken(Script script) {
        var _ = Sim.exploring().runs(20).breaking().run(program(script));
    }

    /**
     * At some moment within {@code most} all connections are reset, a host is killed, or one of the
     * tasks is cancelled with all that it has started.
     */
    public static void isCutOff(Script script, Duration most, String host) {
        Script cut =
                scene -> {
                    scene.sim.sometimes("it is cut off", () -> scene.disturbed);
                    long moment = scene.sim.random().nextLong(most.toNanos());
                    scene.group.background(
                            () -> {
                                Weft.sleep(Duration.ofNanos(moment));
                                scene.disturbed = !scene.wentWell;
                                scene.cut(host);
                            });
                    script.play(scene);
                };
        var _ = Sim.exploring().runs(150).run(program(cut));
    }

    private void cut(String host) {
        switch (sim.random().nextInt(3)) {
            case 0 -> sim.net().host(host).kill();
            case 1 -> sim.net().everywhere().reset();
            default -> tasks.get(sim.random().nextInt(tasks.size())).cancel("as the test wants it");
        }
    }
}
