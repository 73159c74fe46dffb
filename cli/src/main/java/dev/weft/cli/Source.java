package dev.weft.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The text that {@code -i} names.
 *
 * <p>A regular file is read twice: first to its end, so that a bad line is found before anything is
 * sent, and how many there are is known; then as its URLs are asked for. Standard input and pipes
 * are read only once, and a bad line ends them.
 */
final class Source {
    private static final Path STANDARD_INPUT = Path.of("/dev/stdin");

    private final String name;

    /**
     * @param name a path, or {@code "-"} for standard input
     */
    Source(String name) {
        this.name = name;
    }

    /** Whether it is a regular file that has a name. */
    boolean isFile() {
        return !name.equals("-") && Files.isRegularFile(Path.of(name));
    }

    /** Whether what is written to that path would get into this text. */
    boolean isSameFile(Path output) {
        Path path = name.equals("-") ? STANDARD_INPUT : Path.of(name);
        try {
            return Files.isRegularFile(path)
                    && Files.exists(output)
                    && Files.isSameFile(path, output);
        } catch (IOException e) {
            return false;
        }
    }

    UrlLines open() throws BadInput {
        if (name.equals("-")) {
            return new UrlLines("standard input", new FileInputStream(FileDescriptor.in));
        }
        try {
            return new UrlLines(name, new FileInputStream(name));
        } catch (IOException e) {
            throw new BadInput("cannot read " + e.getMessage());
        }
    }

    Census census(List<Target> first) throws BadInput {
        if (!isFile()) {
            return Census.UNKNOWN;
        }
        try (var lines = open()) {
            return Census.of(first, lines);
        }
    }
}
