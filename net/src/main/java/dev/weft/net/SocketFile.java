package dev.weft.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The file of a Unix socket, which outlives whoever listened there. Netty removes whatever is at
 * the path that it binds, and again when it closes, whosever it is by then; so a socket is bound
 * under another name in the same folder, and then gets its own by a link. What is done here are
 * single calls of the system that touch one folder, so they are made in place.
 */
final class SocketFile {
    private static final FileAttribute<Set<PosixFilePermission>> OWNERS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final UnixAddress address;

    /** Null: none is there, since the name is abstract or simulated. */
    private final @Nullable Path path;

    /** Empty: as the umask has it. */
    private final Set<PosixFilePermission> permissions;

    /** In which it is bound, so that nobody can connect who may not; none if everybody may. */
    private @Nullable Path folder;

    private @Nullable Path bound;

    /** What a dead process has left there. */
    private @Nullable Object stale;

    private @Nullable Object key;

    private SocketFile(
            UnixAddress address, @Nullable Path path, Set<PosixFilePermission> permissions) {
        this.address = address;
        this.path = path;
        this.permissions = permissions;
    }

    static SocketFile of(
            NettyDriver driver, UnixAddress address, Set<PosixFilePermission> permissions) {
        boolean hasFile = driver instanceof PollingDriver && !address.isAbstract();
        return new SocketFile(address, hasFile ? Path.of(address.name()) : null, permissions);
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
        if (permissions.isEmpty()) {
            bound = freeNameBeside(path);
        } else {
            folder = folderBeside(path);
            bound = folder.resolve("s");
        }
        return UnixAddress.of(bound);
    }

    /** That nobody else can enter. */
    private Path folderBeside(Path path) {
        int used = path.resolveSibling("s").toString().getBytes(UTF_8).length + "/".length();
        int room = Math.min(8, UnixAddress.MAX_LENGTH - used);
        if (room < 1) {
            throw failed(
                    "its folder's name is too long for it to have permissions: that takes "
                            + (1 - room)
                            + " bytes more",
                    null);
        }
        for (int i = 0; i < 100; i++) {
            Path candidate = path.resolveSibling(randomName(room));
            try {
                return Files.createDirectory(candidate, OWNERS);
            } catch (FileAlreadyExistsException another) {
                // the next one may be free
            } catch (IOException e) {
                throw failed(Failures.text(e), e);
            }
        }
        throw failed("no name as short is free beside it", null);
    }

    private static String randomName(int length) {
        StringBuilder name = new StringBuilder();
        while (name.length() < length) {
            name.append(Character.forDigit(ThreadLocalRandom.current().nextInt(36), 36));
        }
        return name.toString();
    }

    /** Not longer than the wanted one, since the system's limit is for the whole path. */
    private Path freeNameBeside(Path path) {
        int length = Math.min(8, path.getFileName().toString().length());
        for (int i = 0; i < 100; i++) {
            Path candidate = path.resolveSibling(randomName(length));
            if (!candidate.equals(path) && Files.notExists(candidate, LinkOption.NOFOLLOW_LINKS)) {
                return candidate;
            }
        }
        throw failed("no name as short is free beside it; take a longer one", null);
    }

    /** A socket at which nobody listens stands in no way. */
    private String whatIsInTheWay(Path path) {
        if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
            return "";
        }
        stale = keyOf(path);
        if (stale == null) {
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
     * It has been bound. Of several that begin at once one gets the place.
     *
     * @throws BindFailedException if it is taken by now, or can't be had
     */
    void takeItsPlace() {
        if (path == null || bound == null) {
            return;
        }
        try {
            if (!permissions.isEmpty()) {
                Path _ = Files.setPosixFilePermissions(bound, permissions);
            }
            if (stale != null && stale.equals(keyOf(path))) {
                boolean _ = Files.deleteIfExists(path);
            }
            Path _ = Files.createLink(path, bound);
            key = keyOf(path);
        } catch (FileAlreadyExistsException e) {
            throw failed("address already in use", e);
        } catch (IOException e) {
            throw failed(Failures.text(e), e);
        }
    }

    /** Where it was bound is of no use any more. */
    void clearAside() {
        if (bound != null) {
            delete(bound);
        }
        if (folder != null) {
            delete(folder);
        }
    }

    /** Unless it is another's by now. */
    void remove() {
        if (path != null && key != null && key.equals(keyOf(path))) {
            delete(path);
        }
        key = null;
    }

    private static void delete(Path path) {
        try {
            boolean _ = Files.deleteIfExists(path);
        } catch (IOException e) {
            Reporting.log(Level.WARNING, "could not remove the socket " + path, e);
        }
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
