package dev.weft.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Echo servers side by side: all are started and warmed, and then loaded by turns, one beside the
 * other, so that a change of the machine's pace meets each of them; in each round anew, since what
 * the compiler makes of a program differs from start to start. What counts is the CPU of the whole
 * server process a message.
 */
public final class EchoTurns {
    private static final Pattern MESSAGES = Pattern.compile("\"msgs\": *(\\d+)");

    private final Path load;
    private final int turns = Integer.getInteger("turns", 40);
    private final String seconds = System.getProperty("seconds", "0.3");
    private final String warmUp = System.getProperty("warmUp", "12");

    private EchoTurns(Path load) {
        this.load = load;
    }

    /**
     * {@code LOAD KIBS NAME=COMMAND...}: the loading program, sizes, and servers that take a port.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length < 4
                || !Files.isExecutable(Path.of(args[0]))
                || Stream.of(args).skip(2).anyMatch(entrant -> entrant.indexOf('=') < 1)) {
            System.err.println("usage: turns ECHO-LOAD KIB[,KIB...] NAME=COMMAND NAME=COMMAND...");
            System.exit(2);
        }
        var benchmark = new EchoTurns(Path.of(args[0]));
        for (String size : args[1].split(",", -1)) {
            for (int round = Integer.getInteger("rounds", 1); round > 0; round--) {
                benchmark.run(Integer.parseInt(size), List.of(args).subList(2, args.length));
            }
        }
    }

    private void run(int kib, List<String> entrants) throws IOException, InterruptedException {
        List<Server> servers = new ArrayList<>();
        try {
            for (String entrant : entrants) {
                String[] parts = entrant.split("=", 2);
                servers.add(start(parts[0], parts[1]));
                load(servers.getLast(), kib, warmUp);
            }
            List<Server> order = new ArrayList<>(servers);
            for (int turn = 0; turn < turns; turn++) {
                Collections.rotate(order, 1);
                for (Server server : order) {
                    long before = server.cpu();
                    long messages = load(server, kib, seconds);
                    server.cost.add((server.cpu() - before) / 1e3 / messages);
                }
            }
        } finally {
            for (Server server : servers) {
                server.process.destroy();
                server.process.waitFor();
            }
        }
        servers.forEach(server -> server.tell(kib, servers.getFirst()));
    }

    private static Server start(String name, String command)
            throws IOException, InterruptedException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> line = new ArrayList<>(List.of("taskset", "-c", "0"));
        line.addAll(List.of(command.split(" ", -1)));
        line.add(Integer.toString(port));
        Path said = Files.createTempFile("echo-turns", ".txt");
        said.toFile().deleteOnExit();
        Process process =
                new ProcessBuilder(line)
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        var server = new Server(name, process, port, said);
        server.awaitListening();
        return server;
    }

    /** How many messages came back. */
    private long load(Server server, int kib, String duration)
            throws IOException, InterruptedException {
        Process loading =
                new ProcessBuilder(
                                "taskset",
                                "-c",
                                "1",
                                load.toString(),
                                Integer.toString(server.port),
                                "10",
                                Integer.toString(kib * 1024),
                                duration)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String said = new String(loading.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher messages = MESSAGES.matcher(said);
        if (loading.waitFor() != 0 || !messages.find()) {
            throw new IOException(load + " failed on " + server.name + ": " + said);
        }
        return Long.parseLong(messages.group(1));
    }

    private static final class Server {
        private final String name;
        private final Process process;
        private final int port;
        private final Path said;

        /** In µs a message, one for each turn. */
        private final List<Double> cost = new ArrayList<>();

        Server(String name, Process process, int port, Path said) {
            this.name = name;
            this.process = process;
            this.port = port;
            this.said = said;
        }

        void awaitListening() throws IOException, InterruptedException {
            while (true) {
                try {
                    new Socket(InetAddress.getLoopbackAddress(), port).close();
                    return;
                } catch (IOException notYet) {
                    if (!process.isAlive()) {
                        throw new IOException(name + " ended: " + Files.readString(said), notYet);
                    }
                    Thread.sleep(50);
                }
            }
        }

        /** Nanoseconds that all threads of the server have had a CPU for. */
        long cpu() throws IOException {
            try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
                long sum = 0;
                for (Path thread : threads.toList()) {
                    try {
                        String had = Files.readString(thread.resolve("schedstat"));
                        sum += Long.parseLong(had.substring(0, had.indexOf(' ')));
                    } catch (NoSuchFileException ended) {
                        // the compiler's threads come and go
                    }
                }
                return sum;
            }
        }

        void tell(int kib, Server base) {
            double[] ratios = new double[cost.size()];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = cost.get(i) / base.cost.get(i);
            }
            System.out.printf(
                    "%3d KiB %-20s %6.2f us a message, minimum %6.2f",
                    kib, name, quantile(array(), 0.5), quantile(array(), 0));
            if (this != base) {
                System.out.printf(
                        "; of %s turn by turn %.3f (half between %.3f and %.3f), minimum %.3f",
                        base.name,
                        quantile(ratios, 0.5),
                        quantile(ratios, 0.25),
                        quantile(ratios, 0.75),
                        quantile(array(), 0) / quantile(base.array(), 0));
            }
            System.out.println();
        }

        private double[] array() {
            return cost.stream().mapToDouble(Double::doubleValue).toArray();
        }

        private static double quantile(double[] values, double part) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            return sorted[(int) Math.round(part * (sorted.length - 1))];
        }
    }
}
