package dev.weft.benchmarks;

import com.sun.management.OperatingSystemMXBean;

import dev.weft.Weft;
import dev.weft.sync.Queue;
import dev.weft.sync.Semaphore;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;

/**
 * The operations of a core runtime, each as a user would write it, for a run beside other runtimes:
 * {@code CoreEntrant OP} does one and prints a line of JSON; it prints nothing for an operation it
 * does not have.
 */
public final class CoreEntrant {
    private static final long MIN_NANOS =
            Long.parseLong(System.getenv().getOrDefault("BENCH_MIN_MS", "500")) * 1_000_000;
    private static final OperatingSystemMXBean OS =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private interface Operation {
        void run(int n) throws Exception;
    }

    private static final Map<String, Operation> OPERATIONS =
            Map.of(
                    "yield_100", CoreEntrant::yield100,
                    "spawn_join_1", n -> spawnJoin(n, 1),
                    "spawn_join_10", n -> spawnJoin(n, 10),
                    "spawn_join_100", n -> spawnJoin(n, 100),
                    "spawn_join_10000", n -> spawnJoin(n, 10_000),
                    "spawn_bare_100", CoreEntrant::spawnBare100,
                    "queue_1x1", n -> queue(n, 1),
                    "queue_10x10", n -> queue(n, 10),
                    "semaphore_100", CoreEntrant::semaphore100,
                    "timeout_ready", CoreEntrant::timeoutReady);

    private CoreEntrant() {}

    private static @Nullable Object noop() {
        return null;
    }

    private static void yield100(int n) {
        Weft.group(
                g -> {
                    for (int t = 0; t < 100; t++) {
                        g.start(
                                () -> {
                                    for (int i = 0; i < n / 100; i++) {
                                        Weft.checkpoint();
                                    }
                                });
                    }
                });
    }

    private static void spawnJoin(int n, int size) {
        for (int i = 0; i < n / size; i++) {
            Weft.group(
                    g -> {
                        for (int j = 0; j < size; j++) {
                            g.start(CoreEntrant::noop);
                        }
                    });
        }
    }

    private static void spawnBare100(int n) {
        var inputs = Collections.nCopies(100, "x");
        for (int i = 0; i < n / 100; i++) {
            Weft.gather(inputs, 100, x -> x);
        }
    }

    private static void queue(int n, int workers) {
        var queue = new Queue<Integer>(100);
        Weft.group(
                g -> {
                    for (int w = 0; w < workers; w++) {
                        g.start(
                                () -> {
                                    for (int i = 0; i < n / workers; i++) {
                                        queue.put(i);
                                    }
                                });
                        g.start(
                                () -> {
                                    for (int i = 0; i < n / workers; i++) {
                                        queue.get();
                                    }
                                });
                    }
                });
    }

    private static void semaphore100(int n) {
        var semaphore = new Semaphore(10);
        Weft.group(
                g -> {
                    for (int t = 0; t < 100; t++) {
                        g.start(
                                () -> {
                                    for (int i = 0; i < n / 100; i++) {
                                        try (var _ = semaphore.acquire()) {
                                            Weft.checkpoint();
                                        }
                                    }
                                });
                    }
                });
    }

    private static void timeoutReady(int n) throws Exception {
        var limit = Duration.ofSeconds(10);
        for (int i = 0; i < n; i++) {
            Weft.timeout(limit, () -> Weft.groupCall(g -> g.start(CoreEntrant::noop).await()));
        }
    }

    private static void measure(String op, Operation operation) throws Exception {
        int n = 10_000;
        long begun = OS.getProcessCpuTime();
        while (true) {
            long cpuStart = OS.getProcessCpuTime();
            long start = System.nanoTime();
            operation.run(n);
            long took = System.nanoTime() - start;
            long cpu = OS.getProcessCpuTime() - cpuStart;
            if (cpu < MIN_NANOS) {
                n *= 2;
            } else if (cpuStart - begun >= 2 * MIN_NANOS) { // what came before was the warm-up
                emit(
                        op,
                        n,
                        String.format(
                                Locale.ROOT,
                                "\"ns_per_op\":%.1f,\"cpu_ns_per_op\":%.1f",
                                (double) took / n,
                                (double) cpu / n));
                return;
            }
        }
    }

    private static void sleep(String op, int n) throws IOException {
        long start = System.nanoTime();
        Weft.group(
                g -> {
                    for (int i = 0; i < n; i++) {
                        g.start(() -> Weft.sleep(Duration.ofSeconds(1)));
                    }
                });
        double wall = (System.nanoTime() - start) / 1e9;
        emit(
                op,
                n,
                String.format(
                        Locale.ROOT,
                        "\"ns_per_op\":%.1f,\"wall_s\":%.3f,\"peak_rss_mb\":%d",
                        (wall - 1) * 1e9 / n,
                        wall,
                        rss("VmHWM:") >> 20));
    }

    private static void parkedBytes(String op, int n) throws IOException {
        System.gc();
        long rssBefore = rss("VmRSS:");
        long heapBefore = heap();
        var gate = new Semaphore(0);
        Weft.<IOException>group(
                g -> {
                    for (int i = 0; i < n; i++) {
                        g.start(gate::acquire);
                    }
                    Weft.sleep(Duration.ofMillis(500));
                    long rss = rss("VmRSS:") - rssBefore;
                    System.gc();
                    emit(
                            op,
                            n,
                            "\"bytes_per_op\":"
                                    + rss / n
                                    + ",\"live_heap_bytes_per_op\":"
                                    + (heap() - heapBefore) / n);
                    for (int i = 0; i < n; i++) {
                        gate.release();
                    }
                });
    }

    private static long heap() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long rss(String field) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(field)) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("/proc/self/status has no " + field);
    }

    private static void emit(String op, int n, String figures) {
        System.out.printf(
                "{\"runtime\":\"Weft on JDK %s\",\"op\":\"%s\",\"n\":%d,%s}%n",
                Runtime.version().feature(), op, n, figures);
    }

    /** Runs the operations named. */
    public static void main(String[] args) throws Exception {
        Weft.run(
                () -> {
                    for (String op : args) {
                        Operation operation = OPERATIONS.get(op);
                        if (operation != null) {
                            measure(op, operation);
                        } else if (op.equals("sleep_100k")) {
                            sleep(op, 100_000);
                        } else if (op.equals("sleep_1m")) {
                            sleep(op, 1_000_000);
                        } else if (op.equals("parked_bytes")) {
                            parkedBytes(op, 100_000);
                        }
                    }
                });
    }
}
