package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

class BackoffTest {
    private final RandomGenerator random = new SplittableRandom(42);

    @ParameterizedTest
    @CsvSource({"1, 250", "2, 500", "3, 1000", "6, 8000", "7, 10000", "1000, 10000"})
    void should_be_between_half_and_all_of_a_wait_that_doubles_up_to_ten_seconds(
            int failed, long millis) {
        for (int i = 0; i < 1_000; i++) {
            assertThat(Backoff.after(failed, random))
                    .isBetween(Duration.ofMillis(millis / 2), Duration.ofMillis(millis));
        }
    }

    @Test
    void should_spread_out_those_who_failed_together() {
        assertThat(
                        random.ints(1_000)
                                .mapToObj(_ -> Backoff.after(1, random).toMillis() / 13)
                                .distinct()
                                .count())
                .isGreaterThanOrEqualTo(10);
    }
}
