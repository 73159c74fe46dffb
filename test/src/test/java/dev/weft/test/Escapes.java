package dev.weft.test;

import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.Action;
import dev.weft.Weft;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Whether what a simulation cannot repeat is caught, at once or by doing it twice. */
final class Escapes {
    /** These end a run at once, with the stack of who did it. */
    static final List<Escape> AT_ONCE =
            List.of(
                    simulated("Thread.sleep", "'main'", () -> Thread.sleep(10)),
                    simulated("parkNanos", "", () -> LockSupport.parkNanos(10_000_000)),
                    simulated("Object.wait with a timeout", "", Escapes::timedWait),
                    simulated(
                            "poll with a timeout",
                            "",
                            () -> new ArrayBlockingQueue<>(1).poll(10, TimeUnit.MILLISECONDS)),
                    simulated(
                            "orTimeout",
                            "",
                            () ->
                                    new CompletableFuture<>()
                                            .orTimeout(10, TimeUnit.MILLISECONDS)
                                            .join()),
                    simulated("supplyAsync", "", Escapes::supplyAsync),
                    new Escape("an unpark by another thread", "", Escapes::foreignUnpark),
                    simulated("a new thread", "Group.start", () -> new Thread(() -> {}).start()),
                    new Escape("a socket", "", Escapes::socket),
                    simulated("a monitor contended across a wait", "task 1", Escapes::monitor));

    /** These the run does not notice, and its repetition does. */
    static final List<Escape> BY_REPETITION =
            List.of(
                    repeated("Math.random", () -> (long) (Math.random() * 4_096)),
                    repeated("System.nanoTime", () -> System.nanoTime() & 0xfff));

    private static final long MOST_NANOS = 1_000_000_000L;

    private Escapes() {}

    private static Escape simulated(String name, String says, Action<Exception> body) {
        return new Escape(name, says, () -> Sim.run(body));
    }

    private static Escape repeated(String name, LongSupplier nanos) {
        Program<Exception> program = _ -> Weft.sleep(Duration.ofNanos(nanos.getAsLong()));
        return new Escape(
                name, "not the same each time", () -> Sim.exploring().runs(300).run(program));
    }

    static List<Figure> figures(Scale scale) {
        return List.of(
                figure(
                        "escapes end the run at once and show who did it, within 1 s each",
                        AT_ONCE,
                        scale),
                figure(
                        "values of the JVM are noticed by running twice, within 1 s each",
                        BY_REPETITION,
                        scale));
    }

    private static Figure figure(String wanted, List<Escape> escapes, Scale scale) {
        List<String> problems = new ArrayList<>();
        long most = 0;
        for (Escape escape : escapes) {
            long start = System.nanoTime();
            Throwable thrown = catchThrowable(() -> escape.attempt().run());
            long nanos = System.nanoTime() - start;
            most = Math.max(most, nanos);
            if (thrown == null
                    || !thrown.toString().contains(escape.says())
                    || !shows(thrown, escapes == AT_ONCE)) {
                problems.add(escape + ": " + thrown);
            } else if (scale.timed() && nanos > MOST_NANOS) {
                problems.add(escape + " took " + Figure.millis(nanos));
            }
        }
        return Figure.of(
                "S6",
                wanted,
                escapes.size() + " of " + escapes.size() + ", the longest " + Figure.millis(most),
                problems);
    }

    private static boolean shows(Throwable thrown, boolean atOnce) {
        if (!atOnce) {
            return thrown instanceof SimFailure;
        }
        for (StackTraceElement frame : thrown.getStackTrace()) {
            if (frame.getClassName().startsWith(Escapes.class.getName())) {
                return thrown instanceof EscapeException;
            }
        }
        return false;
    }

    // ---- the longer ones

    private static void timedWait() throws InterruptedException {
        Object monitor = new Object();
        long until = System.nanoTime() + 10_000_000;
        synchronized (monitor) {
            while (System.nanoTime() - until < 0) {
                monitor.wait(10);
            }
        }
    }

    private static void supplyAsync() throws Exception {
        Thread task = Thread.currentThread();
        CompletableFuture.supplyAsync(
                        () -> {
                            awaitParked(task);
                            return 1;
                        })
                .get();
    }

    /** Or ended: its run may be over by then. */
    private static void awaitParked(Thread thread) {
        Thread.State now;
        do {
            Thread.onSpinWait();
            now = thread.getState();
        } while (now != Thread.State.WAITING && now != Thread.State.TERMINATED);
    }

    private static void foreignUnpark() throws Exception {
        CountDownLatch parks = new CountDownLatch(1);
        Thread[] task = new Thread[1];
        try (ExecutorService outside = Executors.newSingleThreadExecutor()) {
            var unparked =
                    outside.submit(
                            () -> {
                                parks.await();
                                awaitParked(task[0]);
                                LockSupport.unpark(task[0]);
                                return null;
                            });
            try {
                Sim.run(
                        () -> {
                            task[0] = Thread.currentThread();
                            parks.countDown();
                            LockSupport.park();
                        });
            } finally {
                unparked.get();
            }
        }
    }

    private static void socket() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Sim.run(
                    () -> {
                        try (var socket =
                                new Socket(server.getInetAddress(), server.getLocalPort())) {
                            int _ = socket.getInputStream().read();
                        }
                    });
        }
    }

    private static void monitor() {
        Object monitor = new Object();
        Weft.group(
                g -> {
                    for (int i = 0; i < 2; i++) {
                        g.start(
                                "task " + i,
                                () -> {
                                    synchronized (monitor) {
                                        Weft.sleep(Duration.ofMillis(1));
                                    }
                                });
                    }
                });
    }
}
