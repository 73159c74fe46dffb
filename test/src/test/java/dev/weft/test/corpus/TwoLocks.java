package dev.weft.test.corpus;

import dev.weft.Weft;
import dev.weft.sync.Lock;
import dev.weft.test.Sim;

/** One takes a and then b, the other b and then a. */
final class TwoLocks extends Bug {
    TwoLocks() {
        super("everywhere");
    }

    @Override
    public void broken(Sim sim) {
        Lock a = new Lock();
        Lock b = new Lock();
        Weft.group(
                g -> {
                    g.start("ab", () -> transfer(sim, a, b));
                    g.start("ba", () -> transfer(sim, b, a));
                });
    }

    @Override
    public void fixed(Sim sim) {
        Lock a = new Lock();
        Lock b = new Lock();
        Weft.group(
                g -> {
                    g.start("ab", () -> transfer(sim, a, b));
                    g.start("ba", () -> transfer(sim, a, b)); // in one order
                });
    }

    private static void transfer(Sim sim, Lock from, Lock to) {
        sleepAWhile(sim, 9);
        try (var _ = from.acquire()) {
            Weft.checkpoint();
            try (var _ = to.acquire()) {
                Weft.checkpoint();
            }
        }
    }
}
