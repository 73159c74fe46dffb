package dev.weft.test;

import dev.weft.Simulation;
import dev.weft.Weft;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;

/** How fast programs are simulated. */
final class Speed {
    private static final int LEAST_EXECUTIONS = 30_000;
    private static final long MOST_NANOS_OF_A_DAY = 100_000_000;
    private static final int LEAST_RATIO = 10_000;

    private Speed() {}

    static List<Figure> figures(Scale scale) {
        int times = scale.timed() ? 4_000 : 10;
        double perSecond = executions(times);
        long day = nanos(Speed::daySecondBySecond);
        double ratio = Duration.ofHours(1).toNanos() / (double) nanos(Speed::idleHour);
        return List.of(
                new Figure(
                        "S2",
                        "small programs: at least 30,000 executions in a second of CPU time",
                        Figure.number(Math.round(perSecond)),
                        !scale.timed() || perSecond >= LEAST_EXECUTIONS),
                new Figure(
                        "S2",
                        "24 hours, a sleep each second, in less than 100 ms",
                        Figure.millis(day),
                        !scale.timed() || day < MOST_NANOS_OF_A_DAY),
                new Figure(
                        "S2",
                        "10 tasks that look each second for an hour: 10,000 times faster",
                        Figure.number(Math.round(ratio)) + " times",
                        !scale.timed() || ratio >= LEAST_RATIO));
    }

    /**
     * Of the thread's own time, so that its neighbours do not count, in the fastest of some passes:
     * others are two to five times slower where the JIT compiler has to begin anew.
     */
    private static double executions(int times) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Simulation.session(
                () -> {
                    double perSecond = 0;
                    for (int pass = 0; pass < 5; pass++) {
                        long runs = 0;
                        long start = threads.getCurrentThreadCpuTime();
                        for (Subject twin : Subjects.FIXED) {
                            Explorer explorer = twin.exploring().runs(times);
                            runs += explorer.new Search(twin.program()).all().runs();
                        }
                        long nanos = threads.getCurrentThreadCpuTime() - start;
                        perSecond = Math.max(perSecond, runs * 1e9 / nanos);
                    }
                    return perSecond;
                });
    }

    private static void daySecondBySecond() {
        Sim.run(() -> sleeps(24 * 60 * 60));
    }

    private static void idleHour() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < 10; i++) {
                                        g.start(() -> sleeps(60 * 60));
                                    }
                                }));
    }

    private static void sleeps(int seconds) {
        for (int i = 0; i < seconds; i++) {
            Weft.sleep(Duration.ofSeconds(1));
        }
    }

    /** Of the fastest of some: what disturbs it only makes it slower. */
    private static long nanos(Runnable action) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            action.run();
            least = Math.min(least, System.nanoTime() - start);
        }
        return least;
    }
}
