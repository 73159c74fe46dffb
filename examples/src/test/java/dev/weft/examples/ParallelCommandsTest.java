package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.process.Command;
import dev.weft.process.Input;
import dev.weft.process.Signal;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Programs as processes, which are children of Weft's. */
class ParallelCommandsTest {

    private static Command program(String... arguments) {
        return program(ParallelCommands.class, arguments);
    }

    private static Command program(Class<?> main, String... arguments) {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
        line.add("--enable-native-access=ALL-UNNAMED");
        line.add("-Dweft.slow-step=0");
        line.add("-cp");
        line.add(System.getProperty("java.class.path"));
        line.add(main.getName());
        line.addAll(List.of(arguments));
        return Command.exec(line).mergeStderr().grace(Duration.ofSeconds(30));
    }

    @Test
    void prints_all_with_their_numbers_and_which_failed() {
        Weft.run(
                () -> {
                    var result =
                            program("echo one", "echo two >&2; exit 3", "echo a; echo b").run();
                    assertThat(result.lines())
                            .containsExactlyInAnyOrder(
                                    "1| one", "2| two", "2: exit status 3", "3| a", "3| b");
                    assertThat(result.status().code()).isEqualTo(1);
                });
    }

    @Test
    void takes_commands_from_its_input() {
        Weft.run(
                () -> {
                    var result = program("-j", "1").runWith("echo one\necho two\n");
                    assertThat(result.check().lines()).containsExactly("1| one", "2| two");
                });
    }

    @Test
    void writes_in_capitals_what_it_reads() {
        Weft.run(
                () -> {
                    var result = program(UpperCase.class).runWith("one\nzwölf\n");
                    assertThat(result.check().lines()).containsExactly("ONE", "ZWÖLF");
                });
    }

    @Test
    void stops_all_on_the_first_failure_if_asked_to() {
        Weft.run(
                () -> {
                    var result = program("-j", "2", "-f", "sleep 1000", "exit 4", "echo no").run();
                    assertThat(result.lines()).contains("2: exit status 4").doesNotContain("3| no");
                    assertThat(result.status().code()).isEqualTo(1);
                });
    }

    @Test
    void stops_all_on_a_signal() {
        Weft.run(
                () -> {
                    var program = program("echo $$; sleep 1000").stdin(Input.empty());
                    try (var child = program.start()) {
                        String line = Objects.requireNonNull(child.stdout().readLine());
                        long shell = Long.parseLong(line.substring("1| ".length()));
                        assertThat(ProcessHandle.of(shell)).isPresent();
                        child.signal(Signal.TERM);
                        assertThat(child.await().code()).isEqualTo(143);
                        assertThat(ProcessHandle.of(shell)).isEmpty();
                    }
                });
    }
}
