package dev.weft.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server that says what it is told to, byte by byte, on threads and sockets of the JDK's: it
 * knows nothing of HTTP but where a header ends.
 */
final class RawServer implements AutoCloseable {

    /** What a connection does; when it returns, the connection is closed. */
    interface Script {
        void talk(Talk talk) throws Exception;
    }

    private final ServerSocket listening;
    private final Script script;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    final List<String> requests = new CopyOnWriteArrayList<>();

    RawServer(Script script) throws IOException {
        this.script = script;
        this.listening = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::accept);
    }

    /** Answers each request on a connection with these bytes, and keeps the connection. */
    static RawServer answering(String answer) throws IOException {
        return new RawServer(
                talk -> {
                    while (!talk.readRequest().isEmpty()) {
                        talk.send(answer);
                    }
                });
    }

    /** Answers one request with these bytes and closes. */
    static RawServer answeringOnce(String answer) throws IOException {
        return new RawServer(
                talk -> {
                    talk.readRequest();
                    talk.send(answer);
                });
    }

    String url() {
        return url("/");
    }

    String url(String path) {
        return "http://127.0.0.1:" + listening.getLocalPort() + path;
    }

    /** How many connections came so far. */
    int connections() {
        return sockets.size();
    }

    /** How many of them this side has not closed, or seen closed, yet. */
    int open() {
        return open.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                socket.setTcpNoDelay(true);
                open.incrementAndGet();
                sockets.add(socket);
                int number = sockets.size();
                Thread.ofPlatform().daemon().start(() -> serve(socket, number));
            }
        } catch (IOException ended) {
            // closed
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            script.talk(new Talk(socket, number));
        } catch (Exception clientGone) {
            // many tests want just that
        } finally {
            open.decrementAndGet();
        }
    }

    @Override
    public void close() throws IOException {
        end();
    }

    /** Closes everything. */
    void end() throws IOException {
        closed.countDown();
        listening.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    final class Talk {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        /** Which connection this is, from 1. */
        final int number;

        Talk(Socket socket, int number) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
            this.out = socket.getOutputStream();
            this.number = number;
        }

        /** The next request's header with its empty line, as it came; empty at the end. */
        String readRequest() throws IOException {
            var text = new StringBuilder();
            while (text.length() < 4 || !text.substring(text.length() - 4).equals("\r\n\r\n")) {
                int b = in.read();
                if (b < 0) {
                    return "";
                }
                text.append((char) b);
            }
            requests.add(text.toString());
            return text.toString();
        }

        /** So many bytes of a body. */
        String read(int length) throws IOException {
            return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
        }

        /** Whether the client closes its side before it sends anything more. */
        boolean clientCloses() {
            try {
                return in.read() < 0;
            } catch (IOException reset) {
                return true;
            }
        }

        void send(String latin1) throws IOException {
            send(latin1.getBytes(StandardCharsets.ISO_8859_1));
        }

        void send(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        /** Ends the connection with a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /**
         * Says nothing more, and goes on reading nothing, until the test ends or the client has
         * gone.
         */
        void hold() throws InterruptedException {
            closed.await();
        }
    }
}
