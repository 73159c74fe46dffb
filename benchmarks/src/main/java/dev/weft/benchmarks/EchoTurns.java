package dev.weft.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private final int turns;
    private final String seconds = System.getProperty("seconds", "0.3");
    private final String warmUp = System.getProperty("warmUp", "12");

    private EchoTurns(Path load, int turns) {
        this.load = load;
        this.turns = turns;
    }

    /**
     * {@code LOAD KIBS NAME=COMMAND...}: the loading program, sizes, and servers that take a port.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length < 4
                || !Files.isExecutable(Path.of(args[0]))
                || Stream.of(args).skip(2).anyMatch(entrant -> entrant.indexOf('=') < 1)) {
            refuse();
        }
        int[] sizes = Stream.of(args[1].split(",", -1)).mapToInt(EchoTurns::positive).toArray();
        int rounds = positive(System.getProperty("rounds", "1"));
        int turns = positive(System.getProperty("turns", "40"));
        var benchmark = new EchoTurns(Path.of(args[0]), turns);
        for (int kib : sizes) {
            for (int round = 0; round < rounds; round++) {
                benchmark.run(kib, List.of(args).subList(2, args.length));
            }
        }
    }

    private static int positive(String number) {
        if (!number.matches("[1-9]\\d{0,5}")) {
            System.err.println("not a number from 1 to 999999: " + number);
            refuse();
        }
        return Integer.parseInt(number);
    }

    private static void refuse() {
        System.err.println("usage: turns ECHO-LOAD KIB[,KIB...] NAME=COMMAND NAME=COMMAND...");
        System.exit(2);
    }

    private void run(int kib, List<String> entrants) throws IOException, InterruptedException {
        List<Server> servers = new ArrayList<>();
        try {
            for (String entrant : entrants) {
                String[] parts = entrant.split("=", 2);
                servers.add(start(parts[0], parts[1]));
                servers.getLast().awaitListening();
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

    private static Server start(String name, String command) throws IOException {
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
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        return new Server(name, process, port, said);
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

        private final Map<Path, Long> threadsCpu = new HashMap<>();

        Server(String name, Process process, int port, Path said) {
            this.name = name;
            this.process = process;
            this.port = port;
            this.said = said;
        }

        void awaitListening() throws IOException, InterruptedException {
            for (int attempt = 0; ; attempt++) {
                try {
                    new Socket(InetAddress.getLoopbackAddress(), port).close();
                    return;
                } catch (IOException notYet) {
                    if (!process.isAlive() || attempt == 600) {
                        throw new IOException(
                                name + " does not listen: " + Files.readString(said), notYet);
                    }
                    Thread.sleep(50);
                }
            }
        }

        /** Nanoseconds that the server's threads have had a CPU for, those that ended too. */
        long cpu() throws IOException {
            try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
                for (Path thread : threads.toList()) {
                    try {
                        String had = Files.readString(thread.resolve("schedstat"));
                        threadsCpu.put(thread, Long.valueOf(had.substring(0, had.indexOf(' '))));
                    } catch (IOException ended) {
                        // the compiler's threads come and go
                    }
                }
            }
            return threadsCpu.values().stream().mapToLong(Long::longValue).sum();
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
