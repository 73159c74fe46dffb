package dev.weft.benchmarks;

import dev.weft.Weft;
import dev.weft.net.ServerOptions;
import dev.weft.net.TcpServer;
import dev.weft.net.TcpStream;

import io.netty.buffer.PooledByteBufAllocator;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What connections cost that do nothing: a server with so many (15,000, or the first argument),
 * each of which has had a word echoed and is being read. Another process has the other ends.
 */
public final class IdleConnections {
    private static final Duration QUIET = Duration.ofSeconds(10);

    private IdleConnections() {}

    /** The server; or, with {@code connect PORT N}, the other process. */
    public static void main(String[] args) throws IOException {
        if (args.length > 1 && args[0].equals("connect")) {
            connect(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
        } else {
            serve(args.length > 0 ? Integer.parseInt(args[0]) : 15_000);
        }
    }

    private static void serve(int number) throws IOException {
        Weft.<IOException>run(
                () -> {
                    try (var server =
                            TcpServer.listen(
                                    ServerOptions.of("127.0.0.1", 0).maxConnections(number))) {
                        Weft.<IOException>group(
                                group -> {
                                    group.background(() -> server.serve(IdleConnections::echo));
                                    measure(server, number);
                                });
                    }
                });
    }

    private static void echo(TcpStream peer) {
        for (byte[] word = new byte[64]; ; ) {
            int length = peer.read(word, 0, word.length);
            if (length < 0) {
                return;
            }
            peer.write(word, 0, length);
        }
    }

    private static void measure(TcpServer server, int number) throws IOException {
        warmUp(server);
        long heap = usedHeap();
        long direct = direct();
        long resident = resident();
        Process others = others(server.localAddress().getPort(), number);
        try (var said =
                new BufferedReader(
                        new InputStreamReader(others.getInputStream(), StandardCharsets.UTF_8))) {
            String ready = Weft.offload(said::readLine);
            if (!"connected".equals(ready) || server.connections() != number) {
                throw new IllegalStateException(
                        server.connections() + " of " + number + " connected: " + ready);
            }
            System.out.printf(
                    "%,d idle connections, bytes each: %,d of heap, %,d direct; %,d resident%n",
                    number,
                    (usedHeap() - heap) / number,
                    (direct() - direct) / number,
                    (resident() - resident) / number);
            long cpu = cpuMillis();
            Weft.sleep(QUIET);
            System.out.printf("CPU in %s: %d ms%n", QUIET, cpuMillis() - cpu);
        } finally {
            others.destroy();
        }
    }

    private static void warmUp(TcpServer server) {
        for (int i = 0; i < 1000; i++) {
            try (var one = TcpStream.connect("127.0.0.1", server.localAddress().getPort())) {
                one.write(new byte[64]);
                one.readExactly(64).close();
            }
        }
        while (server.connections() > 0) {
            Weft.sleep(Duration.ofMillis(1));
        }
    }

    private static Process others(int port, int number) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--add-opens=java.base/java.lang=ALL-UNNAMED",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        IdleConnections.class.getName(),
                        "connect",
                        Integer.toString(port),
                        Integer.toString(number))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void connect(int port, int number) {
        Weft.run(
                () -> {
                    List<TcpStream> streams = new ArrayList<>();
                    for (int i = 0; i < number; i++) {
                        TcpStream stream = TcpStream.connect("127.0.0.1", port);
                        stream.write(new byte[64]);
                        stream.readExactly(64).close();
                        streams.add(stream);
                    }
                    System.out.println("connected");
                    Weft.sleep(Duration.ofMinutes(5));
                    streams.forEach(TcpStream::close);
                });
    }

    private static long usedHeap() {
        System.gc();
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** What Netty's pool has taken of the system; so it counts what lies ready in it, too. */
    private static long direct() {
        return PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory()
                + io.netty.util.internal.PlatformDependent.usedDirectMemory();
    }

    private static long resident() throws IOException {
        String pages = Files.readString(Path.of("/proc/self/statm")).split(" ", 3)[1];
        return Long.parseLong(pages) * 4096;
    }

    private static long cpuMillis() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis();
    }
}
