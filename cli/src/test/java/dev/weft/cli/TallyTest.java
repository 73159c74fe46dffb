package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class TallyTest {
    private final Tally tally = new Tally();

    @Test
    void should_sum_up_in_one_line() {
        add(FetchOutcome.TIMEOUT, 0, 2_000);
        add(FetchOutcome.OK, 3_000_000, 100);
        add(FetchOutcome.OK, 1_000, 150);

        assertThat(tally.summary(Duration.ofMillis(2_010)))
                .isEqualTo("3 URLs in 2s, 2.9MB: 2 ok, 1 timeout");
        assertThat(tally.oneByOne()).isEqualTo(Duration.ofMillis(2_250));
        assertThat(tally.failed()).isEqualTo(1);
    }

    @Test
    void should_sum_up_nothing() {
        assertThat(tally.summary(Duration.ZERO)).isEqualTo("0 URLs in 0ms, 0 bytes");
    }

    private void add(FetchOutcome outcome, long bytes, long millis) {
        tally.add(new FetchRecord("http://a/", 200, bytes, millis, 1, outcome, null, ""));
    }
}
