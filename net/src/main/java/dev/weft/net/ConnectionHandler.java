package dev.weft.net;

/** What a {@link StreamServer} does with each connection. */
@FunctionalInterface
public interface ConnectionHandler<S extends ChannelStream> {
    /**
     * Talks to the other side, in a task of its own; when it returns or throws, the connection is
     * closed.
     *
     * @throws Exception ends this connection only; the server reports it and goes on
     */
    void handle(S connection) throws Exception;
}
