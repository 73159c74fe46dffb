package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

class DemoTest {
    @TempDir private Path folder;

    @Test
    void should_meet_every_planted_failure_as_announced() {
        var output = folder.resolve("demo.jsonl");
        var ended = Command.run("fetch", "--demo", "-o", output.toString());

        assertThat(ended.status()).as(ended.out()).isZero();
        assertThat(ended.out())
                .contains("One after another they would have taken")
                .endsWith("Every page ended as announced.\n");
        assertThat(ended.err()).isEmpty();
        assertThat(Lines.read(output)).hasSize(DemoReport.PAGES);
    }

    @Test
    void should_say_what_did_not_end_as_announced() {
        var report = new DemoReport();
        report.expect("http://a/1", DemoPage.STALLED);
        report.expect("http://a/2", DemoPage.STALLED);
        report.add(new FetchRecord("http://a/1", 200, 1, 1, 1, FetchOutcome.TIMEOUT, "late", ""));
        report.add(new FetchRecord("http://a/2", 200, 1, 1, 1, FetchOutcome.OK, null, ""));

        assertThat(report.isMet()).isFalse();
        assertThat(report.table()).contains("1 as announced, 1 ok with status 200");
        assertThat(report.verdict()).isEqualTo("459 of 460 pages did not end as announced.");
    }

    @Test
    void should_not_take_two_records_of_one_page() {
        var report = new DemoReport();
        report.expect("http://a/1", DemoPage.FAST);
        var record = new FetchRecord("http://a/1", 200, 1, 1, 1, FetchOutcome.OK, null, "");
        report.add(record);

        assertThatThrownBy(() -> report.add(record)).isInstanceOf(IllegalStateException.class);
    }
}
