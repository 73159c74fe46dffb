package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Programs with a fault that the measuring has to see: a figure that they reach proves nothing. */
final class Canaries {
    /** A bug that hardly any order shows. */
    static final Subject RARE_BUG =
            new Subject("rare bug", _ -> readsWhileItIsWritten(), List.of(), List.of());

    /** The same each time in one JVM, and something else in another. */
    static final Subject ORDER_OF_A_SET =
            new Subject("order of a set", _ -> inTheOrderOfASet(), List.of(), List.of());

    static final List<Subject> ALL = List.of(RARE_BUG, ORDER_OF_A_SET);

    /** So many that two JVMs hardly ever go through them in the same order. */
    private static final Set<String> MANY =
            Set.of(
                    new SplittableRandom(1)
                            .longs(2_000)
                            .mapToObj(Long::toString)
                            .toArray(String[]::new));

    private Canaries() {}

    /** Reads two values that belong together, and looks whether they were written meanwhile. */
    private static void readsWhileItIsWritten() {
        Versioned pair = new Versioned();
        Weft.group(
                g -> {
                    g.start(
                            "writer",
                            () -> {
                                for (int i = 1; i <= 10; i++) {
                                    pair.write(i);
                                }
                            });
                    g.start(
                            "reader",
                            () -> {
                                for (int i = 0; i < 10; i++) {
                                    pair.read();
                                }
                            });
                });
    }

    /** The bug: after three writes its version is what it was. It shows when it is met twice. */
    private static final class Versioned {
        private static final int VERSIONS = 6;

        private int version;
        private int one;
        private int other;
        private int torn;

        void write(int value) {
            version = (version + 1) % VERSIONS;
            one = value;
            Weft.checkpoint();
            other = value;
            version = (version + 1) % VERSIONS;
            Weft.checkpoint();
        }

        void read() {
            int before = version;
            int first = one;
            Weft.checkpoint();
            int second = other;
            if (before % 2 == 0 && version == before && second != first) {
                torn++;
                assertThat(torn).isLessThan(2);
            }
        }
    }

    private static void inTheOrderOfASet() {
        Weft.sleep(Duration.ofNanos(Math.floorMod(List.copyOf(MANY).hashCode(), 1_000_000)));
    }
}
