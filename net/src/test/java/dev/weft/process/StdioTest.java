package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.net.Bytes;
import dev.weft.net.Stdio;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

/** The standard streams of other JVMs, through pipes and files. */
@Timeout(120)
class StdioTest {
    private static final Mode MODE = new Mode("nio", false);
    @TempDir Path folder;

    private static Command program(String what) {
        return Jvm.command(StdioProgram.class, what);
    }

    @Test
    void lines_come_through_a_pipe_to_its_end() throws Exception {
        MODE.run(
                () -> {
                    try (var child = program("upper").start()) {
                        child.stdin().write(Bytes.utf8("one\n"));
                        assertThat(child.stdout().readLine()).isEqualTo("> ONE");
                        child.stdin().write(Bytes.utf8("two\nthree"));
                        assertThat(child.stdout().readLine()).isEqualTo("> TWO");
                        child.stdin().close();
                        assertThat(child.stdout().readLine()).isEqualTo("> THREE");
                        assertThat(child.await().code()).isZero();
                    }
                });
    }

    @Test
    void files_and_no_input_at_all() throws Exception {
        Path file = Files.writeString(folder.resolve("lines"), "a\nb\n".repeat(50_000));
        Path target = folder.resolve("upper");
        MODE.run(
                () -> {
                    program("upper")
                            .stdin(Input.from(file))
                            .stdout(Output.to(target))
                            .run()
                            .check();
                    assertThat(target).hasContent("> A\n> B\n".repeat(50_000));
                    var result = program("upper").stdin(Input.empty()).run().check();
                    assertThat(result.text()).isEmpty();
                });
    }

    @Test
    void a_reader_that_goes_away_ends_the_writer() throws Exception {
        MODE.run(
                () -> {
                    var line = Jvm.inShell("\"$@\" | head -1", program("endless"));
                    var result = line.run().check();
                    assertThat(result.text()).isEqualTo("line\n");
                    assertThat(result.errorText()).isEqualTo("stdout: broken pipe\n");
                });
    }

    @Test
    void what_one_source_has_read_ahead_is_there_for_the_next_also_in_another_loop()
            throws Exception {
        MODE.run(
                () -> {
                    var result = program("parts").runWith("one\ntwo\nthree\n").check();
                    assertThat(result.lines()).containsExactly("first: one", "> TWO", "> THREE");
                });
    }

    @Test
    void a_read_that_nobody_waits_for_any_more_loses_nothing_and_a_second_source_is_refused()
            throws Exception {
        MODE.run(
                () -> {
                    try (var child = program("cancel").start()) {
                        assertThat(child.stdout().readLine())
                                .isEqualTo("ByteSource stdin is open already,");
                        child.stdin().write(Bytes.utf8("one\n"));
                        assertThat(child.stdout().readLine()).isEqualTo("> ONE");
                        child.stdin().close();
                        assertThat(child.await().code()).isZero();
                    }
                });
    }

    @Test
    void off_a_loop_they_are_refused() {
        assertThatIllegalStateException()
                .isThrownBy(Stdio::in)
                .withMessageStartingWith("Stdio.in: ");
        assertThatIllegalStateException()
                .isThrownBy(Stdio::out)
                .withMessageStartingWith("Stdio.out: ");
    }
}
