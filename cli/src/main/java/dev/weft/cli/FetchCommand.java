package dev.weft.cli;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code weft fetch}: the options, checked before anything is sent. */
@Command(
        name = "fetch",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Fetches many URLs at once and says what became of each.",
            "",
            "Prints a row for each URL as it is done: status, decoded size, seconds, URL, and the"
                + " first characters or what went wrong; then a summary. DUR is a number with ms,"
                + " s, m or h; SIZE one with K, M or G.",
            ""
        },
        footer = {
            "",
            "Exit status: 0 all ok, 1 some failed or the output can't be written, 2 bad usage or a"
                    + " bad URL, 130 after Ctrl-C, 143 after SIGTERM. Stopped, it records every"
                    + " unfinished URL as cancelled; a second Ctrl-C ends it at once."
        })
final class FetchCommand implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "URL", description = "What to fetch: http:// or https://.")
    private List<String> urls = new ArrayList<>();

    @Option(
            names = {"-i", "--input"},
            paramLabel = "FILE",
            description =
                    "Fetch the URLs in this file, too, one a line; - is standard input. Empty lines"
                            + " and lines that begin with # are skipped.")
    private @Nullable String input;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description =
                    "Write one JSON object per URL and line here, as they are done; - is standard"
                            + " output, in place of the table.")
    private @Nullable String output;

    @Option(
            names = {"-c", "--concurrency"},
            paramLabel = "N",
            defaultValue = "100",
            description = "Requests at once (default: ${DEFAULT-VALUE}).")
    private int atOnce;

    @Option(
            names = "--per-host",
            paramLabel = "N",
            description = "Of these to one host, 0 for no such limit (default: 6).")
    private @Nullable Integer perHost;

    @Option(
            names = "--timeout",
            paramLabel = "DUR",
            converter = Durations.class,
            description = "For each URL in all, retries and body included (default: 30s).")
    private @Nullable Duration timeout;

    @Option(
            names = "--connect-timeout",
            paramLabel = "DUR",
            converter = Durations.class,
            description = "For each connection (default: 10s).")
    private @Nullable Duration connectTimeout;

    @Option(
            names = "--retries",
            paramLabel = "N",
            description =
                    "Further attempts after a connect error, 429 or 5xx; waits longer each time, or"
                            + " as Retry-After says (default: 2).")
    private @Nullable Integer retries;

    @Option(
            names = "--max-body",
            paramLabel = "SIZE",
            converter = ByteSizes.class,
            description = "A body that is larger when decoded counts as too_large (default: 64M).")
    private @Nullable Long maxBody;

    @Option(names = "--insecure", description = "Do not verify certificates.")
    private boolean insecure;

    @Option(
            names = "--demo",
            description =
                    "Fetch a site of this program's own instead, some of it slow, some broken, and"
                            + " check that everything ends as announced. Goes with -c, -o and"
                            + " --timeout.")
    private boolean demo;

    @Override
    public Integer call() throws BadInput {
        for (String url : urls) {
            refuseUnlessUtf8(url);
        }
        checkName(input);
        checkName(output);
        between("-c", atOnce, 1, 100_000);
        return demo ? demo() : fetch();
    }

    private int fetch() throws BadInput {
        if (urls.isEmpty() && input == null) {
            throw usage("Nothing to fetch: name URLs, -i FILE, or --demo.");
        }
        between("--per-host", or(perHost, 6), 0, 100_000);
        between("--retries", or(retries, 2), 0, 1_000);
        if (or(maxBody, 1L) < 1) {
            throw usage("--max-body takes 1 or more.");
        }
        var limits =
                new FetchLimits(
                        or(timeout, Duration.ofSeconds(30)),
                        or(connectTimeout, Duration.ofSeconds(10)),
                        or(retries, 2),
                        or(maxBody, 64L << 20));
        var options = new FetchOptions(limits, atOnce, or(perHost, 6), insecure);

        var targets = new ArrayList<Target>();
        for (String url : urls) {
            targets.add(Target.of(url));
        }
        var source = input == null ? null : new Source(input);
        if (source != null) {
            refuseToWriteInto(source);
        }
        var census = source == null ? Census.of(targets, null) : source.census(targets);
        var sink = Sink.open(output, census.longest());
        var inputs =
                source == null
                        ? new Inputs(targets)
                        : new Inputs(targets, source.open(), source.isFile());
        var run = new FetchRun(options, sink, _ -> {});
        int status =
                run.run(
                        inputs,
                        crawl -> crawl.run(inputs, census.count(), sink.showsProgress()),
                        () -> run.journal().tally().summary(run.elapsed()) + "\n");
        if (status == ExitStatus.OK || status == ExitStatus.FAILED) {
            inputs.check();
        }
        return status;
    }

    private int demo() throws BadInput {
        boolean other = perHost != null || connectTimeout != null || retries != null;
        if (!urls.isEmpty() || input != null || other || maxBody != null || insecure) {
            throw usage("--demo goes with -c, -o and --timeout only.");
        }
        var limit = or(timeout, Demo.TIMEOUT);
        if (limit.compareTo(Demo.TIMEOUT) < 0) {
            throw usage(
                    "--demo needs a --timeout of " + Durations.text(Demo.TIMEOUT) + " or more.");
        }
        return new Demo(limit, atOnce).run(output);
    }

    /** The JVM puts this character in place of what it can't decode. */
    private void refuseUnlessUtf8(String argument) {
        if (argument.indexOf('\ufffd') >= 0) {
            throw usage("not UTF-8: " + argument);
        }
    }

    private void checkName(@Nullable String file) {
        if (file != null) {
            refuseUnlessUtf8(file);
            if (file.isEmpty()) {
                throw usage("-i and -o take a file name or -.");
            }
        }
    }

    private void refuseToWriteInto(Source source) {
        boolean toFile = output != null && !output.equals("-");
        if ((toFile && source.isSameFile(Path.of(requireNonNull(output))))
                || source.isSameFile(Path.of("/dev/stdout"))) {
            throw usage("The results would be written into what -i reads.");
        }
    }

    private void between(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw usage(
                    option
                            + " takes a number from "
                            + least
                            + " to "
                            + most
                            + ", not "
                            + value
                            + ".");
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(requireNonNull(spec).commandLine(), message);
    }

    private static <T> T or(@Nullable T given, T otherwise) {
        return given == null ? otherwise : given;
    }
}
