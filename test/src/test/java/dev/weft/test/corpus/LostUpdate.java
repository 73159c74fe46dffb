package dev.weft.test.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.test.Sim;

/** Reads, waits, and writes what is no longer true. */
final class LostUpdate extends Bug {
    LostUpdate() {
        super("everywhere");
    }

    @Override
    public void broken(Sim sim) {
        int[] balance = new int[1];
        Weft.group(
                g -> {
                    for (int i = 0; i < 2; i++) {
                        g.start(
                                "payer-" + i,
                                () -> {
                                    sleepAWhile(sim, 2);
                                    int before = balance[0];
                                    Weft.checkpoint(); // asks the bank
                                    balance[0] = before + 10;
                                });
                    }
                });
        assertThat(balance[0]).isEqualTo(20);
    }

    @Override
    public void fixed(Sim sim) {
        int[] balance = new int[1];
        Weft.group(
                g -> {
                    for (int i = 0; i < 2; i++) {
                        g.start(
                                "payer-" + i,
                                () -> {
                                    sleepAWhile(sim, 2);
                                    Weft.checkpoint();
                                    balance[0] += 10;
                                });
                    }
                });
        assertThat(balance[0]).isEqualTo(20);
    }
}
