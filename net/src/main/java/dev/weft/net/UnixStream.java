package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/**
 * A connection to a process of this machine, over a Unix domain socket.
 *
 * <pre>{@code
 * try (var stream = UnixStream.connect(Path.of("/run/postgresql/.s.PGSQL.5432"))) {
 *     ...
 * }
 * }</pre>
 *
 * <p><em>Loop-confined.</em> One that is still open when its loop ends is aborted, and a warning
 * names it. Unix sockets know no reset: where one side aborts, the other sees the end, and a
 * failure only where it writes. With the drivers nio and io_uring the end of one direction is that
 * of both, so {@link #shutdownOutput} leaves the other side without a way to answer. In a
 * simulation a path is known to its host alone, and no file appears.
 */
public final class UnixStream extends ChannelStream {
    UnixStream(NettyDriver driver, Link link, @Nullable TlsInfo tls) {
        super(driver, link, tls);
    }

    /** Connects to the socket at {@code path}; as {@link #connect(UnixAddress)}. */
    public static UnixStream connect(Path path) {
        return connect(UnixAddress.of(path));
    }

    /**
     * Connects to the socket at {@code address}. Waits while the queue of whoever listens there is
     * full, at most 10 s; if it fails or is cancelled, nothing stays open.
     *
     * @throws ConnectFailedException if nobody listens there, or has a full queue
     * @throws UnsupportedOperationException for an abstract name with the driver nio
     */
    public static UnixStream connect(UnixAddress address) {
        return new UnixConnector(NettyDriver.current("UnixStream.connect"), address).connect();
    }

    @Override
    public String toString() {
        return "UnixStream " + target;
    }
}
