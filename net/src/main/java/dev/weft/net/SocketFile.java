package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The file of a Unix socket, which outlives whoever listened there. Netty removes whatever is at
 * the path that it binds, and again when it closes, whosever it is by then; so a socket is bound
 * under another name in the same folder, and moved. What is done here are single calls of the
 * system that touch one folder, so they are made in place.
 */
final class SocketFile {
    private final UnixAddress address;

    /** Null: none is there, since the name is abstract or simulated. */
    private final @Nullable Path path;

    private @Nullable Path bound;
    private @Nullable Object key;

    private SocketFile(UnixAddress address, @Nullable Path path) {
        this.address = address;
        this.path = path;
    }

    static SocketFile of(NettyDriver driver, UnixAddress address) {
        boolean hasFile = driver instanceof PollingDriver && !address.isAbstract();
        return new SocketFile(address, hasFile ? Path.of(address.name()) : null);
    }

    /**
     * What to bind.
     *
     * @throws BindFailedException if the place is taken
     */
    UnixAddress toBind() {
        if (path == null) {
            return address;
        }
        String taken = whatIsInTheWay(path);
        if (!taken.isEmpty()) {
            throw failed(taken, null);
        }
        int number = ThreadLocalRandom.current().nextInt(1 << 24);
        bound = path.resolveSibling(".%06x".formatted(number));
        try {
            return UnixAddress.of(bound);
        } catch (IllegalArgumentException e) {
            throw failed("the name of its folder is too long", e);
        }
    }

    /** A socket at which nobody listens stands in no way. */
    private static String whatIsInTheWay(Path path) {
        if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
            return "";
        }
        if (keyOf(path) == null) {
            return "the file there is no socket";
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            boolean _ = probe.connect(UnixDomainSocketAddress.of(path));
            return "address already in use";
        } catch (IOException e) {
            String why = Failures.text(e);
            return why.equals(Failures.REFUSED) ? "" : "the socket there: " + why;
        }
    }

    /**
     * It has been bound.
     *
     * @throws BindFailedException if it can't be moved
     */
    void takeItsPlace() {
        if (path != null && bound != null) {
            try {
                Path _ = Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                throw failed(Failures.text(e), e);
            }
            key = keyOf(path);
        }
    }

    /** Unless it is another's by now. */
    void remove() {
        if (path != null && key != null && key.equals(keyOf(path))) {
            try {
                boolean _ = Files.deleteIfExists(path);
            } catch (IOException e) {
                Reporting.log(Level.WARNING, "could not remove the socket " + path, e);
            }
        }
        key = null;
    }

    private BindFailedException failed(String why, @Nullable Exception cause) {
        return new BindFailedException(address.toString(), "cannot listen (" + why + ")", cause);
    }

    /** Device and inode of what is neither a plain file, nor a folder, nor a link; else null. */
    private static @Nullable Object keyOf(Path path) {
        try {
            var attributes =
                    Files.readAttributes(
                            path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isOther() ? attributes.fileKey() : null;
        } catch (IOException notThere) {
            return null;
        }
    }
}
