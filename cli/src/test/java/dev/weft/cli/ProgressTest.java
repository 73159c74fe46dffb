package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.OptionalLong;

class ProgressTest {
    private static final long SECOND = 1_000_000_000L;
    private final Tally tally = new Tally();

    @Test
    void should_say_share_rate_errors_and_time_left() {
        var progress = new Progress(OptionalLong.of(200), 0);
        add(49, FetchOutcome.OK);
        add(1, FetchOutcome.TIMEOUT);

        assertThat(progress.line(2 * SECOND, tally))
                .isEqualTo("[######..................] 25% 50/200, 25/s, 1 error, 6s left");
    }

    @Test
    void should_take_the_rate_of_the_last_seconds() {
        var progress = new Progress(OptionalLong.of(10_000), 0);
        add(5_000, FetchOutcome.OK);
        for (int second = 1; second <= 10; second++) {
            progress.line(second * SECOND, tally);
            add(2, FetchOutcome.OK);
        }

        assertThat(progress.line(11 * SECOND, tally)).contains(" 2.0/s, 0 errors");
    }

    @Test
    void should_do_without_a_total() {
        var progress = new Progress(OptionalLong.empty(), 0);
        add(30, FetchOutcome.OK);

        assertThat(progress.line(SECOND, tally)).isEqualTo("30 done, 30/s, 0 errors");
    }

    @Test
    void should_not_divide_by_nothing() {
        assertThat(new Progress(OptionalLong.of(0), 0).line(0, tally))
                .isEqualTo("[########################] 100% 0/0, 0.0/s, 0 errors");
    }

    @Test
    void should_not_promise_an_end_while_nothing_moves() {
        assertThat(new Progress(OptionalLong.of(9), 0).line(SECOND, tally)).doesNotContain("left");
    }

    @Test
    void should_survive_a_file_that_grew() {
        var progress = new Progress(OptionalLong.of(1), 0);
        add(3, FetchOutcome.OK);

        assertThat(progress.line(SECOND, tally)).contains("100% 3/3");
    }

    private void add(int times, FetchOutcome outcome) {
        for (int i = 0; i < times; i++) {
            tally.add(new FetchRecord("http://a/", 200, 1, 1, 1, outcome, null, ""));
        }
    }
}
