package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.Action;
import dev.weft.CancelledError;
import dev.weft.Group;
import dev.weft.Task;
import dev.weft.WaitList;
import dev.weft.Weft;
import dev.weft.sync.Lock;
import dev.weft.sync.Queue;
import dev.weft.test.Program;
import dev.weft.test.Sim;
import dev.weft.test.SimFailure;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The snippets of {@code docs/simulation-stories.md}, and the reports that it shows. */
class SimulationStoriesSnippetsTest {
    private static final Path STORIES = Path.of("../docs/simulation-stories.md");

    /**
     * The document shows this report: what is found, how to repeat it, its steps; not the tree
     * below them, which has lines of this test. It ends no line with a blank.
     */
    private static void shows(SimFailure failure) {
        String report =
                failure.getMessage()
                        .lines()
                        .takeWhile(line -> !line.equals("the tasks when it failed:"))
                        .map(String::stripTrailing)
                        .collect(Collectors.joining("\n"));
        assertThat(Docs.read(STORIES)).contains("```text\n" + report.strip() + "\n```");
    }

    private static SimFailure failureOf(Action<?> exploration) {
        return catchThrowableOfType(SimFailure.class, exploration::run);
    }

    // ---- the reply to somebody else

    /** Replies to each request with its number, after a while. */
    private static final class Connection {
        private final Queue<Integer> requests = new Queue<>();
        private final Queue<Integer> replies = new Queue<>();

        void send(int request) {
            requests.put(request);
        }

        int receive() {
            return replies.get();
        }

        void serve() {
            for (int request : requests) {
                Weft.sleep(Duration.ofMillis(1));
                replies.put(request);
            }
        }
    }

    private static class Client {
        final Group group;
        final Lock lock = new Lock();
        Connection connection;

        Client(Group group) {
            this.group = group;
            this.connection = connect();
        }

        final Connection connect() {
            var fresh = new Connection();
            group.background(fresh::serve);
            return fresh;
        }

        // snippet
        int command(int request) {
            try (var _ = lock.acquire()) {
                connection.send(request);
                return connection.receive();
            }
        }
        // end
    }

    private static final class FixedClient extends Client {
        FixedClient(Group group) {
            super(group);
        }

        @Override
        // snippet
        int command(int request) {
            try (var _ = lock.acquire()) {
                connection.send(request);
                try {
                    return connection.receive();
                } catch (CancelledError e) {
                    connection = connect(); // the reply that is on its way is nobody's
                    throw e;
                }
            }
        }
        // end
    }

    private static Program<RuntimeException> users(Function<Group, Client> how) {
        return sim ->
                Weft.group(
                        server -> {
                            Client client = how.apply(server);
                            Weft.group(
                                    group -> {
                                        // snippet
                                        for (int i = 1; i <= 2; i++) {
                                            int request = i;
                                            group.start(
                                                    "user",
                                                    () -> {
                                                        int reply = client.command(request);
                                                        assertThat(reply).isEqualTo(request);
                                                    });
                                        }
                                        // end
                                    });
                        });
    }

    @Test
    void a_reply_to_somebody_else() {
        var program = users(Client::new);
        shows(
                failureOf(
                        () -> {
                            // snippet
                            Sim.exploring().cancelling("user").run(program);
                            // end
                        }));
        Sim.exploring().cancelling("user").run(users(FixedClient::new));
    }

    // ---- a lock for two

    /** As asyncio has it. */
    private static final class Future {
        private final WaitList waiters = new WaitList("Future.await");
        private boolean awaited;
        private boolean ended;

        void setResult() {
            ended = true;
            waiters.wakeAll(null);
        }

        boolean isCancelled() {
            return awaited && !ended && waiters.isEmpty();
        }

        boolean isDone() {
            return ended || isCancelled();
        }

        void await() {
            if (!ended) {
                waiters.enter();
                awaited = true;
                waiters.await();
                Weft.checkCancelled();
            }
        }
    }

    private static class OldLock {
        final ArrayDeque<Future> waiters = new ArrayDeque<>();
        boolean locked;

