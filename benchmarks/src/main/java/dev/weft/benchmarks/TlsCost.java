package dev.weft.benchmarks;

import dev.weft.Weft;
import dev.weft.net.Bytes;
import dev.weft.net.ConnectOptions;
import dev.weft.net.ServerOptions;
import dev.weft.net.TcpServer;
import dev.weft.net.TcpStream;
import dev.weft.net.TlsOptions;

import java.nio.file.Path;

/**
 * Handshakes and bulk data over TLS 1.3 with the JDK's engine, client and server on one loop:
 * {@code KEYSTORE weft}, or {@code KEYSTORE netty} for the same by callbacks of Netty's ({@link
 * NettyTls}). Prints two numbers, each for a second of the process's CPU time: handshakes, and
 * megabytes from one side to the other. See {@code benchmarks/tls}.
 */
public final class TlsCost {
    static final String PASSWORD = "changeit";
    static final int HANDSHAKES = 6000;
    static final int MEGABYTES = 2048;
    static final int PIECE = 64 * 1024;

    private TlsCost() {}

    /** As the class says. */
    public static void main(String[] args) throws Exception {
        Path store = Path.of(args[0]);
        if (args[1].equals("netty")) {
            NettyTls.measure(store);
        } else {
            Weft.run(() -> measure(store));
        }
    }

    private static void measure(Path store) {
        TlsOptions server = TlsOptions.server(store, PASSWORD).versions("TLSv1.3");
        TlsOptions client = TlsOptions.client().trust(store, PASSWORD).versions("TLSv1.3");
        try (var listener = TcpServer.listen(ServerOptions.of("127.0.0.1", 0).tls(server))) {
            Weft.group(
                    group -> {
                        group.background(() -> listener.serve(TlsCost::answer));
                        ConnectOptions there =
                                ConnectOptions.of("127.0.0.1", listener.localAddress().getPort())
                                        .tls(client);
                        shakeHands(there, HANDSHAKES);
                        send(there, MEGABYTES / 4);
                        long start = cpuNanos();
                        shakeHands(there, HANDSHAKES);
                        long between = cpuNanos();
                        send(there, MEGABYTES);
                        report(between - start, cpuNanos() - between);
                    });
        }
    }

    /** Reads all that comes, and says so where it was something. */
    private static void answer(TcpStream peer) {
        long length = 0;
        for (Bytes bytes = peer.read(); !bytes.isEmpty(); bytes = peer.read()) {
            length += bytes.length();
            bytes.close();
            if (length % (1024 * 1024) == 0) {
                peer.write(new byte[1]);
            }
        }
    }

    private static void shakeHands(ConnectOptions there, int number) {
        for (int i = 0; i < number; i++) {
            TcpStream.connect(there).close();
        }
    }

    /** A megabyte at a time, each with an answer. */
    private static void send(ConnectOptions there, int megabytes) {
        byte[] piece = new byte[PIECE];
        try (var stream = TcpStream.connect(there)) {
            for (int i = 0; i < megabytes; i++) {
                for (int n = 0; n < 1024 * 1024; n += PIECE) {
                    stream.write(piece);
                }
                stream.readExactly(1).close();
            }
        }
    }

    static void report(long handshakes, long bulk) {
        System.out.printf("%.0f %.0f%n", HANDSHAKES / (handshakes / 1e9), MEGABYTES / (bulk / 1e9));
    }

    static long cpuNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }
}
