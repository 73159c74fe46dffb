package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** Durations in messages and trees. */
class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0s",
        "PT0.000000340S, 340ns",
        "PT0.000012345S, 0.0123ms",
        "PT0.106123S, 106ms",
        "PT0.2S, 200ms",
        "PT1S, 1s",
        "PT1.5S, 1.5s",
        "PT4.123456S, 4.12s",
        "PT12.345S, 12.3s",
        "PT1M, 1m",
        "PT2M30S, 2m30s",
        "PT3H, 3h",
        "PT2H9M59S, 2h9m",
        "PT76H, 3d4h",
        "P99DT23H, 99d23h",
        "P400DT5H, 400d",
        "P10000D, 10000d"
    })
    void areShownInTwoUnitsOrThreeFigures(Duration duration, String shown) {
        assertThat(Durations.show(duration)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0.9999S, 1s",
        "PT59.949S, 59.9s",
        "PT59.96S, 1m",
        "PT59M59.6S, 1h",
        "PT23H59M59.9S, 1d"
    })
    void thatAreRoundedUpMayReachTheNextUnit(Duration duration, String shown) {
        assertThat(Durations.show(duration)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({"PT-1S, -1s", "PT-0.001S, -1ms", "PT-2M-30S, -2m30s"})
    void thatAreNegativeHaveASign(Duration duration, String shown) {
        assertThat(Durations.show(duration)).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE / 2_000_000_000})
    void ofACenturyAndMoreAreNever(long seconds) {
        assertThat(Durations.show(Duration.ofSeconds(seconds))).isEqualTo("never");
    }

    @Test
    void ofAnySizeAreShown() {
        assertThat(Durations.show(ChronoUnit.FOREVER.getDuration())).isEqualTo("never");
        assertThat(Durations.show(Duration.ofSeconds(Long.MIN_VALUE))).startsWith("-36");
        assertThat(Durations.show(Duration.ofNanos(Durations.LONGEST_NANOS - 1)))
                .isEqualTo("never");
    }

    @Test
    void aTimeoutThatNeverPassesSaysSo() throws Exception {
        Sim.run(
                () ->
                        Weft.timeout(
                                ChronoUnit.FOREVER.getDuration(),
                                () -> {
                                    assertThat(Scope.current())
                                            .hasToString("timeout without limit");
                                    assertThat(Loop.current().tree().toString())
                                            .contains("[timeout without limit]");
                                }));
    }

    @Test
    void aSleepAndAShieldThatNeverEndSaySoInTheTree() {
        Sim.run(
                () -> {
                    Duration forEver = ChronoUnit.FOREVER.getDuration();
                    Promise<String> end = new Promise<>();
                    Weft.background(() -> Weft.sleep(forEver));
                    Weft.background(() -> Weft.shield(forEver, () -> end.await()));
                    Sim.sleep(10);
                    assertThat(Loop.current().tree().toString())
                            .contains("Weft.sleep for 10ms, never ends  at")
                            .contains("[shield without limit]");
                    end.complete("");
                });
    }
}
