package dev.weft.test;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Programs again and again, each time from another master seed, until one fails. Its sessions have
 * a thread each.
 */
final class Soak {
    /** So many runs, besides its sweep, has a program from one master seed. */
    static final int ROUND = 1_000;

    /**
     * A program that failed.
     *
     * @param seed the master seed
     */
    record Alarm(Subject subject, long seed, Throwable failure) {
        @Override
        public String toString() {
            return subject + " failed, with master seed " + seed + ":\n" + failure.getMessage();
        }
    }

    private final List<Subject> subjects;
    private final long seed;
    private final AtomicLong rounds = new AtomicLong();
    private final AtomicLong executions = new AtomicLong();
    private final AtomicReference<@Nullable Alarm> alarm = new AtomicReference<>();

    /**
     * @param seed that of the master seeds
     */
    Soak(List<Subject> subjects, long seed) {
        this.subjects = subjects;
        this.seed = seed;
    }

    /** Until so many rounds are done, so much time is over, or a program fails. */
    void run(int threads, long mostRounds, Duration time) throws InterruptedException {
        long start = System.nanoTime();
        Thread[] all = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            all[i] =
                    Thread.ofPlatform()
                            .daemon()
                            .name("soak-" + i)
                            .start(() -> rounds(mostRounds, start, time.toNanos()));
        }
        for (Thread thread : all) {
            thread.join();
        }
    }

    private void rounds(long mostRounds, long start, long nanos) {
        while (alarm.get() == null && System.nanoTime() - start < nanos) {
            long n = rounds.getAndIncrement();
            if (n >= mostRounds) {
                return;
            }
            round(
                    subjects.get((int) (n % subjects.size())),
                    new SplittableRandom(seed + n / subjects.size()).nextLong() >>> 20);
        }
    }

    private void round(Subject subject, long master) {
        try {
            executions.addAndGet(
                    subject.exploring().seed(master).runs(ROUND).run(subject.program()).runs());
        } catch (Throwable failure) {
            if (failure instanceof SimFailure f && f.hunt() != null) {
                executions.addAndGet(f.hunt().executions());
            }
            alarm.compareAndSet(null, new Alarm(subject, master, failure));
        }
    }

    /** Of the rounds that are over. */
    long executions() {
        return executions.get();
    }

    /** The first one; null if there was none. */
    @Nullable Alarm alarm() {
        return alarm.get();
    }

    /** Whether there was none. */
    Figure quiet(String id, String wanted) {
        Alarm first = alarm();
        return Figure.of(
                id,
                wanted,
                "none in " + Figure.number(executions()),
                first == null ? List.of() : List.of(first.toString()));
    }
}
