package dev.weft.examples;

import dev.weft.Weft;
import dev.weft.net.TcpServer;

/** Sends back what it is sent: {@code EchoServer 7000}. */
final class EchoServer {
    static void main(String[] args) {
        int port = Integer.parseInt(args[0]);
        Weft.run(
                () -> {
                    try (var server = TcpServer.listen("localhost", port)) {
                        IO.println("listening on port " + server.localAddress().getPort());
                        server.serve(client -> client.transferTo(client));
                    }
                });
    }
}
