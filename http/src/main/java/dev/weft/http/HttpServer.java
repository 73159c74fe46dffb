package dev.weft.http;

import dev.weft.net.TcpServer;

import java.net.InetSocketAddress;

/**
 * A small HTTP/1.1 server: each connection is a task, its requests are handled there one after
 * another. Enough for tests, tools and examples; routing, HTTP/2 and WebSockets are not here.
 *
 * <p>It is strict about what it takes (RFC 9112): anything that could be read in two ways is
 * answered with 400 and the connection closed. A request line or header line has at most 8 KiB, a
 * header 32 KiB and 128 fields, and must be there 10 seconds after its first byte; a connection may
 * be idle for 60 seconds; a body that is taken whole has at most 1 MiB.
 *
 * <p><em>Loop-confined.</em>
 */
public final class HttpServer implements AutoCloseable {

    private final TcpServer listener;
    private final HttpServerBuilder settings;

    HttpServer(TcpServer listener, HttpServerBuilder settings) {
        this.listener = listener;
        this.settings = settings;
    }

    /**
     * Listens with the defaults.
     *
     * @param port 0 for one that the system chooses
     * @throws dev.weft.net.BindFailedException if it can't
     */
    public static HttpServer listen(String host, int port) {
        return builder().listen(host, port);
    }

    /** A server with other settings. */
    public static HttpServerBuilder builder() {
        return new HttpServerBuilder();
    }

    /** Where it listens. */
    public InetSocketAddress localAddress() {
        return listener.localAddress();
    }

    /** The port it listens on. */
    public int port() {
        return localAddress().getPort();
    }

    /**
     * Serves until the server is closed or the task is cancelled, then waits for the connections
     * that are open, which a cancellation ends; once.
     */
    public void serve(HttpHandler handler) {
        var date = new HttpDate();
        listener.serve(stream -> new ServerConnection(stream, settings, handler, date).run());
    }

    /** Stops listening; connections that are open go on. */
    @Override
    public void close() {
        listener.close();
    }
}
