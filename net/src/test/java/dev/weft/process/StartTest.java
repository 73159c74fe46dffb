package dev.weft.process;

import static dev.weft.process.Mode.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.CancelledError;
import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.Weft;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;

/** How starting fails, and what a cancellation leaves. */
@ParameterizedClass
@MethodSource("dev.weft.process.Mode#all")
@Timeout(120)
class StartTest {
    private static final Command SLEEP = Command.exec("sleep", "1000");

    private final Mode mode;
    @TempDir Path folder;

    StartTest(Mode mode) {
        this.mode = mode;
    }

    private static void assertFails(
            StartException.Kind kind, String message, ThrowingCallable start) {
        assertThatExceptionOfType(StartException.class)
                .isThrownBy(start)
                .withMessageContaining(message)
                .matches(e -> e.kind() == kind, "is of kind " + kind);
    }

    private Path file(String name, String content, boolean isExecutable) throws Exception {
        Path file = Files.writeString(folder.resolve(name), content);
        assertThat(file.toFile().setExecutable(isExecutable)).isTrue();
        return file;
    }

    @Test
    void a_program_that_is_nowhere() throws Exception {
        mode.run(
                () -> {
                    assertFails(
                            StartException.Kind.NOT_FOUND,
                            "no-such-program x: there is no program 'no-such-program' in PATH (",
                            () -> Command.exec("no-such-program", "x").start());
                    assertFails(
                            StartException.Kind.NOT_FOUND,
                            "/no/such: there is no program /no/such",
                            () -> Command.exec("/no/such").start());
                });
    }

    @Test
    void a_program_that_can_not_be_executed() throws Exception {
        Path plain = file("plain", "#!/bin/sh\n", false);
        mode.run(
                () -> {
                    assertFails(
                            StartException.Kind.NOT_EXECUTABLE,
                            "permission denied",
                            () -> Command.exec(plain.toString()).start());
                    assertFails(
                            StartException.Kind.NOT_EXECUTABLE,
                            "permission denied",
                            () -> Command.exec("plain").env("PATH", folder.toString()).start());
                });
    }

    @Test
    void a_script_whose_interpreter_is_not_there() throws Exception {
        Path script = file("script", "#!/no/interpreter\n", true);
        mode.run(
                () ->
                        assertFails(
                                StartException.Kind.NOT_FOUND,
                                "names an interpreter",
                                () -> Command.exec(script.toString()).start()));
    }

    @Test
    void something_that_is_no_program() throws Exception {
        assumeThat(mode.isJdk()).isFalse(); // the JDK has a shell try it
        Path data = file("data", "just text", true);
        mode.run(
                () ->
                        assertFails(
                                StartException.Kind.NOT_EXECUTABLE,
                                "begins with #!",
                                () -> Command.exec(data.toString()).start()));
    }

    @Test
    void a_directory_that_is_not_there() throws Exception {
        Path plain = file("plain", "", false);
        mode.run(
                () -> {
                    assertFails(
                            StartException.Kind.NO_DIRECTORY,
                            "/no/where, does not exist",
                            () -> SLEEP.in(Path.of("/no/where")).start());
                    assertFails(
                            StartException.Kind.NO_DIRECTORY,
                            "is no directory",
                            () -> SLEEP.in(plain).start());
                });
    }

    @Test
    void a_file_that_can_not_be_opened() throws Exception {
        mode.run(
                () ->
                        assertFails(
                                StartException.Kind.NO_FILE,
                                "/no/such",
                                () -> SLEEP.stdin(Input.from(Path.of("/no/such"))).start()));
    }

    @Test
    void arguments_that_are_too_long() throws Exception {
        mode.run(
                () ->
                        assertFails(
                                StartException.Kind.TOO_LONG,
                                "pass data through stdin or a file",
                                () -> Command.exec("echo", "x".repeat(10_000_000)).start()));
    }

    @Test
    void off_a_loop() {
        assertThatIllegalStateException()
                .isThrownBy(SLEEP::start)
                .withMessageContaining("no task of a loop");
    }

    @Test
    void a_loop_that_no_driver_of_nettys_drives() throws Exception {
        new Mode("parking", false)
                .runUnchecked(
                        () ->
                                assertThatIllegalStateException()
                                        .isThrownBy(SLEEP::start)
                                        .withMessageContaining(
                                                "Command.start needs one of Netty's drivers"));
    }

    @Test
    void input_for_a_child_that_can_not_have_any() throws Exception {
        mode.run(
                () ->
                        assertThatIllegalStateException()
                                .isThrownBy(() -> SLEEP.stdin(Input.empty()).runWith("x"))
                                .withMessageContaining("its input is not piped"));
    }

    @Test
    void another_loop_is_refused() throws Exception {
        mode.run(
                () -> {
                    try (var child = SLEEP.start()) {
                        Weft.offload(
                                () ->
                                        assertThatIllegalStateException()
                                                .isThrownBy(() -> Weft.run(() -> child.await()))
                                                .withMessageContaining("belongs to"));
                    }
                });
    }

    // ---- cancellation

    private static void cancel(Task<?> task) {
        task.cancel("as the test wants it");
        assertThat(task.outcome()).isInstanceOf(Outcome.Cancelled.class);
    }

