package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.SplittableRandom;

/** A run in one word, and back. */
class DecisionsTest {
    @Test
    void anyDecisionsSurviveTheWayThroughText() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 1_000; i++) {
            Decisions some =
                    new Decisions(
                            random.nextLong(),
                            list(random),
                            list(random),
                            random.nextBoolean()
                                    ? null
                                    : new Fault(
                                            Fault.Kind.CANCEL,
                                            "a/b:c " + i,
                                            random.nextInt(3),
                                            random.nextInt(100),
                                            Fault.Window.READY));
            assertThat(Decisions.parse(some.toString())).isEqualTo(some);
        }
    }

    private static int[] list(SplittableRandom random) {
        return random.ints(random.nextInt(50), 0, 60)
                .map(n -> random.nextInt(3) == 0 ? n : 0)
                .toArray();
    }

    @Test
    void calmDecisionsAreShort() {
        assertThat(Decisions.calm(0)).hasToString("w1:0:::");
        assertThat(Decisions.calm(0).withSchedule(new int[] {0, 0, 2, 0, 0, 0, 0, 40, 0}))
                .hasToString("w1:0:002(4)<40>::");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "w0:0:::",
                "w1:0::",
                "w1:0:(12::",
                "w1:0:!::",
                "w1:-:::",
                "w1:0:::x",
                "w1:0:::cancel/never/1/0/a"
            })
    void whatIsNoReplayIsRefusedByName(String text) {
        assertThatThrownBy(() -> Decisions.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }
}
