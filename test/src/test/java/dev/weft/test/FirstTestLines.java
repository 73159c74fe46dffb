package dev.weft.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How much a newcomer has to write. */
final class FirstTestLines {
    private static final Path SOURCE =
            Path.of("src", "test", "java", "dev", "weft", "test", "FirstTest.java");

    private static final int MOST = 15;

    private FirstTestLines() {}

    static List<Figure> figures() throws IOException {
        int lines = Files.readAllLines(SOURCE).size();
        boolean hasNoBase = FirstTest.class.getSuperclass() == Object.class;
        return List.of(
                new Figure(
                        "S12",
                        "a first test: at most 15 lines with its imports, no base class",
                        lines + " lines" + (hasNoBase ? "" : ", with a base class"),
                        lines <= MOST && hasNoBase));
    }
}
