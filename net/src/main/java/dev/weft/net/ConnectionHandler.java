package dev.weft.net;

/** What a {@link TcpServer} does with each connection. */
@FunctionalInterface
public interface ConnectionHandler {
    /**
     * Talks to the other side, in a task of its own; when it returns or throws, the connection is
     * closed.
     *
     * @throws Exception ends this connection only; the server reports it and goes on
     */
    void handle(TcpStream connection) throws Exception;
}
