package dev.weft.test.corpus;

import dev.weft.Weft;
import dev.weft.sync.Lock;
import dev.weft.sync.Queue;
import dev.weft.test.Sim;

/**
 * redis-py in March 2023: a command that is cancelled before it has read its reply leaves the reply
 * in the connection, and the next command of whoever takes that for its own.
 */
final class ReplyOffByOne extends Bug {
    ReplyOffByOne() {
        super("redis/redis-py#2624, #2665", "user");
    }

    /** Replies to each request with its number, after a while. */
    private static final class Connection {
        private final Queue<Integer> requests = new Queue<>();
        private final Queue<Integer> replies = new Queue<>();

        void serve() {
            for (int request : requests) {
                Weft.sleep(millis(1));
                replies.put(request);
            }
        }
    }

    @Override
    public void broken(Sim sim) {
        Lock lock = new Lock();
        Connection connection = new Connection();
        Weft.group(
                g -> {
                    g.background(connection::serve);
                    Weft.group(
                            users -> {
                                for (int i = 0; i < 2; i++) {
                                    int request = i;
                                    users.start(
                                            "user",
                                            () -> {
                                                try (var _ = lock.acquire()) {
                                                    connection.requests.put(request);
                                                    check(request, connection.replies.get());
                                                }
                                            });
                                }
                            });
                });
    }

    @Override
    public void fixed(Sim sim) {
        Lock lock = new Lock();
        Connection[] connection = {new Connection()};
        Weft.group(
                g -> {
                    g.background(connection[0]::serve);
                    Weft.group(
                            users -> {
                                for (int i = 0; i < 2; i++) {
                                    int request = i;
                                    users.start(
                                            "user",
                                            () -> {
                                                try (var _ = lock.acquire()) {
                                                    connection[0].requests.put(request);
                                                    boolean isRead = false;
                                                    try {
                                                        check(request, connection[0].replies.get());
                                                        isRead = true;
                                                    } finally {
                                                        if (!isRead) { // then it is done with
                                                            connection[0] = new Connection();
                                                            g.background(connection[0]::serve);
                                                        }
                                                    }
                                                }
                                            });
                                }
                            });
                });
    }

    private static void check(int request, int reply) {
        if (request != reply) {
            throw new AssertionError("to request " + request + " came reply " + reply);
        }
    }
}
