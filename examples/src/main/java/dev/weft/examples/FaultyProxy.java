package dev.weft.examples;

import dev.weft.Weft;
import dev.weft.net.ByteStream;
import dev.weft.net.Bytes;
import dev.weft.net.TcpServer;
import dev.weft.net.TcpStream;

import java.time.Duration;

/**
 * Stands between a client and a server and makes the connection a bad one: {@code FaultyProxy 7002
 * example.org 80 20 100 5000} hands on at most 100 bytes at a time, each piece 20 ms late, and
 * resets the connection after 5,000 bytes in either direction; 0 is for never.
 */
record FaultyProxy(String host, int port, Duration delay, int piece, long resetAfter) {
    static void main(String[] args) {
        var proxy =
                new FaultyProxy(
                        args[1],
                        Integer.parseInt(args[2]),
                        Duration.ofMillis(Long.parseLong(args[3])),
                        Integer.parseInt(args[4]),
                        Long.parseLong(args[5]));
        int port = Integer.parseInt(args[0]);
        Weft.run(
                () -> {
                    try (var server = TcpServer.listen("localhost", port)) {
                        IO.println("listening on port " + server.localAddress().getPort());
                        server.serve(proxy::handle);
                    }
                });
    }

    /** For a server's connections. */
    void handle(TcpStream client) {
        try (var server = TcpStream.connect(host, port)) {
            Weft.group(
                    group -> {
                        group.start(() -> handOn(client, server));
                        handOn(server, client);
                    });
        }
    }

    private void handOn(ByteStream from, ByteStream to) {
        long sum = 0;
        for (Bytes bytes = from.read(piece); !bytes.isEmpty(); bytes = from.read(piece)) {
            sum += bytes.length();
            if (resetAfter > 0 && sum > resetAfter) {
                bytes.close();
                from.abort();
                to.abort();
                return;
            }
            Weft.sleep(delay);
            to.write(bytes);
            to.flush();
        }
        to.shutdownOutput();
    }
}
