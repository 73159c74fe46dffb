package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What the documents show is what is compiled and run here. */
class DocsTest {
    private static final Pattern LINK =
            Pattern.compile("\\]\\((?!https?:|#)([^)#]+)(?:#[^)]*)?\\)");

    static List<Path> documents() {
        return Docs.files();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void should_show_only_java_that_is_run(Path document) {
        var known = new TreeSet<>(Docs.regions());
        known.addAll(Docs.programs());

        assertThat(Docs.blocks(document)).allSatisfy(block -> assertThat(known).contains(block));
    }

    @Test
    void should_show_every_program_or_link_to_it() {
        var blocks = documents().stream().flatMap(d -> Docs.blocks(d).stream()).toList();
        var links =
                documents().stream()
                        .flatMap(d -> LINK.matcher(Docs.read(d)).results().map(l -> linked(d, l)))
                        .toList();

        assertThat(Docs.programFiles())
                .allMatch(
                        program ->
                                blocks.contains(Docs.read(program))
                                        || links.contains(program.toAbsolutePath().normalize()));
    }

    private static Path linked(Path document, MatchResult link) {
        return document.toAbsolutePath().resolveSibling(link.group(1)).normalize();
    }

    @Test
    void should_have_no_snippet_that_nothing_shows() {
        var shown =
                documents().stream().flatMap(document -> Docs.blocks(document).stream()).toList();

        assertThat(shown).containsAll(Docs.regions());
    }

    @ParameterizedTest
    @MethodSource("documents")
    void should_link_to_what_is_there(Path document) {
        var links = LINK.matcher(Docs.read(document)).results().map(link -> link.group(1)).toList();

        assertThat(links)
                .allSatisfy(
                        link ->
                                assertThat(Files.exists(document.resolveSibling(link)))
                                        .as(link)
                                        .isTrue());
    }
}
