package dev.weft.net;

import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/**
 * Where and how a {@link UnixServer} listens. Immutable; a method with a value gives a changed
 * copy. <em>Any thread.</em>
 *
 * @param address a file or an abstract name
 * @param tls null (the default): no TLS; otherwise with a key. A client begins with {@link
 *     UnixStream#startTls}, and options that say {@link TlsOptions#serverName} or {@link
 *     TlsOptions#anyName}, since a path is no name to verify
 * @param maxConnections how many may be open at once, 10,000 by default; further ones wait in the
 *     system's queue
 * @param backlog how long the system's queue is; 1,024 by default. When it is full {@link
 *     UnixStream#connect} tries again for 10 seconds; other clients wait if they block, and fail at
 *     once if not
 * @param permissions who may connect: whoever may write the file, so its owner must. Empty (the
 *     default): as the process' umask has it. They hold from the moment at which anybody else can
 *     reach it. Not for an abstract name, which everybody may connect to, and of no effect in a
 *     simulation
 */
public record UnixServerOptions(
        UnixAddress address,
        @Nullable TlsOptions tls,
        int maxConnections,
        int backlog,
        Set<PosixFilePermission> permissions) {
    /** Checks the values. */
    public UnixServerOptions {
        Objects.requireNonNull(address, "the address");
        ServerOptions.requireLimits(maxConnections, backlog);
        permissions = Set.copyOf(permissions);
        if (address.isAbstract() && !permissions.isEmpty()) {
            throw new IllegalArgumentException(
                    address + " is no file, so nobody has permissions for it: leave them out");
        }
        if (!permissions.isEmpty() && !permissions.contains(OWNER_WRITE)) {
            throw new IllegalArgumentException(
                    "permissions "
                            + PosixFilePermissions.toString(permissions)
                            + ": without its owner's right to write nobody can tell whether"
                            + " somebody still listens there; add OWNER_WRITE");
        }
        if (tls != null) {
            tls.require(true, "", address.toString());
        }
    }

    /** All defaults. */
    public static UnixServerOptions of(UnixAddress address) {
        return new UnixServerOptions(
                address, null, ServerOptions.MAX_CONNECTIONS, ServerOptions.BACKLOG, Set.of());
    }

    /** All defaults, at a file. */
    public static UnixServerOptions of(Path path) {
        return of(UnixAddress.of(path));
    }

    /** Over TLS, or not. */
    public UnixServerOptions tls(@Nullable TlsOptions options) {
        return new UnixServerOptions(address, options, maxConnections, backlog, permissions);
    }

    /** With another limit on open connections. */
    public UnixServerOptions maxConnections(int limit) {
        return new UnixServerOptions(address, tls, limit, backlog, permissions);
    }

    /** With another length of the system's queue. */
    public UnixServerOptions backlog(int length) {
        return new UnixServerOptions(address, tls, maxConnections, length, permissions);
    }

    /** For those who have these, see {@code PosixFilePermissions.fromString("rw-rw----")}. */
    public UnixServerOptions permissions(Set<PosixFilePermission> those) {
        return new UnixServerOptions(address, tls, maxConnections, backlog, those);
    }
}
