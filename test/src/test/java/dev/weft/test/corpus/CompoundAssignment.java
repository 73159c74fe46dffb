package dev.weft.test.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.test.Sim;

/** The lost update that nobody sees: {@code total[0] += f()} reads the total before f waits. */
final class CompoundAssignment extends Bug {
    CompoundAssignment() {
        super("everywhere");
    }

    @Override
    public void broken(Sim sim) {
        int[] total = new int[1];
        Weft.group(
                g -> {
                    for (int i = 0; i < 2; i++) {
                        g.start(
                                "adder-" + i,
                                () -> {
                                    Task<Integer> length = g.start("length", () -> length(sim));
                                    total[0] += length.await();
                                });
                    }
                });
        assertThat(total[0]).isEqualTo(6);
    }

    @Override
    public void fixed(Sim sim) {
        int[] total = new int[1];
        Weft.group(
                g -> {
                    for (int i = 0; i < 2; i++) {
                        g.start(
                                "adder-" + i,
                                () -> {
                                    Task<Integer> length = g.start("length", () -> length(sim));
                                    int n = length.await();
                                    total[0] += n;
                                });
                    }
                });
        assertThat(total[0]).isEqualTo(6);
    }

    private static int length(Sim sim) {
        sleepAWhile(sim, 5);
        return 3;
    }
}
