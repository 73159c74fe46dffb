package dev.weft.net;

import dev.weft.Group;
import dev.weft.test.Sim;

/** A server on the simulated host {@code db} that answers each line with {@code re } and it. */
final class Lines {
    static final int PORT = 5432;

    private Lines() {}

    static void serve(Sim sim, Group group) {
        serve(sim, group, ServerOptions.of("", PORT));
    }

    /** Listens when this returns; serves until the group ends. */
    static void serve(Sim sim, Group group, ServerOptions options) {
        serve(sim, group, options, Lines::answer);
    }

    static void serve(
            Sim sim,
            Group group,
            ServerOptions options,
            ConnectionHandler<? super TcpStream> handler) {
        serve(sim.net().host("db"), group, options, handler);
    }

    static void serve(
            SimulatedHost host,
            Group group,
            ServerOptions options,
            ConnectionHandler<? super TcpStream> handler) {
        host.run(
                () -> {
                    TcpServer server = group.use(TcpServer.listen(options));
                    group.background("server", () -> host.run(() -> serve(server, handler)));
                });
    }

    private static void serve(TcpServer server, ConnectionHandler<? super TcpStream> handler) {
        try (server) {
            server.serve(handler);
        }
    }

    static void answer(ByteStream stream) {
        for (String line = stream.readLine(); line != null; line = stream.readLine()) {
            stream.write(Bytes.utf8("re " + line + "\n"));
        }
    }

    static TcpStream connect() {
        return TcpStream.connect("db", PORT);
    }

    /** Over a connection of its own. */
    static String ask(String host, String question) {
        var stream = TcpStream.connect(host, PORT);
        try {
            return ask(stream, question);
        } finally {
            stream.abort();
        }
    }

    static String ask(ByteStream stream, String question) {
        stream.write(Bytes.utf8(question + "\n"));
        return String.valueOf(stream.readLine());
    }
}
