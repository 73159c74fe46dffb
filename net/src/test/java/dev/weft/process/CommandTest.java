package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

class CommandTest {
    private static final Command ECHO = Command.exec("echo");

    @Test
    void an_empty_command_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Command.exec(List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Command.exec(" ", "x"))
                .withMessageContaining("the first word names it");
    }

    @Test
    void nul_characters_are_refused_by_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Command.exec("echo", "a", "b\0c"))
                .withMessageContaining("argument 2 has a NUL character at 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Command.exec("ec\0ho"))
                .withMessageContaining("the program has a NUL");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ECHO.env("A", "\0"))
                .withMessageContaining("the environment variable A");
    }

    @Test
    @SuppressWarnings("NullAway") // what a caller without null checks may pass
    void null_is_refused_by_name() {
        assertThatNullPointerException()
                .isThrownBy(() -> Command.exec("echo", "a", null))
                .withMessage("argument 2");
        assertThatNullPointerException()
                .isThrownBy(() -> ECHO.env("A", null))
                .withMessage("the value");
        assertThatNullPointerException()
                .isThrownBy(() -> ECHO.grace(null))
                .withMessage("the grace");
    }

    @Test
    void names_of_variables_have_no_equals_sign() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ECHO.env("A=B", "c"))
                .withMessageContaining("'A=B' is no name");
        assertThatIllegalArgumentException().isThrownBy(() -> ECHO.env("", "c"));
        assertThatIllegalArgumentException().isThrownBy(() -> ECHO.withoutEnv("="));
    }

    @Test
    void limit_and_grace_are_checked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ECHO.outputLimit(0))
                .withMessageContaining("Output.discarded()");
        assertThatIllegalArgumentException().isThrownBy(() -> ECHO.grace(Duration.ofNanos(-1)));
    }

    @Test
    void is_shown_as_one_would_type_it() {
        assertThat(Command.exec("git", "commit", "-m", "it's done\n"))
                .hasToString("git commit -m 'it'\\''s done '");
        assertThat(Command.exec("echo", "x".repeat(1000)).toString()).hasSize(201).endsWith("…");
    }

    @Test
    void changing_one_thing_leaves_the_others() {
        var command =
                ECHO.env("A", "1")
                        .stdin(Input.empty())
                        .stdout(Output.discarded())
                        .outputLimit(7)
                        .grace(Duration.ofSeconds(9))
                        .inOwnGroup()
                        .mergeStderr();
        assertThat(command.in(Path.of("/")).env("B", "2"))
                .isEqualTo(
                        new Command(
                                List.of("echo"),
                                Path.of("/"),
                                Environment.same().with("A", "1").with("B", "2"),
                                Input.empty(),
                                Output.discarded(),
                                Output.piped(),
                                true,
                                7,
                                Duration.ofSeconds(9),
                                true));
        assertThat(command.stderr(Output.inherited()).merged()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "2, NOT_FOUND",
        "13, NOT_EXECUTABLE",
        "8, NOT_EXECUTABLE",
        "7, TOO_LONG",
        "11, TOO_MANY",
        "12, TOO_MANY",
        "24, TOO_MANY",
        "23, TOO_MANY",
        "5, OTHER"
    })
    void what_the_system_says_is_told_by_kind(int errno, StartException.Kind kind) {
        var failure = Executable.refused(ECHO, "/no/echo", errno, new Exception("as told"));
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure).hasMessageStartingWith("echo: ");
        assertThat(failure.command()).isEqualTo("echo");
    }

    @Test
    void a_status_tells_codes_and_signals() {
        assertThat(ExitStatus.exited(0).isSuccess()).isTrue();
        assertThat(ExitStatus.exited(2)).hasToString("exit status 2");
        assertThat(ExitStatus.killed(9)).hasToString("killed by SIGKILL");
        assertThat(ExitStatus.killed(40)).hasToString("killed by signal 40");
        assertThat(ExitStatus.killed(9).code()).isEqualTo(137);
        assertThat(ExitStatus.killed(9).isSuccess()).isFalse();
    }
}
