package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

class SinkTest {
    private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private final Sink.Stream out = new Sink.Stream("out", terminal);
    private final Sink.Stream json = new Sink.Stream("results.jsonl", file);
    private final Table table = new Table(80, 10);

    @Test
    void should_write_each_record_to_the_file_at_once() {
        var sink = new Sink(json, out, table, out, true);
        sink.write(List.of(record("http://a/"), record("http://b/")));

        assertThat(text(file).lines()).hasSize(2).allMatch(line -> line.endsWith("}"));
    }

    @Test
    void should_print_rows_at_once_where_there_is_no_progress_line() {
        var sink = new Sink(null, out, table, null, false);
        sink.write(List.of(record("http://a/")));

        assertThat(text(terminal)).startsWith("STATUS").contains("http://a/");
    }

    @Test
    void should_print_rows_above_a_progress_line_on_the_same_terminal() {
        var sink = new Sink(null, out, table, out, true);
        sink.show("10%");
        terminal.reset();
        sink.write(List.of(record("http://a/")));
        assertThat(text(terminal)).isEmpty();

        sink.show("20%");
        String drawn = text(terminal);
        assertThat(drawn).startsWith("\r\033[K");
        assertThat(drawn.indexOf("http://a/")).isLessThan(drawn.indexOf("20%"));
        assertThat(drawn).contains("\n\r\033[?7l20%\033[K\033[?7h");
    }

    @Test
    void should_leave_no_progress_line_behind() {
        var sink = new Sink(null, out, table, out, true);
        sink.write(List.of(record("http://a/")));
        sink.show("20%");
        terminal.reset();
        sink.finish("the end\n");

        assertThat(text(terminal)).isEqualTo("\r\033[Kthe end\n");
    }

    @Test
    void should_print_nothing_but_json_lines_without_a_table() {
        var sink = new Sink(json, out, null, null, false);
        sink.write(List.of(record("http://a/")));
        sink.finish("");

        assertThat(text(terminal)).isEmpty();
        assertThat(text(file)).contains("http://a/");
    }

    @Test
    void should_name_what_cannot_be_written() {
        var sink = new Sink(full("r.jsonl"), out, table, null, false);

        assertThatThrownBy(() -> sink.write(List.of(record("http://a/"))))
                .isInstanceOf(OutputFailure.class)
                .hasMessage("cannot write r.jsonl: No space left on device");
        assertThat(sink.hasLostTable()).isFalse();
    }

    @Test
    void should_fail_at_once_when_the_table_is_lost_and_nothing_else_is_written() {
        var sink = new Sink(null, full("out"), table, null, false);

        assertThatThrownBy(() -> sink.write(List.of(record("http://a/"))))
                .isInstanceOf(OutputFailure.class);
        assertThat(sink.hasLostTable()).isTrue();
    }

    @Test
    void should_write_on_to_the_file_when_the_table_is_lost_and_say_so_in_the_end() {
        var sink = new Sink(json, full("out"), table, null, false);
        sink.write(List.of(record("http://a/")));
        sink.write(List.of(record("http://b/")));

        assertThat(text(file).lines()).hasSize(2);
        assertThatThrownBy(() -> sink.finish("the end\n"))
                .isInstanceOf(OutputFailure.class)
                .hasMessage("cannot write out: No space left on device");
    }

    @Test
    void should_do_without_a_progress_line_that_cannot_be_drawn() {
        var sink = new Sink(json, out, table, full("terminal"), true);
        sink.write(List.of(record("http://a/")));
        sink.show("10%");
        sink.finish("the end\n");

        assertThat(text(terminal)).contains("http://a/").endsWith("the end\n");
    }

    private static Sink.Stream full(String name) {
        return new Sink.Stream(
                name,
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("No space left on device");
                    }

                    @Override
                    public void write(byte[] bytes, int from, int length) throws IOException {
                        write(0);
                    }
                });
    }

    private static FetchRecord record(String url) {
        return new FetchRecord(url, 200, 1, 1, 1, FetchOutcome.OK, null, "hello");
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
