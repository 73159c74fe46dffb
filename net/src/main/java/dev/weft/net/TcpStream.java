package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/**
 * A TCP connection, with TLS if asked for.
 *
 * <pre>{@code
 * try (var stream = TcpStream.connect(ConnectOptions.of("example.org", 443).tls(TlsOptions.client()))) {
 *     stream.write("GET / HTTP/1.0\r\nHost: example.org\r\n\r\n".getBytes(UTF_8));
 *     for (String line = stream.readLine(); line != null; line = stream.readLine()) {
 *         System.out.println(line);
 *     }
 * }
 * }</pre>
 *
 * <p><em>Loop-confined.</em> One that is still open when its loop ends is aborted, and a warning
 * names it.
 */
public final class TcpStream extends ChannelStream {
    TcpStream(NettyDriver driver, Link link, @Nullable TlsInfo tls) {
        super(driver, link, tls);
    }

    /**
     * Connects to {@code host}, a name or an address. As {@link #connect(ConnectOptions)} with all
     * defaults, so without TLS.
     */
    public static TcpStream connect(String host, int port) {
        return connect(ConnectOptions.of(host, port));
    }

    /**
     * Looks the name up, connects to the first of its addresses that answers (Happy Eyeballs, RFC
     * 8305), and secures the connection if {@link ConnectOptions#tls} is set, all within {@link
     * ConnectOptions#connectTimeout}. If it fails or is cancelled, nothing stays open.
     *
     * @throws DnsException if the name can't be looked up
     * @throws ConnectFailedException if no address can be connected to, or not in time
     * @throws TlsException if the connection can't be secured
     */
    public static TcpStream connect(ConnectOptions options) {
        return new Connector(NettyDriver.current("TcpStream.connect"), options).connect();
    }

    /** The other side's address. */
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) channel().remoteAddress();
    }

    /** This side's address. */
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) channel().localAddress();
    }

    @Override
    public String toString() {
        return "TcpStream " + target;
    }
}
