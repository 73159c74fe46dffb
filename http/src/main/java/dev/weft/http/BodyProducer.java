package dev.weft.http;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes a request's body piece by piece, each {@code write} waiting for room where the server is
 * slow. It runs in the task that sends the request, once for every time the body is sent: after a
 * redirect that keeps the body, or on a connection that was found dead, it runs again and should
 * write the same.
 */
@FunctionalInterface
public interface BodyProducer {

    /**
     * Writes the whole body. The stream need not be closed or flushed; {@code flush} sends what is
     * buffered.
     *
     * @throws IOException if the body can't be produced; the request then fails with {@link
     *     HttpException.RequestBody}
     */
    void writeTo(OutputStream out) throws IOException;
}
