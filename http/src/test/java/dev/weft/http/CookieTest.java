package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;

class CookieTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final CookieJar jar = CookieJar.inMemory();

    private void set(String from, String cookie) {
        jar.receive(URI.create(from), cookie, NOW);
    }

    private String sent(String to, Instant when) {
        var text = new StringBuilder();
        jar.matching(URI.create(to), when)
                .forEach(c -> text.append(c.name()).append('=').append(c.value()).append(' '));
        return text.toString().strip();
    }

    private String sent(String to) {
        return sent(to, NOW);
    }

    @Test
    void goes_back_to_its_host_alone() {
        set("http://a.example/x", "k=v");

        assertThat(sent("http://a.example/")).isEqualTo("k=v");
        assertThat(sent("http://b.a.example/")).isEmpty();
        assertThat(sent("http://example/")).isEmpty();
        assertThat(sent("http://xa.example/")).isEmpty();
    }

    @Test
    void with_a_domain_goes_to_the_hosts_below_it_too() {
        set("http://a.b.example/", "k=v; Domain=.B.example");

        assertThat(sent("http://b.example/")).isEqualTo("k=v");
        assertThat(sent("http://c.b.example/")).isEqualTo("k=v");
        assertThat(sent("http://xb.example/")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "k=v; Domain=example",
                "k=v; Domain=other.example",
                "k=v; Domain=x.a.example",
                "=v",
                "novalue",
                "k=v\u0001"
            })
    void is_ignored_if_it_isnt_the_hosts_own(String cookie) {
        set("http://a.example/", cookie);

        assertThat(sent("http://a.example/")).isEmpty();
    }

    @Test
    void of_an_address_never_covers_another() {
        set("http://127.0.0.1/", "a=1; Domain=0.0.1");
        set("http://127.0.0.1/", "b=2; Domain=127.0.0.1");

        assertThat(sent("http://127.0.0.1/")).isEqualTo("b=2");
        assertThat(sent("http://9.127.0.0.1/")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/a/b,/a/b,true",
        "/a/b,/a/b/c,true",
        "/a/b,/a/bc,false",
        "/a/b/,/a/b/c,true",
        "/,/x,true",
        "/a,/A,false",
        "x,/dir/y,true",
        "x,/y,false"
    })
    void goes_to_its_path_and_below(String path, String asked, boolean goes) {
        set("http://h.example/dir/page", "k=v; Path=" + path);

        assertThat(sent("http://h.example" + asked).isEmpty()).isEqualTo(!goes);
    }

    @Test
    void marked_secure_goes_over_https_only_and_cant_be_set_over_http() {
        set("https://h.example/", "k=v; Secure");
        set("http://h.example/", "x=y; Secure");

        assertThat(sent("https://h.example/")).isEqualTo("k=v");
        assertThat(sent("http://h.example/")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    __Secure-k=v                               | false
                    __Secure-k=v; Secure                       | true
                    __Host-k=v; Secure; Path=/                 | true
                    __Host-k=v; Secure                         | false
                    __Host-k=v; Secure; Path=/; Domain=h.example | false
                    """)
    void keeps_the_promise_of_its_prefix(String cookie, boolean accepted) {
        set("https://h.example/dir/", cookie);

        assertThat(sent("https://h.example/dir/").isEmpty()).isEqualTo(!accepted);
    }

    @Test
    void ends_after_max_age_which_counts_more_than_expires() {
        set("http://h.example/", "k=v; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT");

        assertThat(sent("http://h.example/", NOW.plus(Duration.ofSeconds(59)))).isEqualTo("k=v");
        assertThat(sent("http://h.example/", NOW.plus(Duration.ofSeconds(60)))).isEmpty();
    }

    @Test
    void is_deleted_by_one_that_has_ended() {
        set("http://h.example/", "k=v");
        set("http://h.example/", "k=; Max-Age=0");

        assertThat(sent("http://h.example/")).isEmpty();
    }

    @Test
    void the_longer_path_comes_first_and_then_the_older() {
        set("http://h.example/", "a=1; Path=/");
        set("http://h.example/", "b=2; Path=/x");
        set("http://h.example/", "c=3; Path=/");
        set("http://h.example/", "a=4; Path=/");

        assertThat(sent("http://h.example/x")).isEqualTo("b=2 a=4 c=3");
    }

    @Test
    void of_a_domain_there_are_fifty_at_most() {
        for (int i = 0; i < 60; i++) {
            set("http://h.example/", "k" + i + "=v");
        }

        assertThat(jar.matching(URI.create("http://h.example/"), NOW))
                .hasSize(50)
                .first()
                .hasFieldOrPropertyWithValue("name", "k10");
    }

    @Test
    void of_all_domains_there_are_three_thousand_at_most() {
        for (int i = 0; i < 3100; i++) {
            set("http://h" + i + ".example/", "k=v");
        }

        assertThat(sent("http://h99.example/")).isEmpty();
        assertThat(sent("http://h100.example/")).isEqualTo("k=v");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Sun, 06 Nov 1994 08:49:37 GMT     | 1994-11-06T08:49:37Z
                    Sunday, 06-Nov-94 08:49:37 GMT    | 1994-11-06T08:49:37Z
                    Sun Nov  6 08:49:37 1994          | 1994-11-06T08:49:37Z
                    06-Nov-2031 8:9:7                 | 2031-11-06T08:09:07Z
                    1 january 00 0:0:0                | 2000-01-01T00:00:00Z
                    """)
    void dates_are_read_in_all_their_forms(String text, Instant date) {
        assertThat(CookieDate.parse(text)).isEqualTo(date);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "31 Feb 2020 00:00:00",
                "1 Jan 1600 00:00:00",
                "1 Jan 2020 25:00:00",
                "1 Jan 2020",
                "00:00:00 2020 Jan"
            })
    void what_is_no_date_is_none(String text) {
        assertThat(CookieDate.parse(text)).isNull();
    }
}
