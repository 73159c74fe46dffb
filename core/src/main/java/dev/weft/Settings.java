package dev.weft;

import java.time.Duration;

/**
 * What system properties set, with defaults. A value that cannot be read is refused, naming the
 * property.
 */
final class Settings {
    private Settings() {}

    /** {@code weft.grace}, seconds: how long after its delivery a cancellation is due again. */
    static Duration grace() {
        return seconds("weft.grace", 5);
    }

    /**
     * {@code weft.slow-step}, seconds: from when on a step counts as one that holds up the loop; 0
     * turns the watchdog off.
     */
    static Duration slowStep() {
        return seconds("weft.slow-step", 0.1);
    }

    /**
     * {@code weft.slow-step.fails}: whether a step that holds up the loop fails the program, which
     * is meant for tests.
     */
    static boolean slowStepFails() {
        return Boolean.getBoolean("weft.slow-step.fails");
    }

    /**
     * {@code weft.debug}: remember where each task was started, which costs several microseconds a
     * start, and check the loop's own invariants.
     */
    static boolean debug() {
        return Boolean.getBoolean("weft.debug");
    }

    /** {@code weft.offload.threads}: how many blocking calls of one loop run at once. */
    static int offloadThreads() {
        int n = Integer.getInteger("weft.offload.threads", 64);
        if (n < 1) {
            throw new IllegalArgumentException(
                    "-Dweft.offload.threads=" + n + " must be at least 1");
        }
        return n;
    }

    /**
     * {@code weft.warm-poller}: whether the JDK's socket poller is initialised before the first
     * task. A program that uses no socket of the JDK's may turn it off and ends 0.3 s sooner: the
     * JVM waits so long at its end for a thread that is in the kernel, as the poller's is.
     */
    static boolean warmPoller() {
        return !"false".equals(System.getProperty("weft.warm-poller"));
    }

    private static Duration seconds(String property, double otherwise) {
        String text = System.getProperty(property);
        double seconds = otherwise;
        if (text != null) {
            try {
                seconds = Double.parseDouble(text);
            } catch (NumberFormatException e) {
                seconds = -1;
            }
            if (!(seconds >= 0 && seconds <= 1e9)) {
                throw new IllegalArgumentException(
                        "-D" + property + "=" + text + " must be a number of seconds, such as 0.5");
            }
        }
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
