package dev.weft.process;

import static dev.weft.process.Mode.isDead;
import static dev.weft.process.Mode.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Weft;
import dev.weft.net.Bytes;
import dev.weft.net.ConnectionClosedException;
import dev.weft.net.ConnectionResetException;
import dev.weft.net.LimitExceededException;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;

@ParameterizedClass
@MethodSource("dev.weft.process.Mode#all")
@Timeout(120)
class ChildTest {
    private static final Command SLEEP = Command.exec("sleep", "1000");

    private final Mode mode;
    @TempDir Path folder;

    ChildTest(Mode mode) {
        this.mode = mode;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    // ---- running

    @Test
    void gives_status_output_and_error_output() throws Exception {
        mode.run(
                () -> {
                    var result = Command.shell("echo out; echo err >&2; exit 3").run();
                    assertThat(result.status()).isEqualTo(new ExitStatus(3, 0));
                    assertThat(result.text()).isEqualTo("out\n");
                    assertThat(result.errorText()).isEqualTo("err\n");
                    assertThat(result.lines()).containsExactly("out");
                });
    }

    @Test
    void no_shell_looks_at_words() throws Exception {
        mode.run(
                () -> {
                    var echo = Command.exec("printf", "%s|", "$HOME", "*", "a b; exit 1", "", "ü");
                    assertThat(echo.run().check().text()).isEqualTo("$HOME|*|a b; exit 1||ü|");
                });
    }

    @Test
    void more_than_all_pipes_hold_goes_through_both_ways_unchanged() throws Exception {
        byte[] much = random(10_000_000);
        mode.run(
                () -> {
                    var result = Command.exec("cat").runWith(much).check();
                    assertThat(Arrays.equals(result.stdout(), much)).isTrue();
                });
    }

    @Test
    void both_outputs_are_read_at_once() throws Exception {
        mode.run(
                () -> {
                    var line = "head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero";
                    var result = Command.shell(line).run().check();
                    assertThat(result.stdout()).hasSize(1_000_000);
                    assertThat(result.stderr()).hasSize(1_000_000);
                });
    }

    @Test
    void what_is_not_utf_8_is_kept_and_shown_as_replaced() throws Exception {
        mode.run(
                () -> {
                    var result = Command.exec("printf", "a\\377b").run();
                    assertThat(result.stdout()).containsExactly('a', 0xff, 'b');
                    assertThat(result.text()).isEqualTo("a\ufffdb");
                });
    }

    @Test
    void check_names_command_status_and_the_end_of_the_error_output() throws Exception {
        mode.run(
                () -> {
                    var result = Command.shell("echo it broke >&2; exit 3").run();
                    assertThatExceptionOfType(ExitException.class)
                            .isThrownBy(result::check)
                            .withMessage(
                                    "/bin/sh -c 'echo it broke >&2; exit 3': exit status 3: it"
                                            + " broke")
                            .matches(e -> e.status().code() == 3);
                });
    }

    @Test
    void more_output_than_the_limit_kills_it() throws Exception {
        mode.run(
                () ->
                        assertThatExceptionOfType(OutputLimitException.class)
                                .isThrownBy(() -> Command.exec("yes").outputLimit(1000).run())
                                .withMessageContaining("yes: stdout is longer than 1000 bytes")
                                .matches(e -> e.limit() == 1000));
    }

    @Test
    void output_of_exactly_the_limit_is_fine() throws Exception {
        mode.run(
                () -> {
                    var command = Command.exec("head", "-c", "1000", "/dev/zero").outputLimit(1000);
                    assertThat(command.run().check().stdout()).hasSize(1000);
                });
    }

    @Test
    void input_that_nobody_reads_is_no_failure() throws Exception {
        mode.run(() -> Command.exec("true").runWith(new byte[1_000_000]).check());
    }

    // ---- how it is started

    @Test
    void runs_in_its_directory() throws Exception {
        mode.run(
                () ->
                        assertThat(Command.exec("pwd", "-P").in(folder).run().text().strip())
                                .isEqualTo(folder.toRealPath().toString()));
    }

    @Test
    void variables_are_inherited_added_and_removed() throws Exception {
        mode.run(
                () -> {
                    var env = Command.exec("env").env("WEFT_A", "1=2").env("WEFT_B", "x");
                    assertThat(env.withoutEnv("WEFT_B").withoutEnv("HOME").run().lines())
                            .contains("WEFT_A=1=2", "PATH=" + System.getenv("PATH"))
                            .noneMatch(line -> line.startsWith("WEFT_B="))
                            .noneMatch(line -> line.startsWith("HOME="));
                });
    }

    @Test
    void a_cleared_environment_has_what_is_added_afterwards() throws Exception {
        mode.run(
                () ->
                        assertThat(Command.exec("env").clearEnv().env("A", "b").run().lines())
                                .containsExactly("A=b"));
    }

    @Test
    void the_program_is_looked_for_in_the_path_of_the_child() throws Exception {
        Path script = Files.writeString(folder.resolve("greet"), "#!/bin/sh\necho hello\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        mode.run(
                () ->
                        assertThat(
                                        Command.exec("greet")
                                                .env("PATH", "/nowhere:" + folder)
                                                .run()
                                                .text())
                                .isEqualTo("hello\n"));
    }

    @Test
    void files_and_nothing_take_the_place_of_pipes() throws Exception {
        Path in = Files.writeString(folder.resolve("in"), "from a file");
        Path out = Files.writeString(folder.resolve("out"), "much longer than what comes now");
        mode.run(
                () -> {
                    var cat = Command.exec("cat").stdin(Input.from(in));
                    cat.stdout(Output.to(out)).run().check();
                    assertThat(out).hasContent("from a file");
                    cat.stdout(Output.appendedTo(out)).run().check();
                    assertThat(out).hasContent("from a filefrom a file");
                    assertThat(cat.stdout(Output.discarded()).run().check().text()).isEmpty();
                    assertThat(Command.exec("cat").stdin(Input.empty()).run().text()).isEmpty();
                });
    }

    @Test
    void a_merged_error_output_comes_in_order() throws Exception {
        mode.run(
                () -> {
                    var line = "echo 1; echo 2 >&2; echo 3; echo 4 >&2";
                    assertThat(Command.shell(line).mergeStderr().run().lines())
                            .containsExactly("1", "2", "3", "4");
                });
    }

    @Test
    void it_inherits_no_descriptor_but_the_three() throws Exception {
        mode.run(
                () -> {
                    try (var other = SLEEP.start()) {
                        assertThat(other.isAlive()).isTrue();
                        var open = Command.exec("ls", "/proc/self/fd").run().check().lines();
                        assertThat(open).containsExactly("0", "1", "2", "3"); // 3: the folder
                    }
                });
    }

    // ---- its streams

    @Test
    void talks_line_by_line() throws Exception {
        mode.run(
                () -> {
                    try (var cat = Command.exec("cat").start()) {
                        for (String line : new String[] {"one", "two"}) {
                            cat.stdin().write((line + "\n").getBytes(UTF_8));
                            assertThat(cat.stdout().readLine()).isEqualTo(line);
                        }
                        cat.stdin().close();
                        assertThat(cat.stdout().readLine()).isNull();
                        assertThat(cat.await().isSuccess()).isTrue();
                    }
                });
    }

    @Test
    void its_output_is_read_in_every_way() throws Exception {
        mode.run(
                () -> {
                    try (var child = Command.exec("printf", "a\\nb\\r\\nc;def").start();
                            var out = child.stdout()) {
                        assertThat(out.readLine()).isEqualTo("a");
                        assertThat(out.readLine()).isEqualTo("b");
                        assertThatExceptionOfType(LimitExceededException.class)
                                .isThrownBy(() -> out.readUntil(new byte[] {';'}, 1));
                        out.readUntil(new byte[] {';'}, 10).close();
                        try (Bytes rest = out.readExactly(3)) {
                            assertThat(rest.toString(UTF_8)).isEqualTo("def");
                        }
                        assertThat(out.read().isEmpty()).isTrue();
                    }
                });
    }

    @Test
    void a_child_that_is_not_read_waits() throws Exception {
        mode.run(
                () -> {
                    try (var yes = Command.exec("yes").grace(Duration.ZERO).start()) {
                        yes.stdout().readExactly(1).close();
                        until(() -> Mode.state(yes.pid()).equals("S"));
                        Path counters = Path.of("/proc/" + yes.pid() + "/io");
                        String written =
                                Files.readAllLines(counters).stream()
                                        .filter(line -> line.startsWith("wchar:"))
                                        .findFirst()
                                        .orElseThrow();
                        assertThat(Long.parseLong(written.substring(7))).isLessThan(256 * 1024);
                    }
                });
    }

    @Test
    void much_output_takes_little_memory() throws Exception {
        assumeThat(mode.isJdk()).isFalse();
        mode.run(
                () -> {
                    var memory = (ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT;
                    long before = memory.metric().usedDirectMemory();
                    long length = 0;
                    try (var zeros = Command.exec("head", "-c", "100M", "/dev/zero").start()) {
                        while (true) {
                            try (Bytes some = zeros.stdout().read()) {
                                if (some.isEmpty()) {
                                    break;
                                }
                                length += some.length();
                            }
                        }
                    }
                    assertThat(length).isEqualTo(100L * 1024 * 1024);
                    assertThat(memory.metric().usedDirectMemory() - before).isLessThan(8_000_000);
                });
    }

    @Test
    void a_write_to_a_child_that_has_closed_its_input_fails() throws Exception {
        mode.run(
                () -> {
                    var command = Command.shell("exec <&-; echo closed; exec sleep 1000");
                    try (var child = command.start()) {
                        assertThat(child.stdout().readLine()).isEqualTo("closed");
                        assertThatExceptionOfType(ConnectionResetException.class)
                                .isThrownBy(
                                        () -> {
                                            child.stdin().write(new byte[10]);
                                            child.stdin().flush();
                                        })
                                .withMessage("stdin of sh (pid %d): broken pipe", child.pid());
                    }
                });
    }

    @Test
    void a_write_under_way_fails_when_the_child_ends() throws Exception {
        mode.run(
                () -> {
                    try (var child = SLEEP.start()) {
                        Weft.group(
                                group -> {
                                    group.start(
                                            () ->
                                                    assertThatExceptionOfType(
                                                                    ConnectionResetException.class)
                                                            .isThrownBy(() -> fill(child)));
                                    Weft.checkpoint();
                                    child.kill();
                                });
                    }
                });
    }

    private static void fill(Child child) {
        while (true) {
            child.stdin().write(new byte[100_000]);
        }
    }

    @Test
    void streams_that_are_not_piped_are_refused() throws Exception {
        mode.run(
                () -> {
                    try (var child =
                            SLEEP.stdin(Input.empty())
                                    .stdout(Output.discarded())
                                    .mergeStderr()
                                    .start()) {
                        assertThatIllegalStateException()
                                .isThrownBy(child::stdin)
                                .withMessageContaining("its input is not piped");
                        assertThatIllegalStateException().isThrownBy(child::stdout);
                        assertThatIllegalStateException().isThrownBy(child::stderr);
                    }
                });
    }

    @Test
    void one_task_reads_at_a_time() throws Exception {
        mode.run(
                () -> {
                    try (var child = SLEEP.start()) {
                        Weft.group(
                                group -> {
                                    group.background(() -> child.stdout().readLine());
                                    Weft.checkpoint();
                                    assertThatIllegalStateException()
                                            .isThrownBy(() -> child.stdout().readLine())
                                            .withMessageContaining("One task reads at a time");
                                });
                    }
                });
    }

    @Test
    void a_closed_child_gives_nothing_more_to_read() throws Exception {
        mode.run(
                () -> {
                    var child = SLEEP.start();
                    child.close();
                    assertThatExceptionOfType(ConnectionClosedException.class)
                            .isThrownBy(() -> child.stdout().readLine());
                    assertThatExceptionOfType(ConnectionClosedException.class)
                            .isThrownBy(() -> child.stdin().write(new byte[1]));
                });
    }

    // ---- its end

    @Test
    void the_signal_that_killed_it_is_told() throws Exception {
        mode.run(
                () -> {
                    var status = Command.shell("kill -TERM $$").run().status();
                    assertThat(status.code()).isEqualTo(143);
                    if (!mode.isJdk()) {
                        assertThat(status.signal()).isEqualTo(15);
                        assertThat(status).hasToString("killed by SIGTERM");
                    }
                });
    }

    @Test
    void await_does_not_wait_for_who_has_its_pipes() throws Exception {
        mode.run(
                () -> {
                    try (var child = Command.shell("sleep 1000 & echo $!").start()) {
                        String sleep = Objects.requireNonNull(child.stdout().readLine());
                        assertThat(child.await().isSuccess()).isTrue();
                        assertThat(child.isAlive()).isFalse();
                        assertThat(isDead(Long.parseLong(sleep))).isFalse();
                        Command.exec("kill", sleep).run().check();
                    }
                });
    }

    @Test
    void output_can_be_read_after_it_has_ended() throws Exception {
        mode.run(
                () -> {
                    try (var child = Command.exec("echo", "late").start()) {
                        var _ = child.await();
                        assertThat(child.stdout().readLine()).isEqualTo("late");
                    }
                });
    }

    @Test
    void many_short_ones_at_once_all_tell_their_status() throws Exception {
        mode.run(
                () -> {
                    var codes =
                            Weft.gather(
                                    IntStream.range(0, 100).boxed().toList(),
                                    20,
                                    n -> Command.shell("exit " + n).run().status().code());
                    assertThat(codes).isEqualTo(IntStream.range(0, 100).boxed().toList());
                });
    }

    @Test
    void close_ends_what_is_running() throws Exception {
        mode.run(
                () -> {
                    var child = SLEEP.start();
                    child.close();
                    child.close();
                    assertThat(child.await().code()).isEqualTo(128 + 15);
                });
    }

    @Test
    void close_lets_it_clean_up() throws Exception {
        Path said = folder.resolve("said");
        mode.run(
                () -> {
                    var line =
                            "trap 'echo bye >\"$SAID\"; exit 0' TERM; echo ready; read x;"
                                    + " while :; do :; done";
                    try (var child = Command.shell(line).env("SAID", said.toString()).start()) {
                        assertThat(child.stdout().readLine()).isEqualTo("ready");
                    }
                    assertThat(said).hasContent("bye");
                });
    }

    @Test
    void close_kills_one_that_ignores_sigterm() throws Exception {
        mode.run(
                () -> {
                    var stubborn = Command.shell("trap '' TERM; echo ready; exec sleep 1000");
                    var child = stubborn.grace(Duration.ofMillis(20)).start();
                    try (child) {
                        assertThat(child.stdout().readLine()).isEqualTo("ready");
                    }
                    assertThat(child.await().code()).isEqualTo(128 + 9);
                });
    }

    @Test
    void a_group_closes_it() throws Exception {
        mode.run(
                () -> {
                    long[] pid = new long[1];
                    Weft.group(group -> pid[0] = group.use(SLEEP.start()).pid());
                    assertThat(Mode.state(pid[0])).isEqualTo("X");
                });
    }

    @Test
    void a_group_of_its_own_dies_with_it() throws Exception {
        assumeThat(mode.isJdk()).isFalse();
        mode.run(
                () -> {
                    var line = "sleep 1000 & echo $!; exec sleep 1000";
                    long grandchild;
                    try (var child = Command.shell(line).inOwnGroup().start()) {
                        grandchild = pidIn(child.stdout().readLine());
                        assertThat(isDead(grandchild)).isFalse();
                    }
                    until(() -> isDead(grandchild));
                });
    }

    @Test
    void a_group_of_its_own_dies_though_its_leader_has_ended() throws Exception {
        assumeThat(mode.isJdk()).isFalse();
        mode.run(
                () -> {
                    long grandchild;
                    try (var child = Command.shell("sleep 1000 & echo $!").inOwnGroup().start()) {
                        grandchild = pidIn(child.stdout().readLine());
                        assertThat(child.await().isSuccess()).isTrue();
                        assertThat(isDead(grandchild)).isFalse();
                        assertThat(child.signal(Signal.CONT)).isTrue();
                    }
                    until(() -> isDead(grandchild));
                });
    }

    private static long pidIn(@Nullable String line) {
        return Long.parseLong(Objects.requireNonNull(line));
    }

    // ---- signals

    @Test
    void any_signal_can_be_sent() throws Exception {
        assumeThat(mode.isJdk()).isFalse();
        mode.run(
                () -> {
                    var line = "trap 'exit 7' USR1; echo ready; while :; do :; done";
                    try (var child = Command.shell(line).start()) {
                        assertThat(child.stdout().readLine()).isEqualTo("ready");
                        assertThat(child.signal(Signal.STOP)).isTrue();
                        until(() -> Mode.state(child.pid()).equals("T"));
                        assertThat(child.signal(Signal.CONT)).isTrue();
                        assertThat(child.signal(Signal.USR1)).isTrue();
                        assertThat(child.await().code()).isEqualTo(7);
                    }
                });
    }

    @Test
    void a_signal_to_one_that_has_ended_is_not_sent() throws Exception {
        mode.run(
                () -> {
                    try (var child = Command.exec("true").start()) {
                        var _ = child.await();
                        assertThat(child.terminate()).isFalse();
                        assertThat(child.kill()).isFalse();
                    }
                });
    }

    @Test
    void through_the_jdk_other_signals_and_groups_are_refused() throws Exception {
        assumeThat(mode.isJdk()).isTrue();
        mode.run(
                () -> {
                    try (var child = SLEEP.start()) {
                        assertThatExceptionOfType(UnsupportedOperationException.class)
                                .isThrownBy(() -> child.signal(Signal.USR1))
                                .withMessageContaining("--enable-native-access");
                    }
                    assertThatExceptionOfType(UnsupportedOperationException.class)
                            .isThrownBy(() -> SLEEP.inOwnGroup().start())
                            .withMessageContaining("--enable-native-access");
                });
    }
}
