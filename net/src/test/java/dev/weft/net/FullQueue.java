package dev.weft.net;

import java.util.ArrayList;
import java.util.List;

/**
 * An address that takes no connection and refuses none, on the network of the running task:
 * somebody listens, but the queue is full and nobody serves.
 */
final class FullQueue implements AutoCloseable {
    /** As Linux has it, one more than the backlog. */
    static final int WAITING = 2;

    private final TcpServer server;
    private final List<TcpStream> waiting = new ArrayList<>();

    FullQueue(String address, int port) {
        server = TcpServer.listen(ServerOptions.of(address, port).backlog(WAITING - 1));
        for (int i = 0; i < WAITING; i++) {
            waiting.add(TcpStream.connect(address, port()));
        }
    }

    int port() {
        return server.localAddress().getPort();
    }

    @Override
    public void close() {
        waiting.forEach(TcpStream::abort);
        server.close();
    }
}
