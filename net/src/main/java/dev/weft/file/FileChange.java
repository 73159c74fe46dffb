package dev.weft.file;

import java.nio.file.Path;

/**
 * Something that has happened in a folder that is watched.
 *
 * @param kind what
 * @param path to what; the folder, if it is {@link Kind#OVERFLOW} or {@link Kind#GONE}
 */
public record FileChange(Kind kind, Path path) {
    /** What has happened. */
    public enum Kind {
        /** It is new, or was moved here. */
        CREATED,
        /** It was written to, or its attributes are others. */
        MODIFIED,
        /** It was deleted, or moved away. */
        DELETED,
        /** More has happened than was kept: look at the whole folder. */
        OVERFLOW,
        /** The folder itself is gone; nothing more comes from it. */
        GONE
    }
}
