package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Every sentence of docs/rules.md is named by a test: by a comment {@code // rules 2: "..."} with
 * words of it, an ellipsis standing for those left out. And every such comment quotes a sentence
 * that is there.
 */
class RulesTest {
    private static final Path RULES = Path.of("../docs/rules.md");
    private static final Path TESTS = Path.of("src/test/java");
    private static final Pattern QUOTE = Pattern.compile("rules (\\d): \"([^\"]+)\"");
    private static final int SHORTEST = 8;

    private record Rule(String section, String words) {}

    private record Quote(String section, String words, Path file) {
        boolean names(Rule rule) {
            return rule.section.equals(section)
                    && Stream.of(words.split("\\.\\.\\.|…"))
                            .map(RulesTest::plain)
                            .allMatch(plain(rule.words)::contains);
        }
    }

    /** Letters and digits alone. */
    private static String plain(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", " ").strip();
    }

    private static List<Rule> rules() throws IOException {
        List<Rule> rules = new ArrayList<>();
        String section = "";
        for (String line : Files.readAllLines(RULES)) {
            if (line.startsWith("## ")) {
                section = line.substring(3, 4);
            } else if (line.startsWith("- ")) {
                rules.add(new Rule(section, line.substring(2)));
            }
        }
        return rules;
    }

    private static List<Quote> quotes() throws IOException {
        List<Quote> quotes = new ArrayList<>();
        try (Stream<Path> files = Files.walk(TESTS)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                if (file.endsWith("RulesTest.java")) {
                    continue;
                }
                String text = Files.readString(file).replaceAll("\\s*\\n\\s*//\\s*", " ");
                var quote = QUOTE.matcher(text);
                while (quote.find()) {
                    quotes.add(new Quote(quote.group(1), quote.group(2), file));
                }
            }
        }
        return quotes;
    }

    @Test
    void everyRuleIsNamedByATest() throws IOException {
        List<Quote> quotes = quotes();
        assertThat(rules())
                .hasSizeGreaterThan(80)
                .allSatisfy(
                        rule ->
                                assertThat(quotes)
                                        .as("tests that name: " + rule.words)
                                        .anyMatch(q -> q.names(rule)));
    }

    @Test
    void everyCommentQuotesARule() throws IOException {
        List<Rule> rules = rules();
        assertThat(quotes())
                .allSatisfy(
                        quote ->
                                assertThat(rules)
                                        .as(quote.file + ": " + quote.words)
                                        .anyMatch(quote::names))
                .allSatisfy(quote -> assertThat(plain(quote.words)).hasSizeGreaterThan(SHORTEST));
    }
}