    @Test
    void cancelled_before_it_starts_nothing_starts() throws Exception {
        Path trace = folder.resolve("trace");
        mode.run(
                () ->
                        Weft.group(
                                group -> {
                                    var touch = Command.exec("touch", trace.toString());
                                    var starting = group.start(() -> touch.start().close());
                                    cancel(starting);
                                    assertThat(trace).doesNotExist();
                                }));
    }

    @Test
    void cancelled_while_it_starts_it_is_gone() throws Exception {
        Path fifo = folder.resolve("fifo");
        mode.run(
                () -> {
                    Command.exec("mkfifo", fifo.toString()).run().check();
                    Weft.group(
                            group -> {
                                var cat = Command.exec("cat").stdin(Input.from(fifo));
                                var starting = group.start(() -> cat.start());
                                until(StartTest::isStarting);
                                starting.cancel("as the test wants it");
                                Weft.checkpoint();
                                assertThat(starting.isDone()).isFalse(); // it opens the fifo
                                try (var _ = new RandomAccessFile(fifo.toFile(), "rw")) {
                                    assertThat(starting.outcome())
                                            .isInstanceOf(Outcome.Cancelled.class);
                                    assertThat(ProcessHandle.current().children()).isEmpty();
                                }
                            });
                });
    }

    private static boolean isStarting() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().contains("(start cat)"))
                .flatMap(thread -> Arrays.stream(thread.getValue()))
                .anyMatch(frame -> frame.getMethodName().startsWith("open"));
    }

    @Test
    void cancelled_while_it_communicates_it_runs_on_until_its_scope_ends() throws Exception {
        mode.run(
                () -> {
                    try (var child = SLEEP.start()) {
                        Weft.group(
                                group -> {
                                    var talking = group.start(() -> child.communicate(new byte[9]));
                                    Weft.checkpoint();
                                    cancel(talking);
                                });
                        assertThat(child.isAlive()).isTrue();
                        assertThat(Mode.state(child.pid())).isNotEqualTo("X");
                    }
                });
    }

    @Test
    void a_cancelled_run_leaves_nothing() throws Exception {
        mode.run(
                () ->
                        Weft.group(
                                group -> {
                                    var running = group.start(() -> SLEEP.run());
                                    until(() -> ProcessHandle.current().children().count() == 1);
                                    cancel(running);
                                    assertThat(ProcessHandle.current().children()).isEmpty();
                                }));
    }

    @Test
    void a_run_that_is_cancelled_kills_one_that_ignores_sigterm() throws Exception {
        Path ready = folder.resolve("ready");
        mode.run(
                () ->
                        Weft.group(
                                group -> {
                                    var stubborn =
                                            Command.shell(
                                                            "trap '' TERM; : >\"$READY\"; exec"
                                                                    + " sleep 1000")
                                                    .env("READY", ready.toString())
                                                    .grace(Duration.ofMillis(20));
                                    var running = group.start(() -> stubborn.run());
                                    until(() -> Files.exists(ready));
                                    cancel(running);
                                    assertThat(ProcessHandle.current().children()).isEmpty();
                                }));
    }

    @Test
    void a_run_that_takes_too_long_leaves_nothing() throws Exception {
        mode.run(
                () -> {
                    assertThatExceptionOfType(TimeoutException.class)
                            .isThrownBy(() -> Weft.timeout(Duration.ofMillis(50), SLEEP::run));
                    assertThat(ProcessHandle.current().children()).isEmpty();
                });
    }

    @Test
    void a_cancelled_await_leaves_it_running_and_can_be_repeated() throws Exception {
        mode.run(
                () -> {
                    try (var child = SLEEP.start()) {
                        Weft.group(
                                group -> {
                                    var waiting = group.start(() -> child.await());
                                    Weft.checkpoint();
                                    cancel(waiting);
                                    assertThat(child.isAlive()).isTrue();
                                    var again = group.start(() -> child.await());
                                    child.terminate();
                                    assertThat(again.await().code()).isEqualTo(143);
                                });
                    }
                });
    }

    @Test
    void a_cancelled_read_has_taken_nothing() throws Exception {
        mode.run(
                () -> {
                    try (var cat = Command.exec("cat").start()) {
                        Weft.group(
                                group -> {
                                    var reading = group.start(() -> cat.stdout().readLine());
                                    Weft.checkpoint();
                                    cancel(reading);
                                    cat.stdin().write("line\n".getBytes(UTF_8));
                                    assertThat(cat.stdout().readLine()).isEqualTo("line");
                                });
                    }
                });
    }

    @Test
    void close_ends_it_also_in_clean_up() throws Exception {
        mode.run(
                () ->
                        Weft.group(
                                group -> {
                                    var holding =
                                            group.start(
                                                    () -> {
                                                        try (var child = SLEEP.start()) {
                                                            Weft.sleep(Duration.ofHours(1));
                                                            return child.pid();
                                                        } catch (CancelledError e) {
                                                            assertThat(
                                                                            ProcessHandle.current()
                                                                                    .children())
                                                                    .isEmpty();
                                                            throw e;
                                                        }
                                                    });
                                    until(() -> ProcessHandle.current().children().count() == 1);
                                    cancel(holding);
                                }));
    }

    @Test
    void one_that_is_open_when_its_loop_ends_is_killed() throws Exception {
        long[] pid = new long[1];
        mode.runUnchecked(() -> pid[0] = SLEEP.start().pid());
        while (!Mode.state(pid[0]).equals("X")) {
            Thread.sleep(1);
        }
    }
}
