package dev.weft.cli;

import dev.weft.CancelledError;
import dev.weft.Loop;
import dev.weft.Weft;
import dev.weft.http.HttpClient;
import dev.weft.sync.Semaphore;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Fetches all of the inputs and journals a record of each. Runs in a task of a loop.
 *
 * <p>A task is begun for more URLs than may be under way at once, so that those of a busy host,
 * waiting for their turn, leave room for others. A URL's time begins when both its host's gate and
 * the common one have let it through.
 */
final class Crawl {
    private static final Duration REDRAW = Duration.ofMillis(100);
    private static final int LOOK_AHEAD = 100;
    private static final int MOST_AHEAD = 20_000;

    private final HttpClient client;
    private final FetchLimits limits;
    private final Journal journal;
    private final HostGates gates;
    private final Semaphore slots;
    private final int begun;

    /**
     * @param atOnce how many requests may be under way
     * @param perHost how many of them to one host, 0 for no such limit
     */
    Crawl(HttpClient client, FetchLimits limits, Journal journal, int atOnce, int perHost) {
        this.client = client;
        this.limits = limits;
        this.journal = journal;
        this.gates = new HostGates(perHost);
        this.slots = new Semaphore(atOnce);
        long ahead = Math.min(MOST_AHEAD, (long) LOOK_AHEAD * atOnce);
        this.begun = perHost == 0 ? atOnce : (int) Math.max(atOnce, ahead);
    }

    /**
     * Returns when every input has its record written. Cancelled, every input that was begun has a
     * record in the journal, written or not yet.
     *
     * @param progress whether to show it
     */
    void run(Inputs inputs, OptionalLong total, boolean progress) {
        Weft.group(
                group -> {
                    if (progress) {
                        group.background(() -> show(total));
                    }
                    Weft.forEach(
                            () -> inputs,
                            begun,
                            target -> {
                                inputs.begun(target);
                                journal.write(fetch(target));
                            });
                });
    }

    private FetchRecord fetch(Target target) {
        Fetch fetch = null;
        try (var _ = gates.enter(target.host());
                var _ = slots.acquire()) {
            fetch = new Fetch(target, client, limits);
            return fetch.run();
        } catch (CancelledError e) {
            journal.add(
                    fetch == null
                            ? FetchRecord.neverBegun(target.url(), e.reason())
                            : fetch.cancelled(e));
            throw e;
        }
    }

    private void show(OptionalLong total) {
        var loop = Loop.current();
        var progress = new Progress(total, loop.nanoTime());
        while (true) {
            Weft.sleep(REDRAW);
            journal.show(progress.line(loop.nanoTime(), journal.tally()));
        }
    }
}
