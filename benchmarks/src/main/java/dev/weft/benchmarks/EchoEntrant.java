package dev.weft.benchmarks;

import dev.weft.Weft;
import dev.weft.net.Bytes;
import dev.weft.net.ServerOptions;
import dev.weft.net.TcpServer;
import dev.weft.net.TcpStream;

/**
 * Part {@code echo} of a run of peers: {@code PORT}, and {@code copying} for the API that copies
 * into an array.
 */
public final class EchoEntrant {
    private EchoEntrant() {}

    /** Until it is ended. */
    public static void main(String[] args) {
        boolean copying = args.length > 1 && args[1].equals("copying");
        Weft.run(
                () -> {
                    try (var server =
                            TcpServer.listen(
                                    ServerOptions.of("127.0.0.1", Integer.parseInt(args[0])))) {
                        server.serve(copying ? EchoEntrant::copy : EchoEntrant::handOn);
                    }
                });
    }

    private static void handOn(TcpStream peer) {
        for (Bytes bytes = peer.read(); !bytes.isEmpty(); bytes = peer.read()) {
            peer.write(bytes);
        }
    }

    private static void copy(TcpStream peer) {
        byte[] buffer = new byte[256 * 1024];
        for (int n = peer.read(buffer, 0, buffer.length);
                n >= 0;
                n = peer.read(buffer, 0, buffer.length)) {
            peer.write(buffer, 0, n);
        }
    }
}
