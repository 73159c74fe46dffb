package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.sleep;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

/**
 * Scopes, groups, failures and cancellations nested and timed at random, from seeds: whatever
 * happens, all that began has ended, what was acquired is released, nothing is left on the loop and
 * only what was thrown comes out.
 */
@Timeout(60) // of a hang
class OddNestingsTest {

    /** What the programs here throw of their own. */
    private static final class Planned extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Planned(String message) {
            super(message);
        }
    }

    /** One program. */
    private static final class Program {
        private final SplittableRandom random;
        private final List<Task<?>> tasks = new ArrayList<>();
        private final List<Scope> scopes = new ArrayList<>();
        private int budget = 150;
        private int open;
        private int held;

        Program(long seed) {
            this.random = new SplittableRandom(seed);
        }

        private int roll(int bound) {
            return random.nextInt(bound);
        }

        void main() throws Exception {
            Action<Exception> canceller =
                    () -> {
                        for (int i = 0, n = roll(6); i < n; i++) {
                            sleep(roll(10));
                            int which = roll(1 + tasks.size() + scopes.size());
                            if (which < scopes.size()) {
                                scopes.get(which).cancel("random");
                            } else if (which < scopes.size() + tasks.size()) {
                                tasks.get(which - scopes.size()).cancel("random");
                            }
                        }
                    };
            Weft.supervisor(
                    g -> {
                        g.start(canceller);
                        Task<?> victim = g.start(() -> body(0));
                        tasks.add(victim);
                        Throwable thrown = Combinators.attempt(victim::outcome).thrown();
                        assertThat(thrown).isNull();
                    });
        }

        private void body(int depth) throws Exception {
            open++;
            try {
                for (int i = 0, n = 1 + roll(4); i < n; i++) {
                    step(depth);
                }
            } finally {
                try {
                    if (roll(3) == 0) {
                        cleanUp(depth);
                    }
                } finally {
                    open--;
                }
            }
        }

        private void cleanUp(int depth) throws Exception {
            switch (roll(4)) {
                case 0 -> sleep(roll(20) == 0 ? 6000 : roll(4));
                case 1 -> Weft.shield(ms(roll(10)), () -> sleep(roll(10)));
                case 2 -> Weft.gather(() -> sleep(roll(3)), () -> sleep(roll(3)));
                default -> step(depth + 1);
            }
        }

        private void step(int depth) throws Exception {
            if (depth > 6 || --budget < 0) {
                sleep(roll(3));
                return;
            }
            switch (roll(18)) {
                case 0, 1, 2 -> sleep(roll(50) == 0 ? 6000 : roll(6));
                case 3 -> Weft.checkpoint();
                case 4 -> {
                    try {
                        Weft.timeout(ms(roll(8)), () -> entered(depth));
                    } catch (TimeoutException | CancellationException expected) {
                        Weft.checkpoint();
                    }
                }
                case 5 -> Weft.moveOnAfter(ms(roll(8)), () -> entered(depth));
                case 6 -> Weft.shield(ms(roll(8)), () -> entered(depth));
                case 7 -> Weft.strict(() -> entered(depth));
                case 8, 9 -> Weft.group(g -> children(g, depth));
                case 10 -> Weft.supervisor(g -> children(g, depth));
                case 11 -> Weft.gather(() -> body(depth + 1), () -> body(depth + 1));
                case 12 ->
                        Weft.gatherOutcomes(
                                () -> {
                                    body(depth + 1);
                                    return 1;
                                },
                                () -> {
                                    sleep(roll(4));
                                    return 2;
                                });
                case 13 -> {
                    try {
                        body(depth + 1);
                    } catch (CancelledError swallowed) {
                        sleep(roll(3));
                    }
                }
                case 14 -> {
                    if (roll(2) == 0) {
                        throw new Planned("step");
                    }
                }
                case 15 -> Scope.current().cancel("by itself");
                case 16 -> {
                    if (!scopes.isEmpty()) {
                        var _ =
                                Combinators.attempt(
                                        ((Action<Exception>)
                                                        () ->
                                                                scopes.get(roll(scopes.size()))
                                                                        .reschedule(ms(roll(9))))
                                                .asBody());
                    }
                }
                default -> assertThat(Weft.timeLeft()).isNotNull();
            }
        }

        private void entered(int depth) throws Exception {
            scopes.add(Scope.current());
            body(depth + 1);
        }

        private void children(Group g, int depth) throws Exception {
            scopes.add(Scope.current());
            for (int i = 0, n = roll(3); i < n; i++) {
                switch (roll(4)) {
                    case 0 -> tasks.add(g.background(() -> body(depth + 1)));
                    case 1 -> {
                        int before = 1 + roll(3);
                        g.<String, Exception>startReady(
                                ready -> {
                                    tasks.add(Task.current());
                                    open++;
                                    try {
                                        sleep(before);
                                        ready.accept("ready");
                                        body(depth + 1);
                                    } finally {
                                        open--;
                                    }
                                });
                    }
                    case 2 -> {
                        held++;
                        long closing = roll(4);
                        boolean fails = roll(6) == 0;
                        g.use(
                                () -> {
                                    held--;
                                    sleep(closing);
                                    if (fails) {
                                        throw new Planned("close");
                                    }
                                });
                    }
                    default -> tasks.add(g.start(() -> body(depth + 1)));
                }
            }
            step(depth + 1);
        }
    }

    @Test
    void leaveNothingBehind() {
        for (long seed = 0; seed < 1000; seed++) {
            Program program = new Program(seed);
            Throwable thrown;
            try (Logged quiet = Logged.open()) {
                thrown = Combinators.attempt(run(program)).thrown();
                assertThat(quiet.messages())
                        .as("seed " + seed)
                        .noneMatch(m -> m.contains("unexpected failure"));
                assertThat(quiet.failures())
                        .as("seed " + seed)
                        .allMatch(f -> f == null || f.getClass() != IllegalStateException.class);
            }
            if (thrown != null) {
                throw new AssertionError("seed " + seed, thrown);
            }
            assertThat(program.open).as("bodies that have not ended, seed " + seed).isZero();
            assertThat(program.held).as("resources not released, seed " + seed).isZero();
        }
    }

    private static Body<Object, Exception> run(Program program) {
        return () -> {
            Sim.run(program::main);
            return program;
        };
    }
}