        // snippet
        void acquire() {
            if (!locked && waiters.stream().allMatch(Future::isCancelled)) {
                locked = true;
                return;
            }
            var turn = new Future();
            waiters.add(turn);
            try {
                turn.await();
                locked = true;
            } catch (CancelledError e) {
                if (!locked) {
                    wakeFirst(); // the lock is free: the next, then
                }
                throw e;
            } finally {
                waiters.remove(turn);
            }
        }

        void wakeFirst() {
            waiters.stream().filter(w -> !w.isDone()).findFirst().ifPresent(Future::setResult);
        }

        // end

        void release() {
            locked = false;
            wakeFirst();
        }
    }

    private static final class FixedLock extends OldLock {
        @Override
        void acquire() {
            if (!locked && waiters.isEmpty()) {
                locked = true;
                return;
            }
            var turn = new Future();
            waiters.add(turn);
            // snippet
            try {
                try {
                    turn.await();
                } finally {
                    waiters.remove(turn);
                }
            } catch (CancelledError e) {
                if (!locked) {
                    wakeFirst();
                }
                throw e;
            }
            // end
            locked = true;
        }

        @Override
        // snippet
        void wakeFirst() {
            Future first = waiters.peek();
            if (first != null && !first.isDone()) { // one that is done is about to take the lock
                first.setResult();
            }
        }
        // end
    }

    private static Program<RuntimeException> workers(Function<Sim, OldLock> how) {
        return sim -> {
            OldLock lock = how.apply(sim);
            // snippet
            int[] holders = new int[1];
            sim.always("at most one holds the lock", () -> holders[0] <= 1);
            Weft.group(
                    group -> {
                        for (String name : List.of("a", "b", "c", "d")) {
                            group.start(
                                    name,
                                    () -> {
                                        lock.acquire();
                                        holders[0]++;
                                        try {
                                            Weft.sleep(Duration.ofMillis(1));
                                        } finally {
                                            holders[0]--;
                                            lock.release();
                                        }
                                    });
                        }
                    });
            // end
        };
    }

    @Test
    void a_lock_for_two() {
        shows(
                failureOf(
                        () ->
                                Sim.exploring()
                                        .runs(1_000)
                                        .cancelling("c")
                                        .run(workers(_ -> new OldLock()))));
        Sim.exploring().runs(1_000).cancelling("c").run(workers(_ -> new FixedLock()));
    }

    // ---- the connection that nobody closes

    private static final Duration LIMIT = Duration.ofMillis(5);

    // snippet
    static void waitFor(Group tasks, Duration limit, Action<?> body) throws TimeoutException {
        var waiter = new Future();
        Task<?> inner = tasks.start("inner", body);
        inner.whenDone(_ -> waiter.setResult());
        Task<?> timer =
                tasks.start(
                        "timer",
                        () -> {
                            Weft.sleep(limit);
                            waiter.setResult();
                        });
        try {
            waiter.await();
        } catch (CancelledError e) {
            inner.cancel("the wait for it was cancelled");
            throw e;
        } finally {
            timer.cancel("not needed any more");
        }
        if (!inner.isDone()) {
            inner.cancel("the time is over");
            throw new TimeoutException();
        }
        inner.await();
    }

    // end

    private interface Wait {
        void until(Group tasks, Action<RuntimeException> body) throws TimeoutException;
    }

    private static Program<RuntimeException> clients(Wait wait) {
        return sim -> {
            // snippet
            int[] open = new int[1];
            Weft.group(
                    group ->
                            group.start(
                                    "client",
                                    () -> {
                                        wait.until(group, () -> connect(open));
                                        open[0]--; // uses it, and closes it
                                    }));
            assertThat(open[0]).as("open connections").isZero();
            // end
        };
    }

    private static void connect(int[] open) {
        Weft.sleep(Duration.ofMillis(1));
        open[0]++;
    }

    @Test
    void a_connection_that_nobody_closes() {
        shows(
                failureOf(
                        () ->
                                Sim.exploring()
                                        .cancelling("client")
                                        .run(
                                                clients(
                                                        (group, body) ->
                                                                waitFor(group, LIMIT, body)))));
        assertThatCode(
                        () ->
                                Sim.exploring()
                                        .cancelling("client")
                                        .run(
                                                clients(
                                                        (_, body) -> {
                                                            // snippet
                                                            Weft.timeout(LIMIT, body);
                                                            // end
                                                        })))
                .doesNotThrowAnyException();
    }
}
