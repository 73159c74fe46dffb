package dev.weft.process;

import java.nio.file.Path;
import java.util.Objects;

/** Where a child's standard input comes from. Immutable; <em>any thread</em>. */
public sealed interface Input {

    /** From this program, through {@link Child#stdin}: the default. */
    static Input piped() {
        return Kind.PIPED;
    }

    /** This program's own standard input. */
    static Input inherited() {
        return Kind.INHERITED;
    }

    /** Nowhere: the child reads the end at once. */
    static Input empty() {
        return Kind.EMPTY;
    }

    /** From a file, which is opened when the child starts. */
    static Input from(Path file) {
        return new FromFile(file);
    }

    /** The kinds that need no more words. */
    enum Kind implements Input {
        /** See {@link Input#piped}. */
        PIPED,
        /** See {@link Input#inherited}. */
        INHERITED,
        /** See {@link Input#empty}. */
        EMPTY
    }

    /**
     * From a file.
     *
     * @param file relative to this program's directory, not to the child's
     */
    record FromFile(Path file) implements Input {
        /** From a file. */
        public FromFile {
            Objects.requireNonNull(file, "the file");
        }
    }
}
