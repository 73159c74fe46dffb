package dev.weft.benchmarks;

import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.net.ConnectOptions;
import dev.weft.net.ServerOptions;
import dev.weft.net.TcpServer;
import dev.weft.net.TcpStream;
import dev.weft.net.TlsOptions;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Short connections, 200,000 or the second argument, and a twentieth as many over TLS, 20 at a
 * time, of which 5 in 100 are cancelled in the middle of the handshake; client and server on one
 * loop. Ends with 1 if a descriptor has been lost. {@code KEYSTORE [NUMBER]}; see {@code
 * benchmarks/churn}.
 */
public final class Churn {
    private static final int AT_ONCE = 20;
    private static final int ONE_OF = 20;

    private Churn() {}

    /** As the class says. */
    public static void main(String[] args) throws IOException {
        Path store = Path.of(args[0]);
        int number = args.length > 1 ? Integer.parseInt(args[1]) : 200_000;
        TlsOptions server = TlsOptions.server(store, TlsCost.PASSWORD);
        TlsOptions client = TlsOptions.client().trust(store, TlsCost.PASSWORD).anyName();
        long lost =
                Weft.<Long, IOException>run(
                        () ->
                                lost("TCP", number, null, null)
                                        + lost("TLS", number / 20, server, client));
        if (lost != 0) {
            System.exit(1);
        }
    }

    private static long lost(
            String what, int number, @Nullable TlsOptions server, @Nullable TlsOptions client)
            throws IOException {
        var cancelled = new AtomicInteger();
        try (var listener = TcpServer.listen(ServerOptions.of("0.0.0.0", 0).tls(server))) {
            return Weft.<Long, IOException>groupCall(
                    group -> {
                        group.background(() -> listener.serve(peer -> peer.read().close()));
                        int port = listener.localAddress().getPort();
                        churn(1000, port, client, cancelled);
                        quiet(listener);
                        cancelled.set(0);
                        long before = descriptors();
                        long start = System.nanoTime();
                        churn(number, port, client, cancelled);
                        double seconds = (System.nanoTime() - start) / 1e9;
                        quiet(listener);
                        long lost = descriptors() - before;
                        System.out.printf(
                                "%,d connections over %s in %.0f s, %,d of them cancelled in the"
                                        + " handshake: %d descriptors lost%n",
                                number, what, seconds, cancelled.get(), lost);
                        return lost;
                    });
        }
    }

    /** Each to another address of the loopback, since a pair of ports rests for a minute. */
    private static void churn(
            int number, int port, @Nullable TlsOptions tls, AtomicInteger cancelled) {
        Weft.forEach(
                () -> IntStream.range(0, number).iterator(),
                AT_ONCE,
                i -> {
                    String host = "127.0.0." + (1 + i % 250);
                    ConnectOptions there = ConnectOptions.of(host, port).tls(tls);
                    if (i % ONE_OF == 0) {
                        cancel(i / ONE_OF % 8, there, cancelled);
                    } else {
                        TcpStream.connect(there).close();
                    }
                });
    }

    /** After so many turns of the loop. */
    private static void cancel(int turns, ConnectOptions there, AtomicInteger cancelled) {
        Weft.group(
                group -> {
                    Task<TcpStream> connecting = group.start(() -> TcpStream.connect(there));
                    for (int i = 0; i < turns; i++) {
                        Weft.checkpoint();
                    }
                    connecting.cancel("in the middle of it");
                    switch (connecting.outcome()) {
                        case Outcome.Success<TcpStream>(TcpStream stream) -> stream.close();
                        case Outcome.Cancelled<TcpStream> _ -> cancelled.incrementAndGet();
                        case Outcome.Failure<TcpStream> failure ->
                                throw new IllegalStateException(failure.toString());
                    }
                });
    }

    private static void quiet(TcpServer listener) {
        while (listener.connections() > 0) {
            Weft.sleep(Duration.ofMillis(1));
        }
        Weft.sleep(Duration.ofMillis(100));
    }

    private static long descriptors() throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }
}
