package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Weft;
import dev.weft.net.ByteSource;
import dev.weft.net.Bytes;
import dev.weft.process.Child;
import dev.weft.process.Command;
import dev.weft.process.ExitStatus;
import dev.weft.process.Input;
import dev.weft.process.Output;
import dev.weft.process.Signal;
import dev.weft.process.Signals;
import dev.weft.process.StartException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** The snippets of {@code docs/process.md}. */
class ProcessSnippetsTest {
    private final List<String> said = new ArrayList<>();
    @TempDir Path folder;

    private void print(Object what) {
        said.add(what.toString());
    }

    @Test
    void run() {
        Weft.run(
                () -> {
                    // snippet
                    String kernel = Command.exec("uname", "-s").run().check().text().strip();
                    List<String> sorted =
                            Command.exec("sort", "-u").runWith("b\na\nb\n").check().lines();
                    // end
                    assertThat(kernel).isNotEmpty();
                    assertThat(sorted).containsExactly("a", "b");
                });
    }

    @Test
    void a_status_is_a_value() {
        Weft.run(
                () -> {
                    // snippet
                    var result = Command.exec("grep", "weft", "/no/such/file").run();
                    if (result.status().code() > 1) {
                        print(result.errorText());
                    }
                    // end
                });
        assertThat(said.getFirst()).contains("/no/such/file");
    }

    @Test
    void how() throws IOException {
        Files.writeString(folder.resolve("notes.txt"), "a\nb\n");
        Weft.run(
                () -> {
                    // snippet
                    var count =
                            Command.shell("wc -l < \"$FILE\" | tr -d ' '")
                                    .in(folder)
                                    .env("FILE", "notes.txt")
                                    .withoutEnv("LD_PRELOAD")
                                    .stdin(Input.empty())
                                    .stderr(Output.appendedTo(folder.resolve("errors.log")));
                    // end
                    assertThat(count.run().check().text().strip()).isEqualTo("2");
                });
    }

    @Test
    void a_time_limit() {
        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(
                        () ->
                                Weft.run(
                                        () -> {
                                            Duration limit = Duration.ofMillis(50);
                                            Command convert = Command.exec("sleep", "1000");
                                            // snippet
                                            var result = Weft.timeout(limit, convert::run);
                                            // end
                                            print(result);
                                        }));
    }

    @Test
    void talking() {
        Weft.run(
                () -> {
                    // snippet
                    try (var echo = Command.exec("cat").start()) {
                        for (String question : List.of("6 * 7", "2 ^ 10")) {
                            echo.stdin().write(Bytes.utf8(question + "\n"));
                            print(echo.stdout().readLine());
                        }
                        echo.stdin().close(); // it reads the end, and ends
                        ExitStatus status = echo.await();
                        print(status);
                    }
                    // end
                });
        assertThat(said).containsExactly("6 * 7", "2 ^ 10", "exit status 0");
    }

    @Test
    void a_service_for_a_group() {
        Weft.run(
                () -> {
                    var server =
                            Command.shell(
                                    "echo listening; trap 'exit 0' TERM; while :; do :; done");
                    // snippet
                    Weft.group(
                            group -> {
                                Child service =
                                        group.use(server.grace(Duration.ofSeconds(2)).start());
                                print(service.stdout().readLine()); // it says that it listens
                                group.background(() -> log(service.stdout()));
                                useIt();
                            });
                    // end
                });
    }

    private static void useIt() {}

    private void log(ByteSource lines) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            print(line);
        }
    }

    @Test
    void signals() {
        Weft.run(
                () -> {
                    var daemon =
                            Command.shell(
                                    "trap 'echo reloaded' USR1; echo ready; while :; do :; done");
                    try (var child = daemon.start()) {
                        print(child.stdout().readLine());
                        // snippet
                        child.signal(Signal.USR1);
                        // end
                        print(child.stdout().readLine());
                    }
                });
        assertThat(said).containsExactly("ready", "reloaded");
    }

    private void readConfiguration(Signal signal) {
        print("reads, since " + signal);
    }

    private void reload() {
        // snippet
        try (var signals = Signals.receive(Signal.HUP)) {
            for (Signal signal : signals) {
                readConfiguration(signal);
            }
        }
        // end
    }

    private static void sendMyself(Signal signal) {
        String pid = Long.toString(ProcessHandle.current().pid());
        Command.exec("kill", "-" + signal, pid).run().check();
    }

    @Test
    void signals_that_come() {
        Weft.run(
                () ->
                        Weft.group(
                                group -> {
                                    group.background(this::reload);
                                    Weft.checkpoint();
                                    if (isIgnored(Signal.HUP)) {
                                        return;
                                    }
                                    sendMyself(Signal.HUP);
                                    while (said.isEmpty()) {
                                        Weft.checkpoint();
                                    }
                                }));
        assertThat(said).allMatch("reads, since HUP"::equals);
    }

    /** As under {@code nohup}; then it does not come. */
    private static boolean isIgnored(Signal signal) {
        String status = "/proc/" + ProcessHandle.current().pid() + "/status";
        var line = Command.exec("sed", "-n", "s/^SigIgn:\\t//p", status).run().check().text();
        return (Long.parseUnsignedLong(line.strip(), 16) >> (signal.number() - 1) & 1) == 1;
    }

    private void drain() {
        print("drained");
    }

    @Test
    void a_signal_in_place_of_the_end() {
        Weft.run(
                () ->
                        Weft.group(
                                group -> {
                                    group.start(this::endInPeace);
                                    Weft.checkpoint();
                                    sendMyself(Signal.TERM);
                                }));
        assertThat(said).containsExactly("ending, since TERM", "drained");
    }

    private void endInPeace() {
        // snippet
        try (var signals = Signals.receive(Signal.INT, Signal.TERM)) {
            Signal signal = signals.next();
            print("ending, since " + signal);
            drain();
        } // another one cancels the program
        // end
    }

    @Test
    void whatever_comes_first() {
        Weft.run(
                () -> {
                    var sleep = Command.exec("sleep", "0");
                    // snippet
                    try (var child = sleep.start()) {
                        boolean ended =
                                Weft.moveOnAfter(
                                        Duration.ofSeconds(30),
                                        () -> print("ended: " + child.await()));
                        if (!ended) {
                            print("still running");
                        }
                    }
                    // end
                });
        assertThat(said).containsExactly("ended: exit status 0");
    }

    @Test
    void failures() {
        Weft.run(
                () -> {
                    // snippet
                    try {
                        var _ = Command.exec("no-such-program").run();
                    } catch (StartException e) {
                        print(e.kind());
                    }
                    // end
                });
        assertThat(said).containsExactly("NOT_FOUND");
    }
}
