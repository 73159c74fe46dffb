package dev.weft.test;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;

/** All figures of the kit in full, and a soak for the rest of the time: what test/run runs. */
final class Figures {
    private static final Duration LEAST_SOAK = Duration.ofSeconds(10);

    private interface Measuring {
        List<Figure> take() throws Exception;
    }

    private static final List<Measuring> FIXED =
            List.of(
                    () -> Repeats.figures(Scale.FULL),
                    () -> Speed.figures(Scale.FULL),
                    () -> Hunts.figures(Scale.FULL),
                    () -> Twins.figures(Scale.FULL),
                    () -> Escapes.figures(Scale.FULL),
                    () -> Orders.figures(Scale.FULL),
                    Sweeps::figures,
                    FirstTestLines::figures,
                    OldFailures::figures);

    private final long seed;
    private final long until;
    private final List<Figure> all = new CopyOnWriteArrayList<>();
    private final Soak soak;

    private Figures(Duration time, long seed) {
        this.seed = seed;
        this.until = System.nanoTime() + time.toNanos();
        this.soak = new Soak(Subjects.SOUND, seed);
    }

    /**
     * Ends with 1 if a figure was missed.
     *
     * @param args how long all of it is to take, as {@link Duration} reads it, and if wanted the
     *     seed of the soak; or that old failures are to be found anew
     */
    static void main(String[] args) throws Exception {
        if (args[0].equals("--refresh")) {
            OldFailures.refresh();
            return;
        }
        long seed =
                args.length > 1
                        ? Long.parseLong(args[1])
                        : new SplittableRandom().nextLong() >>> 20;
        Figures figures = new Figures(Duration.parse(args[0]), seed);
        Thread interrupted =
                new Thread(() -> System.out.println("interrupted: " + figures.summary()));
        Runtime.getRuntime().addShutdownHook(interrupted);
        figures.take();
        Runtime.getRuntime().removeShutdownHook(interrupted);
        System.out.println(figures.summary());
        System.exit(figures.missed() == 0 ? 0 : 1);
    }

    private void take() throws Exception {
        for (Measuring measuring : FIXED) {
            print(measuring.take());
        }
        print(List.of(Twins.canary(seed)));
        print(List.of(soak()));
    }

    private void print(List<Figure> figures) {
        figures.forEach(System.out::println);
        all.addAll(figures);
    }

    private Figure soak() throws InterruptedException {
        int cpus = Runtime.getRuntime().availableProcessors();
        Duration left = Duration.ofNanos(until - System.nanoTime());
        Duration time = left.compareTo(LEAST_SOAK) < 0 ? LEAST_SOAK : left;
        System.out.println(
                "a soak of "
                        + time.toSeconds()
                        + " s on "
                        + cpus
                        + " CPUs; --seed "
                        + seed
                        + " does the same again");
        soak.run(cpus, Long.MAX_VALUE, time);
        return soak.quiet(
                "S11",
                "no alarm in a soak of "
                        + Subjects.SOUND.size()
                        + " programs without a bug, "
                        + time.toSeconds()
                        + " s");
    }

    private long missed() {
        return all.stream().filter(figure -> !figure.isReached()).count();
    }

    private String summary() {
        return all.size()
                + " figures taken, "
                + missed()
                + " missed; "
                + Figure.number(soak.executions())
                + " executions in the soak";
    }
}
