package dev.weft.cli;

import dev.weft.CancelledError;
import dev.weft.Loop;
import dev.weft.Weft;
import dev.weft.http.HttpClient;
import dev.weft.http.HttpException;
import dev.weft.http.HttpResponse;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** The fetching of one URL, from its first attempt to its record. Loop-confined, used once. */
final class Fetch {
    private static final int HEAD = 512;
    private static final int LOCATION = 200;

    private final Target target;
    private final HttpClient client;
    private final FetchLimits limits;
    private final Loop loop = Loop.current();
    private final long begin = loop.nanoTime();
    private final ByteBuffer head = ByteBuffer.allocate(HEAD);
    private int attempts;
    private @Nullable Integer status;
    private String contentType = "";
    private String location = "";
    private long bytes;

    Fetch(Target target, HttpClient client, FetchLimits limits) {
        this.target = target;
        this.client = client;
        this.limits = limits;
    }

    /** Fetches, whatever comes. Cancelled, it throws that, and {@link #cancelled} is its record. */
    FetchRecord run() {
        try {
            Weft.timeout(limits.timeout(), this::attempts);
            return record(outcome(), error());
        } catch (TimeoutException e) {
            return record(FetchOutcome.TIMEOUT, late());
        } catch (IOException | RuntimeException e) {
            return record(Failures.outcome(e), Failures.text(e, target.request().uri().toString()));
        }
    }

    FetchRecord cancelled(CancelledError e) {
        return record(FetchOutcome.CANCELLED, FetchRecord.stopped(e.reason()));
    }

    private void attempts() throws IOException {
        while (true) {
            Duration pause = attempt();
            if (pause == null) {
                return;
            }
            Weft.sleep(pause);
        }
    }

    /** One attempt: null if it settled the matter, else how long to wait before the next. */
    private @Nullable Duration attempt() throws IOException {
        attempts++;
        status = null;
        bytes = 0;
        head.clear();
        try (HttpResponse response = client.send(target.request())) {
            status = response.status();
            contentType = response.headers().first("Content-Type").orElse("");
            location = response.headers().first("Location").orElse("");
            if (isTransient(status)) {
                var asked =
                        response.headers()
                                .first("Retry-After")
                                .flatMap(value -> RetryAfter.parse(value, loop.clock().instant()));
                Duration pause = pause(asked.orElse(null));
                if (pause != null) {
                    return pause;
                }
            }
            count(response.body());
            return null;
        } catch (HttpException e) {
            Duration pause = Failures.isTransient(e) ? pause(null) : null;
            if (pause == null) {
                throw e;
            }
            return pause;
        }
    }

    private static boolean isTransient(int status) {
        return status == 429 || (status >= 500 && status <= 599);
    }

    /**
     * The wait before a further attempt, or null if there is none: retries used up, or not enough
     * time left to wait so long.
     */
    private @Nullable Duration pause(@Nullable Duration asked) {
        if (attempts > limits.retries()) {
            return null;
        }
        Duration pause = asked != null ? asked : Backoff.after(attempts, loop.random());
        return pause.compareTo(limits.timeout().minus(elapsed())) < 0 ? pause : null;
    }

    private void count(InputStream body) throws IOException {
        byte[] block = new byte[8 * 1024];
        for (int n = body.read(block); n >= 0; n = body.read(block)) {
            bytes += n;
            head.put(block, 0, Math.min(n, head.remaining()));
            if (bytes > limits.maxBody()) {
                return;
            }
        }
    }

    private FetchOutcome outcome() {
        if (bytes > limits.maxBody()) {
            return FetchOutcome.TOO_LARGE;
        }
        return status != null && status >= 300 ? FetchOutcome.HTTP_ERROR : FetchOutcome.OK;
    }

    private @Nullable String error() {
        return switch (outcome()) {
            case OK -> null;
            case TOO_LARGE -> "more than " + ByteSizes.text(limits.maxBody()) + " when decoded";
            default -> "status " + status + detour();
        };
    }

    /** What there is to say of a redirect that could not be followed. */
    private String detour() {
        return switch (status) {
            case 301, 302, 303, 307, 308 ->
                    location.isEmpty()
                            ? " without a Location"
                            : ", cannot go on to "
                                    + TerminalText.cut(TerminalText.clean(location), LOCATION);
            case null, default -> "";
        };
    }

    private String late() {
        return "not done within "
                + Durations.text(limits.timeout())
                + (status == null ? "" : ": the answer began but did not end");
    }

    private Duration elapsed() {
        return Duration.ofNanos(loop.nanoTime() - begin);
    }

    private FetchRecord record(FetchOutcome outcome, @Nullable String error) {
        String text = TerminalText.decode(head.flip(), Charsets.of(contentType));
        return new FetchRecord(
                target.url(), status, bytes, elapsed().toMillis(), attempts, outcome, error, text);
    }
}
