package dev.weft.examples;

import dev.weft.Weft;
import dev.weft.net.ByteStream;
import dev.weft.net.Bytes;
import dev.weft.net.TcpServer;
import dev.weft.sync.Broadcast;
import dev.weft.sync.SlowSubscriber;

/**
 * Who connects with {@code telnet} or {@code nc} and says a name, hears what the others write:
 * {@code ChatServer 7001}. Who does not read for a hundred lines is put out.
 */
final class ChatServer {
    private static final int LINE_LIMIT = 1_000;
    private static final int LAG_LIMIT = 100;

    static void main(String[] args) {
        int port = Integer.parseInt(args[0]);
        Weft.run(
                () -> {
                    var room = new Broadcast<String>(LAG_LIMIT, SlowSubscriber.CLOSE);
                    try (var server = TcpServer.listen("localhost", port)) {
                        IO.println("listening on port " + server.localAddress().getPort());
                        server.serve(client -> join(room, client));
                    }
                });
    }

    static void join(Broadcast<String> room, ByteStream client) {
        tell(client, "What is your name?");
        String name = client.readLine(LINE_LIMIT);
        if (name == null || name.isBlank()) {
            return;
        }
        try (var heard = room.subscribe()) {
            room.trySend("* " + name + " has come");
            Weft.group(
                    group -> {
                        group.background(
                                () -> {
                                    for (String line : heard) {
                                        tell(client, line);
                                    }
                                });
                        String line;
                        while ((line = client.readLine(LINE_LIMIT)) != null) {
                            room.send(name + ": " + line);
                        }
                    });
        } finally {
            room.trySend("* " + name + " has gone");
        }
    }

    private static void tell(ByteStream client, String line) {
        client.write(Bytes.utf8(line + "\n"));
    }
}
