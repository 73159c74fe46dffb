package dev.weft.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server that says something to whoever connects, and closes at once. */
final class HangUp implements AutoCloseable {
    private final ServerSocket listening;
    private final byte[] greeting;

    HangUp(String greeting) throws IOException {
        this.greeting = greeting.getBytes(StandardCharsets.US_ASCII);
        this.listening = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try (Socket socket = listening.accept()) {
                socket.getOutputStream().write(greeting);
            } catch (IOException gone) {
                // the client, or this server itself
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
