package dev.weft.test.corpus;

import dev.weft.Weft;
import dev.weft.sync.OnceCell;
import dev.weft.test.Sim;

import org.jspecify.annotations.Nullable;

/** Sees that there is no connection, and opens one, as does everybody who looks meanwhile. */
final class CheckThenAct extends Bug {
    CheckThenAct() {
        super("everywhere");
    }

    private static final class Opener {
        private int opened;
        private @Nullable String connection;

        String open() {
            Weft.checkpoint();
            opened++;
            return "connection";
        }

        String get() {
            String c = connection;
            if (c == null) {
                c = open();
                connection = c;
            }
            return c;
        }
    }

    @Override
    public void broken(Sim sim) {
        Opener opener = new Opener();
        sim.always("one connection", () -> opener.opened <= 1);
        Weft.group(
                g -> {
                    for (int i = 0; i < 2; i++) {
                        g.start(
                                "client-" + i,
                                () -> {
                                    sleepAWhile(sim, 5);
                                    opener.get();
                                });
                    }
                });
    }

    @Override
    public void fixed(Sim sim) {
        Opener opener = new Opener();
        OnceCell<String> connection = new OnceCell<>();
        sim.always("one connection", () -> opener.opened <= 1);
        Weft.group(
                g -> {
                    for (int i = 0; i < 2; i++) {
                        g.start(
                                "client-" + i,
                                () -> {
                                    sleepAWhile(sim, 5);
                                    connection.get(opener::open);
                                });
                    }
                });
    }
}
