package dev.weft.test.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.test.Sim;

/**
 * A pool of database connections resets a connection before it takes it back. If that is cancelled,
 * or the task was before, the connection is neither in use nor in the pool.
 */
final class ReleaseLosesAConnection extends Bug {
    ReleaseLosesAConnection() {
        super("sqlalchemy/sqlalchemy#6652, long2ice/asyncmy#156", "query");
    }

    private interface Release {
        void release(int[] idle);
    }

    private static void reset() {
        Weft.sleep(millis(1));
    }

    @Override
    public void broken(Sim sim) {
        query(
                idle -> {
                    reset();
                    idle[0]++;
                });
    }

    @Override
    public void fixed(Sim sim) {
        query(
                idle -> {
                    try {
                        Weft.shield(millis(1_000), ReleaseLosesAConnection::reset);
                    } finally {
                        idle[0]++;
                    }
                });
    }

    private static void query(Release pool) {
        int[] idle = {1};
        Weft.group(
                g ->
                        g.start(
                                "query",
                                () -> {
                                    idle[0]--;
                                    try {
                                        Weft.sleep(millis(2)); // select 1
                                    } finally {
                                        pool.release(idle);
                                    }
                                }));
        assertThat(idle[0]).as("idle connections").isEqualTo(1);
    }
}
