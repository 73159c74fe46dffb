package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    http://example.org                      | http://example.org/
                    HTTP://EXAMPLE.org:80/A                 | http://example.org/A
                    https://example.org:443?q=1             | https://example.org/?q=1
                    https://example.org:80/                 | https://example.org:80/
                    http://example.org:/x                   | http://example.org/x
                    http://example.org/a/./b/../c           | http://example.org/a/c
                    http://example.org/../../a              | http://example.org/a
                    http://example.org/a/%2e%2E/b           | http://example.org/b
                    http://example.org/a/..                 | http://example.org/
                    http://example.org/.hidden/..x          | http://example.org/.hidden/..x
                    http://example.org/a b?c d#frag ment    | http://example.org/a%20b?c%20d
                    http://example.org/ü?ä=€                | http://example.org/%C3%BC?%C3%A4=%E2%82%AC
                    http://example.org/😀                   | http://example.org/%F0%9F%98%80
                    http://example.org/%41%zz%4             | http://example.org/%41%25zz%254
                    http://example.org/%１２                 | http://example.org/%25%EF%BC%91%EF%BC%92
                    http://example.org/a?x=/../y            | http://example.org/a?x=/../y
                    http://bücher.example/                  | http://xn--bcher-kva.example/
                    http://user:pa%40ss@example.org/        | http://example.org/
                    http://[::1]:8080/                      | http://[::1]:8080/
                    http://[2001:DB8::192.0.2.1]/           | http://[2001:db8::192.0.2.1]/
                    http://my_host.example/                 | http://my_host.example/
                    http://example.org./                    | http://example.org./
                    http://ex%61mple.org/                   | http://example.org/
                    """)
    void normalises(String text, String normalised) throws Exception {
        assertThat(Url.parse(text)).hasToString(normalised);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.org",
                "//example.org",
                "/path",
                "ftp://example.org/",
                "file:///etc/passwd",
                "javascript:alert(1)",
                "http:example.org",
                "http:/example.org",
                "http://",
                "http:///path",
                "http://:80/",
                "http://example.org:99999/",
                "http://example.org:0/",
                "http://example.org:8a/",
                "http://example.org:-1/",
                "http://exa mple.org/",
                "http://example..org/",
                "http://.example.org/",
                "http://a\\@b/",
                "http://example.org\\.evil/",
                "http://ex%00ample.org/",
                "http://ex%zzample.org/",
                "http://ex%2fample.org/",
                "http://[::1/",
                "http://[]/",
                "http://[::1::2]/",
                "http://[1:2:3:4:5:6:7]/",
                "http://[1:2:3:4:5:6:7:8:9]/",
                "http://[fe80::1%25eth0]/",
                "http://[::256.1.1.1]/",
                "http://[12345::]/",
                "http://[::1]x/",
                "http://example.org/a\r\nX: y",
                "http://example.org/\u0000",
                "ht\ttp://x/"
            })
    void refuses(String text) {
        assertThatExceptionOfType(Url.Malformed.class).isThrownBy(() -> Url.parse(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    http://[::1        | an IPv6 address without its closing bracket: [::1
                    http://u@[::1:80/a | an IPv6 address without its closing bracket: [::1:80
                    http://::1/        | a bad port: :1 (an IPv6 address stands in brackets)
                    http://a:b/        | a bad port: b
                    http://[::1]:x/    | a bad port: x
                    """)
    void says_what_is_wrong(String text, String why) {
        assertThatExceptionOfType(Url.Malformed.class)
                .isThrownBy(() -> Url.parse(text))
                .withMessage(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    g         | http://a/b/c/g
                    ./g       | http://a/b/c/g
                    g/        | http://a/b/c/g/
                    /g        | http://a/g
                    //g       | http://g/
                    ?y        | http://a/b/c/d;p?y
                    g?y       | http://a/b/c/g?y
                    #s        | http://a/b/c/d;p?q
                    g;x       | http://a/b/c/g;x
                    ''        | http://a/b/c/d;p?q
                    .         | http://a/b/c/
                    ..        | http://a/b/
                    ../g      | http://a/b/g
                    ../..     | http://a/
                    ../../../g | http://a/g
                    g;x=1/../y | http://a/b/c/y
                    https://o/ | https://o/
                    """)
    void resolves_references_as_RFC_3986_section_5_4_does(String reference, String result)
            throws Exception {
        assertThat(Url.parse("http://a/b/c/d;p?q").resolve(reference)).hasToString(result);
    }

    @Test
    void keeps_user_and_password_out_of_texts_and_decodes_them() throws Exception {
        Url url = Url.parse("https://us%65r:p%40ss:w@example.org/");

        assertThat(url.credentials()).isEqualTo("user:p@ss:w");
        assertThat(url.toString() + url.uri()).doesNotContain("ss");
    }

    @Test
    void has_the_port_in_the_host_field_only_where_it_isnt_the_usual_one() throws Exception {
        assertThat(Url.parse("http://h:80/").authority()).isEqualTo("h");
        assertThat(Url.parse("https://h:80/").authority()).isEqualTo("h:80");
        assertThat(Url.parse("http://[::1]:81/").authority()).isEqualTo("[::1]:81");
    }

    @Test
    void gives_a_URI_even_for_brackets_in_the_path() throws Exception {
        assertThat(Url.parse("http://h/a[1]?b[]=2").uri())
                .hasToString("http://h/a%5B1%5D?b%5B%5D=2");
    }

    @Test
    void a_bad_url_is_an_exception_that_shows_it() {
        assertThatExceptionOfType(HttpException.InvalidUrl.class)
                .isThrownBy(() -> HttpRequest.get("gopher://x\r\n"))
                .withMessage("GET gopher://x\\r\\n: only http and https can be asked, not gopher");
    }
}
