package dev.weft.http;

/**
 * Answers requests; called in the task of the connection that the request came on, and may wait.
 */
@FunctionalInterface
public interface HttpHandler {

    /**
     * Answers one request, by one of the {@code respond} methods of the exchange. If it throws, or
     * returns without an answer, the client gets status 500, or sees the connection break if the
     * answer had begun.
     *
     * @throws Exception whatever went wrong; it is logged
     */
    void handle(ServerExchange exchange) throws Exception;
}
