package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Action;
import dev.weft.Weft;

import io.netty.channel.uring.IoUring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A driver and a way to start children, and how a test runs with them and is looked after. */
record Mode(String driver, boolean isJdk) {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** All that work on this machine, and in portable mode. */
    static Stream<Mode> all() {
        if (Boolean.getBoolean("weft.test.portable")) {
            return Stream.of(new Mode("nio", false));
        }
        Stream<Mode> modes =
                Stream.of(new Mode("epoll", false), new Mode("nio", false), new Mode("nio", true));
        return IoUring.isAvailable()
                ? Stream.concat(modes, Stream.of(new Mode("io_uring", false)))
                : modes;
    }

    /** Runs {@code body}; afterwards no child, not even a zombie, and no descriptor may be left. */
    <X extends Exception> void run(Action<X> body) throws Exception {
        long pipes = descriptors();
        runUnchecked(
                () -> {
                    body.run();
                    until(() -> ProcessHandle.current().children().findAny().isEmpty());
                });
        for (int i = 0; i < 10_000 && descriptors() > pipes; i++) {
            Thread.sleep(1); // closed on another thread
        }
        assertThat(descriptors()).as("pipes and process descriptors").isEqualTo(pipes);
    }

    <X extends Exception> void runUnchecked(Action<X> body) throws Exception {
        System.setProperty("weft.driver", driver);
        if (isJdk) {
            System.setProperty("weft.process", "jdk");
        }
        try {
            Weft.run(() -> Weft.timeout(LIMIT, body));
        } finally {
            System.clearProperty("weft.driver");
            System.clearProperty("weft.process");
        }
    }

    /** Lets others run until it is so; the limit of {@link #run} ends it if it never is. */
    static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Weft.sleep(Duration.ofMillis(1));
        }
    }

    /** How many pipes and process descriptors are open here. */
    static long descriptors() {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(Mode::isOfProcesses).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOfProcesses(Path link) {
        try {
            String what = Files.readSymbolicLink(link).toString();
            return what.startsWith("pipe:") || what.contains("pidfd");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    /** The system's letter for what a process does; {@code X} if there is none. */
    static String state(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
        } catch (IOException gone) {
            return "X";
        }
    }

    /** Whether it runs no more, though its parent may not have asked for its status. */
    static boolean isDead(long pid) {
        return "XZ".contains(state(pid));
    }

    @Override
    public String toString() {
        return driver + (isJdk ? ", through the JDK" : "");
    }
}
