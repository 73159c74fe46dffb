package dev.weft.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Something about a file failed; the message begins with its path. Unchecked, as all failures of
 * Weft's; {@link #getCause} is the JDK's.
 */
public final class FileException extends UncheckedIOException {
    private static final long serialVersionUID = 1;

    private final String path;
    private final Kind kind;

    /** Why. */
    public enum Kind {
        /** There is no such file, or a folder on the way to it is missing. */
        NOT_FOUND,
        /** There is one already. */
        EXISTS,
        /** It may not be read, written or searched. */
        NO_PERMISSION,
        /** A folder where a file is wanted. */
        IS_DIRECTORY,
        /** A file where a folder is wanted. */
        NOT_A_DIRECTORY,
        /** A folder that must be empty and is not. */
        NOT_EMPTY,
        /** It has more than the given limit. */
        TOO_LARGE,
        /** It was closed meanwhile. */
        CLOSED,
        /** Something else, such as a full disk. */
        OTHER
    }

    private FileException(String path, Kind kind, String message, IOException cause) {
        super(path + ": " + message, cause);
        this.path = path;
        this.kind = kind;
    }

    static FileException tooLarge(Path path, int limit) {
        String message = "more than " + limit + " bytes; read it as a stream, or raise the limit";
        return new FileException(
                path.toString(), Kind.TOO_LARGE, message, new IOException(message));
    }

    /** What {@code cause} means for {@code path}, or for the file that it names itself. */
    static FileException of(Path path, IOException cause) {
        String named = cause instanceof FileSystemException f ? f.getFile() : null;
        Kind kind = kind(cause);
        return new FileException(
                named == null ? path.toString() : named, kind, text(kind, cause), cause);
    }

    private static Kind kind(IOException cause) {
        return switch (cause) {
            case NoSuchFileException _ -> Kind.NOT_FOUND;
            case FileAlreadyExistsException _ -> Kind.EXISTS;
            case AccessDeniedException _ -> Kind.NO_PERMISSION;
            case DirectoryNotEmptyException _ -> Kind.NOT_EMPTY;
            case NotDirectoryException _ -> Kind.NOT_A_DIRECTORY;
            case ClosedChannelException _ -> Kind.CLOSED;
            default ->
                    switch (reason(cause)) {
                        case "is a directory" -> Kind.IS_DIRECTORY;
                        case "not a directory" -> Kind.NOT_A_DIRECTORY;
                        default -> Kind.OTHER;
                    };
        };
    }

    private static String text(Kind kind, IOException cause) {
        return switch (kind) {
            case NOT_FOUND -> "no such file or folder";
            case EXISTS -> "there is one already";
            case NO_PERMISSION -> "permission denied";
            case IS_DIRECTORY -> "is a folder";
            case NOT_A_DIRECTORY -> "is no folder";
            case NOT_EMPTY -> "the folder is not empty";
            case CLOSED -> "was closed meanwhile";
            default -> reason(cause);
        };
    }

    /** The system's words, which begin with a capital in the JDK's messages. */
    private static String reason(IOException cause) {
        String reason = cause instanceof FileSystemException f ? f.getReason() : cause.getMessage();
        if (reason == null || reason.isBlank()) {
            return cause.getClass().getSimpleName();
        }
        return reason.substring(0, 1).toLowerCase(Locale.ROOT) + reason.substring(1);
    }

    /** The file. */
    public String path() {
        return path;
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }
}
