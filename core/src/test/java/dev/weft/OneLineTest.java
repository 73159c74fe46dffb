package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.Lock;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Names and reasons that users choose, in trees, reports and other messages. */
class OneLineTest {
    private static final String NASTY = "two\nlines\r\tand \u001b[31mred";
    private static final String SHOWN = "two\\nlines\\r\\tand \\u001b[31mred";

    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "'', ''",
        "'it''s', 'it''s'",
        "grüße 日本 🙂, grüße 日本 🙂",
        "C:\\new, C:\\new"
    })
    void whatIsOnOneLineStaysAsItIs(String text, String shown) {
        assertThat(OneLine.of(text)).isEqualTo(shown);
    }

    @Test
    void lineBreaksAndWhatControlsATerminalAreEscaped() {
        assertThat(OneLine.of(NASTY)).isEqualTo(SHOWN);
        assertThat(OneLine.of("\u0000\u007f\u0085\u2028\u2029"))
                .isEqualTo("\\u0000\\u007f\\u0085\\u2028\\u2029");
        assertThat(OneLine.of("to the \u202eleft")).isEqualTo("to the \\u202eleft");
        assertThat(OneLine.of("half a \ud83d")).isEqualTo("half a \\ud83d");
    }

    @Test
    void whatIsLongIsCutBetweenCharacters() {
        assertThat(OneLine.of("x".repeat(120))).isEqualTo("x".repeat(120));
        assertThat(OneLine.of("x".repeat(121))).isEqualTo("x".repeat(117) + "...");
        assertThat(OneLine.of("🙂".repeat(61))).isEqualTo("🙂".repeat(58) + "...");
        assertThat(OneLine.of("\n".repeat(61))).isEqualTo("\\n".repeat(58) + "...");
        assertThat(OneLine.of("x".repeat(1_000_000))).hasSize(120);
    }

    @Test
    void aTaskHasOneLineInTheTreeWhateverItsNameAndTheReasonOfItsCancellation() {
        Sim.run(
                () ->
                        Weft.supervisor(
                                g -> {
                                    Task<?> task =
                                            g.start(
                                                    NASTY,
                                                    () ->
                                                            Weft.shield(
                                                                    Sim.s(1), () -> Sim.sleep(9)));
                                    g.start(
                                            "x".repeat(1_000),
                                            () -> Weft.await(List.of(task), Until.ALL_COMPLETED));
                                    Sim.sleep(1);
                                    task.cancel("because\nof that");
                                    String tree = Loop.current().tree().toString();
                                    assertThat(tree.lines()).hasSize(4);
                                    assertThat(tree)
                                            .contains("─ " + SHOWN + " #")
                                            .contains(
                                                    "[cancelled by main: because\\n"
                                                            + "of that, pending]")
                                            .contains("─ " + "x".repeat(117) + "... #");
                                    assertThat(task.name()).isEqualTo(NASTY);
                                    assertThat(task.path()).isEqualTo("main/" + SHOWN);
                                }));
    }

    @Test
    void aLoopIsNamedOnOneLine() {
        try (Runner runner = Runner.builder().name(NASTY).build()) {
            assertThat(runner.loop()).hasToString("loop '" + SHOWN + "'");
            assertThat(runner.loop().tree().toString()).startsWith("loop '" + SHOWN + "': 1 task");
            assertThat(runner.loop().name()).isEqualTo(NASTY);
        }
    }

    @Test
    void reportsAreOneLine() {
        List<LoopFailure> told = new ArrayList<>();
        Sim.run(
                () ->
                        Weft.supervisor(
                                g -> {
                                    Loop.current().exceptionHandler(told::add);
                                    g.start(
                                            NASTY,
                                            () -> {
                                                throw new IllegalStateException();
                                            });
                                    Task<?> deaf =
                                            g.start(
                                                    NASTY,
                                                    () -> {
                                                        Sim.thrownBy(Sim::sleepForever);
                                                        Sim.sleep(10_000);
                                                    });
                                    Weft.checkpoint();
                                    deaf.cancel("because\nof that");
                                    Sim.sleep(9_000);
                                }));
        assertThat(told)
                .hasSize(2)
                .allSatisfy(
                        f -> {
                            assertThat(f.message()).contains(SHOWN).doesNotContain("\n");
                            assertThat(f.place()).contains(SHOWN);
                        });
    }

    @Test
    void messagesThatNameATaskNameItOnOneLine() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    Task<?> task = g.start(NASTY, OneLineTest::takesALockTwice);
                                    task.cancel("enough");
                                    assertThatThrownBy(() -> task.await())
                                            .isInstanceOf(CancellationException.class)
                                            .hasMessage(
                                                    "task '" + SHOWN + "' was cancelled: enough");
                                    Task<?> other = g.start(NASTY, OneLineTest::takesALockTwice);
                                    other.await();
                                }));
    }

    @SuppressWarnings("try") // the second is the point
    private static void takesALockTwice() {
        Weft.checkCancelled();
        var lock = new Lock();
        try (var _ = lock.acquire()) {
            assertThat(lock.toString()).contains("held by task '" + SHOWN + "'");
            assertThatThrownBy(lock::acquire)
                    .hasMessageContaining("task '" + SHOWN + "' holds this lock already");
        }
    }
}
