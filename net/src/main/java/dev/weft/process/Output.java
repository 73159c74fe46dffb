package dev.weft.process;

import java.nio.file.Path;
import java.util.Objects;

/** Where a child's standard output or error goes. Immutable; <em>any thread</em>. */
public sealed interface Output {

    /**
     * To this program, through {@link Child#stdout} or {@link Child#stderr}: the default. Nothing
     * is read before somebody reads, and a child that writes more than the pipe holds (64 KiB)
     * waits.
     */
    static Output piped() {
        return Kind.PIPED;
    }

    /** To where this program's own goes. */
    static Output inherited() {
        return Kind.INHERITED;
    }

    /** Nowhere. */
    static Output discarded() {
        return Kind.DISCARDED;
    }

    /** To a file, which is created or emptied when the child starts. */
    static Output to(Path file) {
        return new ToFile(file, false);
    }

    /** To the end of a file, which is created if there is none. */
    static Output appendedTo(Path file) {
        return new ToFile(file, true);
    }

    /** The kinds that need no more words. */
    enum Kind implements Output {
        /** See {@link Output#piped}. */
        PIPED,
        /** See {@link Output#inherited}. */
        INHERITED,
        /** See {@link Output#discarded}. */
        DISCARDED
    }

    /**
     * To a file.
     *
     * @param file relative to this program's directory, not to the child's
     * @param appends whether what is in it stays
     */
    record ToFile(Path file, boolean appends) implements Output {
        /** To a file. */
        public ToFile {
            Objects.requireNonNull(file, "the file");
        }
    }
}
