package dev.weft.net;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where a Unix domain socket is: a file, or an abstract name, which Linux knows without a file.
 * <em>Any thread.</em> See unix(7).
 *
 * @param name the path, or the name
 */
public record UnixAddress(String name, boolean isAbstract) {
    /** How many bytes the system takes. */
    static final int MAX_LENGTH = 107;

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if it is empty or longer than 107 bytes
     */
    public UnixAddress {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "the name of a Unix socket has 1 to "
                            + MAX_LENGTH
                            + " bytes, not "
                            + length
                            + ": '"
                            + name
                            + "'; a shorter folder, or a relative path, may do");
        }
        if (name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "the name of a Unix socket has a zero byte; abstract names are given without");
        }
    }

    /** A file; relative to the folder in which the process runs, if not absolute. */
    public static UnixAddress of(Path path) {
        return new UnixAddress(path.toString(), false);
    }

    /** Without a file, for Linux with the drivers epoll and io_uring; gone with its server. */
    public static UnixAddress ofAbstract(String name) {
        return new UnixAddress(name, true);
    }

    String inSystem() {
        return isAbstract ? "\0" + name : name;
    }

    /** An abstract name begins with {@code @}. */
    @Override
    public String toString() {
        return isAbstract ? "@" + name : name;
    }
}
