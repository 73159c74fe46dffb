package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

class InputsTest {

    @Test
    void should_give_the_command_line_then_the_text() throws BadInput {
        var inputs = inputs("http://b/\nhttp://c/\n", "http://a/");

        assertThat(Weft.run(() -> take(inputs, 9)))
                .containsExactly("http://a/", "http://b/", "http://c/");
        inputs.check();
    }

    @Test
    void should_give_all_of_a_long_text_in_order() {
        var text = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            text.append("http://a/").append(i).append('\n');
        }
        var inputs = inputs(text.toString());

        assertThat(Weft.run(() -> take(inputs, 9_999)))
                .hasSize(3_000)
                .last()
                .isEqualTo("http://a/2999");
    }

    @Test
    void should_end_at_a_bad_line_and_name_it() {
        var inputs = inputs("http://a/\n\nnonsense\nhttp://b/\n");

        assertThat(Weft.run(() -> take(inputs, 9))).containsExactly("http://a/");
        assertThatThrownBy(inputs::check)
                .isInstanceOf(BadInput.class)
                .hasMessageStartingWith("text:3: ");
    }

    @Test
    void should_give_what_a_pipe_has_before_its_end_is_there() throws IOException {
        var writer = new PipedOutputStream();
        var inputs =
                new Inputs(List.of(), new UrlLines("pipe", new PipedInputStream(writer)), false);
        writer.write("http://a/\n".getBytes(StandardCharsets.UTF_8));

        assertThat(Weft.run(() -> take(inputs, 1))).containsExactly("http://a/");
        writer.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://b", "# begun", "# whole\n", "\n"})
    void should_give_what_a_pipe_has_before_a_line_it_has_to_wait_for(String then)
            throws IOException {
        var writer = new PipedOutputStream();
        var inputs =
                new Inputs(List.of(), new UrlLines("pipe", new PipedInputStream(writer)), false);
        writer.write(("http://a/\n" + then).getBytes(StandardCharsets.UTF_8));

        assertThat(Weft.run(() -> take(inputs, 1))).containsExactly("http://a/");
        writer.close();
    }

    @Test
    void should_give_the_rest_of_what_was_read_of_a_pipe_after_a_cancellation() throws IOException {
        var writer = new PipedOutputStream();
        var pipe = new PipedInputStream(writer, 64 * 1024);
        var inputs = new Inputs(List.of(), new UrlLines("pipe", pipe), false);
        writer.write(("http://a/\n".repeat(1_500) + "http://b").getBytes(StandardCharsets.UTF_8));
        assertThat(Weft.run(() -> take(inputs, 5))).hasSize(5);

        assertThat(rest(inputs)).hasSize(1_495);
        writer.close();
    }

    @Test
    void should_stop_waiting_for_a_pipe_when_cancelled() throws IOException {
        var writer = new PipedOutputStream();
        var inputs =
                new Inputs(List.of(), new UrlLines("pipe", new PipedInputStream(writer)), false);

        Weft.run(
                () -> {
                    var taken = Weft.moveOnAfter(Duration.ofMillis(1), () -> take(inputs, 1));
                    assertThat(taken).isEmpty();
                });
        assertThat(rest(inputs)).isEmpty();
        writer.close();
    }

    @Test
    void should_give_the_rest_of_a_file_after_a_cancellation() {
        var inputs = inputs("http://b/\nhttp://c/\nhttp://d/\n", "http://a/");
        var begun = new ArrayList<String>();

        assertThatThrownBy(
                        () ->
                                Weft.run(
                                        () ->
                                                Weft.group(
                                                        group -> {
                                                            for (int i = 0; i < 2; i++) {
                                                                var target = inputs.next();
                                                                inputs.begun(target);
                                                                begun.add(target.url());
                                                            }
                                                            inputs.next();
                                                            throw new CancellationException();
                                                        })))
                .isInstanceOf(CancellationException.class);

        assertThat(begun).containsExactly("http://a/", "http://b/");
        assertThat(rest(inputs)).containsExactly("http://c/", "http://d/");
        assertThat(rest(inputs)).isEmpty();
    }

    @Test
    void should_tell_the_same_url_given_twice_apart() {
        var inputs = inputs("http://a/\nhttp://a/\nhttp://a/\n");
        Weft.run(
                () -> {
                    var first = inputs.next();
                    inputs.next();
                    inputs.begun(first);
                });

        assertThat(rest(inputs)).hasSize(2);
    }

    private static List<String> take(Inputs inputs, int most) {
        var urls = new ArrayList<String>();
        while (urls.size() < most && inputs.hasNext()) {
            var target = inputs.next();
            inputs.begun(target);
            urls.add(target.url());
        }
        return urls;
    }

    private static List<String> rest(Inputs inputs) {
        var urls = new ArrayList<String>();
        inputs.rest(target -> urls.add(target.url()));
        return urls;
    }

    private static Inputs inputs(String text, String... first) {
        var bytes = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        var targets = new ArrayList<Target>();
        for (String url : first) {
            targets.add(Target.trusted(url));
        }
        return new Inputs(targets, new UrlLines("text", bytes), true);
    }
}
