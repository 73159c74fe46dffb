package dev.weft.json.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weft.Weft;
import dev.weft.http.Headers;
import dev.weft.http.HttpClient;
import dev.weft.http.HttpException;
import dev.weft.http.HttpRequest;
import dev.weft.http.HttpServer;
import dev.weft.http.JsonCodec;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

@Timeout(60)
class JacksonCodecTest {

    record Person(String name, int age, Instant since) {}

    record Unwritable() {
        public int getNumber() {
            return Integer.parseInt("no number");
        }
    }

    private static final Person ADA = new Person("Ada", 36, Instant.parse("1852-11-27T00:00:00Z"));

    private final JsonCodec codec = new JacksonCodec();

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** List of Person. */
    private static final Type PEOPLE =
            new ParameterizedType() {
                @Override
                public Type[] getActualTypeArguments() {
                    return new Type[] {Person.class};
                }

                @Override
                public Type getRawType() {
                    return List.class;
                }

                @Override
                public Type getOwnerType() {
                    return List.class;
                }
            };

    @Test
    void reads_what_it_writes() {
        assertThat(codec.read(codec.write(ADA), Person.class)).isEqualTo(ADA);
        assertThat(codec.read(codec.write(List.of(ADA)), PEOPLE)).isEqualTo(List.of(ADA));
        assertThat(codec.read(codec.write(null), Person.class)).isNull();
    }

    @Test
    void ignores_properties_that_it_does_not_know() {
        byte[] json =
                utf8(
                        "{\"name\":\"Ada\",\"age\":36,\"since\":\"1852-11-27T00:00:00Z\",\"more\":[1]}");

        assertThat(codec.read(json, Person.class)).isEqualTo(ADA);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{} {}", "[1]", "{\"age\":\"many\"}", "nul", "{'name':'Ada'}"})
    void refuses_what_is_no_such_json(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> codec.read(utf8(text), Person.class));
    }

    @Test
    void refuses_what_cant_be_written() {
        assertThatIllegalArgumentException().isThrownBy(() -> codec.write(new Unwritable()));
    }

    @Test
    void is_found_by_a_client_that_was_given_none() {
        Weft.run(
                () -> {
                    try (HttpServer server = HttpServer.listen("127.0.0.1", 0);
                            HttpClient client = HttpClient.create()) {
                        Weft.group(
                                group -> {
                                    group.background(
                                            () ->
                                                    server.serve(
                                                            exchange ->
                                                                    exchange.respond(
                                                                            200,
                                                                            Headers.of(
                                                                                    "Content-Type",
                                                                                    exchange.headers()
                                                                                            .first(
                                                                                                    "Content-Type")
                                                                                            .orElseThrow()),
                                                                            exchange.bytes())));
                                    String url = "http://127.0.0.1:" + server.port() + "/";
                                    assertThat(
                                                    client.send(
                                                                    HttpRequest.post(url)
                                                                            .json(ADA)
                                                                            .build())
                                                            .json(Person.class))
                                            .isEqualTo(ADA);
                                    assertThat(
                                                    client.send(
                                                                    HttpRequest.post(url)
                                                                            .json(List.of(ADA))
                                                                            .build())
                                                            .json(PEOPLE))
                                            .isEqualTo(List.of(ADA));
                                    assertThatExceptionOfType(HttpException.Content.class)
                                            .isThrownBy(
                                                    () ->
                                                            client.send(
                                                                            HttpRequest.post(url)
                                                                                    .body("{}")
                                                                                    .build())
                                                                    .json(Person.class))
                                            .withMessageContaining("text/plain");
                                    assertThatExceptionOfType(HttpException.Content.class)
                                            .isThrownBy(
                                                    () ->
                                                            client.send(
                                                                            HttpRequest.post(url)
                                                                                    .json("text")
                                                                                    .build())
                                                                    .json(Person.class))
                                            .withMessageContaining("JSON");
                                });
                    }
                });
    }
}
