package dev.weft.cli;

import dev.weft.Loop;
import dev.weft.Weft;
import dev.weft.http.CookieJar;
import dev.weft.http.HttpClient;
import dev.weft.net.TlsOptions;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One run of {@code weft fetch}, from its settled options to its exit status. */
final class FetchRun {
    private final FetchOptions options;
    private final Sink sink;
    private final Journal journal;
    private Duration elapsed = Duration.ZERO;

    /**
     * @param each sees every record, on the loop or after its end
     */
    FetchRun(FetchOptions options, Sink sink, Consumer<? super FetchRecord> each) {
        this.options = options;
        this.sink = sink;
        this.journal = new Journal(sink, each);
    }

    /** The work of the root task. */
    interface Work {
        void run(Crawl crawl);
    }

    Journal journal() {
        return journal;
    }

    Duration elapsed() {
        return elapsed;
    }

    /**
     * Runs a loop for the work, prints the last words and returns the exit status. Afterwards every
     * input has its record.
     *
     * @throws OutputFailure if the results can't be written; where that was all of them, no more
     *     are fetched then. Not if the run was stopped and only the table is lost: what stopped it
     *     may have stopped the table's reader, too
     */
    int run(Inputs inputs, Work work, Supplier<String> lastWords) {
        String stopped = null;
        try {
            stopped = onLoop(work);
            if (stopped != null) {
                String reason = stopped;
                inputs.rest(
                        target -> journal.addLate(FetchRecord.neverBegun(target.url(), reason)));
            }
            journal.flush();
            sink.finish(lastWords.get());
        } catch (OutputFailure e) {
            sink.wipe();
            if (stopped == null || !sink.hasLostTable()) {
                throw e;
            }
        }
        return status(stopped);
    }

    /** Returns what stopped it, or null. */
    private @Nullable String onLoop(Work work) {
        try {
            Weft.run(() -> timed(work));
            return null;
        } catch (CancellationException e) {
            String reason = String.valueOf(e.getMessage());
            if (reason.equals("SIGINT") || reason.equals("SIGTERM")) {
                return reason;
            }
            throw e;
        }
    }

    private int status(@Nullable String stopped) {
        return switch (stopped) {
            case null -> journal.tally().failed() == 0 ? ExitStatus.OK : ExitStatus.FAILED;
            case "SIGINT" -> ExitStatus.INTERRUPTED;
            default -> ExitStatus.TERMINATED;
        };
    }

    private void timed(Work work) {
        var loop = Loop.current();
        long begin = loop.nanoTime();
        try (HttpClient client = client()) {
            work.run(
                    new Crawl(
                            client,
                            options.limits(),
                            journal,
                            options.atOnce(),
                            options.perHost()));
        } finally {
            elapsed = Duration.ofNanos(loop.nanoTime() - begin);
        }
    }

    private HttpClient client() {
        var limits = options.limits();
        var builder =
                HttpClient.builder()
                        .maxConnections(options.atOnce())
                        .maxConnectionsPerHost(options.perHost())
                        .connectTimeout(limits.connectTimeout())
                        .totalTimeout(Duration.ZERO)
                        .maxDecodedBytes(limits.maxBody())
                        .maxDecodedRatio(Integer.MAX_VALUE)
                        .cookies(CookieJar.none())
                        .userAgent("weft/" + Version.number());
        return options.insecure()
                ? builder.tls(TlsOptions.client().insecure()).build()
                : builder.build();
    }
}
