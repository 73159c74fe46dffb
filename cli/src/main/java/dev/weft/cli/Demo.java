package dev.weft.cli;

import dev.weft.Loop;
import dev.weft.Weft;
import dev.weft.http.HttpServer;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;

/**
 * {@code weft fetch --demo}: a site with planted failures, on the loop that fetches it, and whether
 * they were met as announced.
 */
final class Demo {
    static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int RETRIES = 2;
    private static final long MAX_BODY = 1 << 20;

    private final FetchOptions options;
    private final DemoReport report = new DemoReport();

    /**
     * @param timeout for each page, {@link #TIMEOUT} or more
     */
    Demo(Duration timeout, int atOnce) {
        var limits = new FetchLimits(timeout, timeout, RETRIES, MAX_BODY);
        this.options = new FetchOptions(limits, atOnce, 0, false);
    }

    /**
     * Runs it and returns the exit status.
     *
     * @param output the file for JSON lines, or null
     */
    int run(@Nullable String output) throws BadInput {
        var sink = Sink.open(output, null);
        var run = new FetchRun(options, sink, report::add);
        var inputs = new Inputs(List.of());
        sink.say(introduction());
        int status =
                run.run(
                        inputs,
                        crawl -> fetchSite(crawl, inputs, sink),
                        () -> report.table() + conclusion(run.journal().tally(), run.elapsed()));
        if (status == ExitStatus.INTERRUPTED || status == ExitStatus.TERMINATED) {
            return status;
        }
        return report.isMet() ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private void fetchSite(Crawl crawl, Inputs inputs, Sink sink) {
        var site = new DemoSite(options.limits().timeout());
        Weft.group(
                group -> {
                    try (var server = HttpServer.listen("127.0.0.1", 0)) {
                        group.background(() -> server.serve(site::handle));
                        var targets = targets(server.port());
                        inputs.append(targets);
                        var total = OptionalLong.of(targets.size());
                        crawl.run(inputs, total, sink.showsProgress());
                    }
                });
    }

    private List<Target> targets(int port) {
        var targets = new ArrayList<Target>();
        for (var page : DemoPage.values()) {
            for (int number = 1; number <= page.pages(); number++) {
                var target = Target.trusted(DemoSite.url(page, number, port));
                report.expect(target.url(), page);
                targets.add(target);
            }
        }
        Collections.shuffle(targets, Loop.current().random());
        return targets;
    }

    private String introduction() {
        return "Fetching a site of this program's own, %d pages, some slow, some broken:%n"
                        .formatted(DemoReport.PAGES)
                + "%d at once, %s for each page (--timeout), up to %d retries.%n%n"
                        .formatted(
                                options.atOnce(),
                                Durations.text(options.limits().timeout()),
                                options.limits().retries());
    }

    private String conclusion(Tally tally, Duration elapsed) {
        var oneByOne = tally.oneByOne();
        double times = (double) oneByOne.toMillis() / Math.max(1, elapsed.toMillis());
        return "%n%s%nOne after another they would have taken %s%s.%n%s%n"
                .formatted(
                        tally.summary(elapsed),
                        Durations.text(oneByOne),
                        times < 1.5 ? "" : ", %.0f times as long".formatted(times),
                        report.verdict());
    }
}
