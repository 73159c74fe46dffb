package dev.weft.test.corpus;

import dev.weft.Weft;
import dev.weft.sync.Lock;
import dev.weft.test.Sim;

/**
 * Waits in a {@code synchronized} method. Whoever comes meanwhile blocks, and when that one goes on
 * is for the JDK to say, not for the loop.
 */
final class WaitUnderMonitor extends Bug {
    WaitUnderMonitor() {
        super("everywhere");
    }

    private static final class Account {
        private final Lock lock = new Lock();

        synchronized void pay() {
            Weft.sleep(millis(1));
        }

        void payInTurn() {
            try (var _ = lock.acquire()) {
                Weft.sleep(millis(1));
            }
        }
    }

    @Override
    public void broken(Sim sim) {
        Account account = new Account();
        Weft.group(
                g -> {
                    for (int i = 0; i < 2; i++) {
                        g.start(
                                "payer-" + i,
                                () -> {
                                    sleepAWhile(sim, 9);
                                    account.pay();
                                });
                    }
                });
    }

    @Override
    public void fixed(Sim sim) {
        Account account = new Account();
        Weft.group(
                g -> {
                    for (int i = 0; i < 2; i++) {
                        g.start(
                                "payer-" + i,
                                () -> {
                                    sleepAWhile(sim, 9);
                                    account.payInTurn();
                                });
                    }
                });
    }
}
