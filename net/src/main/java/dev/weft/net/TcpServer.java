package dev.weft.net;

import io.netty.channel.ChannelException;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Listens for TCP connections and runs a task for each.
 *
 * <pre>{@code
 * try (var server = TcpServer.listen("localhost", 7000)) {
 *     server.serve(connection -> connection.write(Bytes.utf8("hello\n")));
 * }
 * }</pre>
 *
 * <p><em>Loop-confined.</em>
 */
public final class TcpServer extends StreamServer<TcpStream> {
    private final ServerOptions options;
    private final InetSocketAddress address;

    private TcpServer(NettyDriver driver, Listening listening, ServerOptions options) {
        super(driver, listening, options.tls());
        this.options = options;
        this.address = (InetSocketAddress) listening.channel().localAddress();
    }

    /** Listens without TLS; as {@link #listen(ServerOptions)} with all defaults. */
    public static TcpServer listen(String host, int port) {
        return listen(ServerOptions.of(host, port));
    }

    /**
     * Takes the address; connections wait in the system's queue until {@link #serve}.
     *
     * @throws BindFailedException if the address can't be had
     * @throws DnsException if the host's name can't be looked up
     * @throws TlsException if the certificate or key can't be read
     */
    public static TcpServer listen(ServerOptions options) {
        NettyDriver driver = NettyDriver.current("TcpServer.listen");
        String target =
                ConnectOptions.target(
                        options.host().isEmpty() ? "*" : options.host(), options.port());
        if (options.tls() != null) {
            options.tls().context().prepare(true, target);
        }
        @Nullable InetAddress host =
                options.host().isEmpty() ? null : driver.resolve(options.host()).getFirst();
        ServerSocketChannel channel = socket(driver, options, target);
        var limits = new Limits(target, options.maxConnections(), options.backlog());
        Listening listening =
                listen(driver, channel, new InetSocketAddress(host, options.port()), limits);
        return new TcpServer(driver, listening, options);
    }

    private static ServerSocketChannel socket(
            NettyDriver driver, ServerOptions options, String target) {
        @Nullable ServerSocketChannel channel = null;
        driver.inside.enter();
        try {
            channel = driver.serverSocket();
            channel.config().setReuseAddress(true);
            if (options.reusePort()) {
                driver.reusePort(channel);
            }
            return channel;
        } catch (ChannelException e) {
            if (channel != null) {
                channel.unsafe().closeForcibly();
            }
            throw new BindFailedException(target, "cannot listen (" + Failures.text(e) + ")", e);
        } finally {
            driver.inside.exit();
        }
    }

    /** Where it listens, with the port that the system chose. */
    public InetSocketAddress localAddress() {
        return address;
    }

    @Override
    String nameOf(DuplexChannel connection) {
        InetSocketAddress remote = (InetSocketAddress) connection.remoteAddress();
        return remote == null
                ? "a client that has gone"
                : ConnectOptions.target(remote.getHostString(), remote.getPort());
    }

    @Override
    void prepare(DuplexChannel connection) {
        options.tcp().applyTo(((SocketChannel) connection).config());
    }

    @Override
    TcpStream stream(Link link, @Nullable TlsInfo info) {
        return new TcpStream(driver, link, info);
    }

    @Override
    void stopped() {}

    @Override
    public String toString() {
        return "TcpServer " + ConnectOptions.target(address.getHostString(), address.getPort());
    }
}
