package dev.weft.net;

import io.netty.channel.ChannelException;
import io.netty.channel.socket.DuplexChannel;

import org.jspecify.annotations.Nullable;

import java.net.SocketAddress;
import java.nio.file.Path;

/**
 * Listens for connections of this machine's processes at a Unix domain socket, and runs a task for
 * each.
 *
 * <pre>{@code
 * try (var server = UnixServer.listen(Path.of("/run/hello.sock"))) {
 *     server.serve(connection -> connection.write(Bytes.utf8("hello\n")));
 * }
 * }</pre>
 *
 * <p>Who may connect is a matter of the permissions of the file ({@link
 * UnixServerOptions#permissions}) and its folder. {@link #close} removes the file, unless another
 * has taken its place meanwhile. A file left behind by a process that has died is replaced: one at
 * which nobody listens.
 *
 * <p><em>Loop-confined.</em> In a simulation no file appears.
 */
public final class UnixServer extends StreamServer<UnixStream> {
    private final UnixAddress address;
    private final SocketFile file;

    private UnixServer(
            NettyDriver driver, Listening listening, UnixServerOptions options, SocketFile file) {
        super(driver, listening, options.tls());
        this.address = options.address();
        this.file = file;
    }

    /** Listens at a file; as {@link #listen(UnixAddress)}. */
    public static UnixServer listen(Path path) {
        return listen(UnixAddress.of(path));
    }

    /** Listens without TLS; as {@link #listen(UnixServerOptions)} with all defaults. */
    public static UnixServer listen(UnixAddress address) {
        return listen(UnixServerOptions.of(address));
    }

    /**
     * Takes the address; connections wait in the system's queue until {@link #serve}.
     *
     * @throws BindFailedException if the address can't be had: somebody listens there, the file is
     *     no socket, or its folder can't be written
     * @throws TlsException if the certificate or key can't be read
     * @throws UnsupportedOperationException for an abstract name with the driver nio
     */
    public static UnixServer listen(UnixServerOptions options) {
        NettyDriver driver = NettyDriver.current("UnixServer.listen");
        UnixAddress address = options.address();
        if (options.tls() != null) {
            options.tls().context().prepare(true, address.toString());
        }
        SocketFile file = SocketFile.of(driver, address, options.permissions());
        try {
            Listening listening = listen(driver, driver.address(file.toBind()), options);
            boolean hasItsPlace = false;
            try {
                file.takeItsPlace();
                hasItsPlace = true;
            } finally {
                if (!hasItsPlace) {
                    driver.closeNow(listening.channel());
                }
            }
            return new UnixServer(driver, listening, options, file);
        } finally {
            file.clearAside();
        }
    }

    private static Listening listen(
            NettyDriver driver, SocketAddress bound, UnixServerOptions options) {
        String target = options.address().toString();
        try {
            return listen(
                    driver,
                    driver.unixServerSocket(),
                    bound,
                    new Limits(target, options.maxConnections(), options.backlog()));
        } catch (ChannelException e) {
            throw new BindFailedException(target, "cannot listen (" + Failures.text(e) + ")", e);
        }
    }

    /** Where it listens. */
    public UnixAddress localAddress() {
        return address;
    }

    @Override
    String nameOf(DuplexChannel connection) {
        return "a client of " + address;
    }

    @Override
    void prepare(DuplexChannel connection) {}

    @Override
    UnixStream stream(Link link, @Nullable TlsInfo info) {
        return new UnixStream(driver, link, info);
    }

    @Override
    void stopped() {
        file.remove();
    }

    @Override
    public String toString() {
        return "UnixServer " + address;
    }
}
