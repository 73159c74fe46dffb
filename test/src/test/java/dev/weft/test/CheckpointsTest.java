package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Action;
import dev.weft.Weft;
import dev.weft.sync.Lock;
import dev.weft.sync.Queue;

import java.io.IOException;
import java.time.Duration;

/** What {@link Sim#assertCheckpoint} and {@link Sim#assertNoCheckpoint} count. */
class CheckpointsTest {
    @SimTest(runs = 2)
    void every_entry_into_a_wait_counts(Sim sim) throws Exception {
        has(sim, () -> Weft.sleep(Duration.ofMillis(1)));
        has(sim, Weft::checkpoint);
        has(sim, Weft::checkCancelled);
        has(sim, () -> new Queue<String>(1).put("element"));
        has(sim, () -> Weft.shield(Duration.ofSeconds(1), Weft::checkpoint));
        has(sim, () -> new Lock().acquire().close());
        has(sim, () -> Weft.group(g -> g.start(() -> {})));
    }

    @SimTest(runs = 2)
    void what_cannot_wait_does_not_count(Sim sim) throws Exception {
        hasNone(sim, () -> {});
        hasNone(sim, () -> new Queue<String>(1).size());
        hasNone(sim, () -> new Lock().tryAcquire());
        hasNone(sim, () -> Weft.group(g -> {}));
    }

    @SimTest(runs = 2)
    void what_the_action_throws_is_thrown(Sim sim) {
        Action<IOException> throwing =
                () -> {
                    throw new IOException("no disk");
                };
        assertThatThrownBy(() -> sim.assertCheckpoint(throwing)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> sim.assertNoCheckpoint(throwing)).isInstanceOf(IOException.class);
        assertThatThrownBy(
                        () ->
                                sim.assertNoCheckpoint(
                                        () -> {
                                            Weft.checkpoint();
                                            throwing.run();
                                        }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("came to 1 ")
                .hasCauseInstanceOf(IOException.class);
    }

    private static <X extends Exception> void has(Sim sim, Action<X> action) throws X {
        sim.assertCheckpoint(action);
        assertThatThrownBy(() -> sim.assertNoCheckpoint(action)).isInstanceOf(AssertionError.class);
    }

    private static <X extends Exception> void hasNone(Sim sim, Action<X> action) throws X {
        sim.assertNoCheckpoint(action);
        assertThatThrownBy(() -> sim.assertCheckpoint(action)).isInstanceOf(AssertionError.class);
    }
}
