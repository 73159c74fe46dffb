package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;

/** Programs that are not the same each time: what was seen is told, and nothing is promised. */
@Timeout(60) // of a hang
class NotTheSameTest {
    private int runs;

    private static SimFailure failureOf(Explorer explorer, Program<?> program) {
        SimFailure failure = catchThrowableOfType(SimFailure.class, () -> explorer.run(program));
        assertThat(failure).isNotNull();
        assertThat(failure).hasMessageContaining("not the same each time");
        assertThat(failure.getMessage()).doesNotContain("to repeat it").doesNotContain("none and");
        return failure;
    }

    @Test
    void aFailureThatDoesNotRepeatIsShownWithHowElseItEnded() {
        SimFailure failure =
                failureOf(
                        Sim.exploring(),
                        sim -> {
                            Weft.checkpoint();
                            if (++runs == 7) {
                                throw new IllegalStateException("the seventh run");
                            }
                        });
        assertThat(failure)
                .hasMessageContaining("the seventh run")
                .hasMessageContaining("and once well")
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFailureOfTheFirstRunOnlyIsShown() {
        SimFailure failure =
                failureOf(
                        Sim.exploring(),
                        sim -> {
                            if (++runs == 1) {
                                Weft.sleep(Duration.ofMillis(1));
                                throw new IllegalStateException("the cache was empty");
                            }
                        });
        assertThat(failure).hasMessageContaining("the cache was empty");
    }

    @Test
    void ordersThatDependOnEarlierRunsAreNotSaidToBeComplete() {
        failureOf(
                Sim.exploring().exhaustively(),
                sim -> {
                    int n = runs++ % 3;
                    Weft.group(
                            g -> {
                                for (int i = 0; i <= n; i++) {
                                    g.start(Weft::checkpoint);
                                }
                            });
                });
    }

    @Test
    void ordersWithRealThreadsAreNotSaidToBeComplete() {
        Exploration all =
                Sim.exploring()
                        .exhaustively()
                        .run(
                                sim -> {
                                    sim.allowReal("a database");
                                    Weft.checkpoint();
                                });
        assertThat(all.complete()).isFalse();
    }

    @Test
    void anEscapeWhoseMomentVariesIsShownAsOne() {
        SimFailure failure =
                catchThrowableOfType(
                        SimFailure.class,
                        () ->
                                Sim.exploring()
                                        .run(
                                                sim -> {
                                                    if (++runs == 3) {
                                                        Thread.sleep(1);
                                                    }
                                                }));
        assertThat(failure)
                .hasMessageContaining("real clock")
                .hasMessageContaining("differs from run to run")
                .hasCauseInstanceOf(EscapeException.class);
    }
}
