package dev.weft.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The Java that the documents show, and the Java that they may show: whole programs, and the
 * regions of the tests between the lines {@code // snippet} and {@code // end}.
 */
final class Docs {
    static final Path PROGRAMS = Path.of("src/main/java/dev/weft/examples");
    private static final Path TESTS = Path.of("src/test/java/dev/weft/examples");
    private static final Path README = Path.of("../README.md");
    private static final Path GUIDES = Path.of("../docs");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```java\\n(.*?)^```$");
    private static final Pattern REGION = Pattern.compile("(?ms)^ *// snippet$\\n(.*?)^ *// end$");

    private Docs() {}

    /** README and guides. */
    static List<Path> files() {
        var files = new ArrayList<Path>();
        files.add(README);
        try (var guides = Files.list(GUIDES)) {
            guides.filter(file -> file.toString().endsWith(".md")).sorted().forEach(files::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /** The Java blocks of a document. */
    static List<String> blocks(Path document) {
        return BLOCK.matcher(read(document)).results().map(block -> block.group(1)).toList();
    }

    /** Every region of the tests. */
    static Set<String> regions() {
        var regions = new HashSet<String>();
        for (Path test : list(TESTS)) {
            REGION.matcher(read(test))
                    .results()
                    .forEach(
                            region ->
                                    regions.add(
                                            region.group(1).stripTrailing().stripIndent() + "\n"));
        }
        return regions;
    }

    static List<Path> programFiles() {
        return list(PROGRAMS);
    }

    /** Every program, whole. */
    static Set<String> programs() {
        var programs = new HashSet<String>();
        programFiles().forEach(program -> programs.add(read(program)));
        return programs;
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
