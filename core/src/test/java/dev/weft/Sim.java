package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/** Programs on virtual time; after each its loop must have nothing left. */
final class Sim {
    private Sim() {}

    static <T extends @Nullable Object, X extends Exception> T run(Body<T, X> body) throws X {
        return run(new VirtualTime(1), body);
    }

    static <X extends Exception> void run(Action<X> body) throws X {
        run(body.asBody());
    }

    static <X extends Exception> void run(VirtualTime driver, Action<X> body) throws X {
        run(driver, body.asBody());
    }

    /** A program that is one group. */
    static <X extends Exception> void group(GroupAction<X> body) throws X {
        run(() -> Weft.group(body));
    }

    static <T extends @Nullable Object, X extends Exception> T run(
            VirtualTime driver, Body<T, X> body) throws X {
        Combinators.Attempt<T> attempt =
                Combinators.attempt(() -> Programs.run(() -> driver, body));
        try {
            assertThat(driver.leftovers()).as("left when the loop ended").isEmpty();
        } catch (AssertionError leak) {
            if (attempt.thrown() != null) {
                leak.addSuppressed(attempt.thrown());
            }
            throw leak;
        }
        if (attempt.thrown() != null) {
            throw Throwing.sneaky(attempt.thrown());
        }
        return attempt.value();
    }

    /** Virtual time since the program's start, in milliseconds. */
    static long millis() {
        return (Loop.current().nanoTime() - VirtualTime.START) / 1_000_000;
    }

    static Duration ms(long millis) {
        return Duration.ofMillis(millis);
    }

    static Duration s(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    static void sleep(long millis) {
        Weft.sleep(ms(millis));
    }

    /** Sleeps so long that only a cancellation ends it. */
    static void sleepForever() {
        Weft.sleep(Duration.ofDays(10_000));
    }

    /** Lets the others run for so many turns. */
    static void turns(int n) {
        for (int i = 0; i < n; i++) {
            Weft.checkpoint();
        }
    }

    /** What a program with this body throws; fails if it throws nothing. */
    static Throwable failureOf(Action<?> body) {
        return thrownBy(() -> run(body));
    }

    /** What the body throws; fails if it throws nothing. */
    static Throwable thrownBy(Action<?> body) {
        Throwable thrown = Combinators.attempt(body.asBody()).thrown();
        if (thrown == null) {
            throw new AssertionError("nothing was thrown");
        }
        return thrown;
    }
}
