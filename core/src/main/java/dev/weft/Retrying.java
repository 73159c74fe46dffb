package dev.weft;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;

/** One call of {@link Weft#retry}. */
final class Retrying {
    private final Retry policy;
    private final LoopTask<?> task = LoopTask.current();
    private final long end;
    private double ceiling;
    private @Nullable Failures failures;

    private Retrying(Retry policy) {
        this.policy = policy;
        this.end = Durations.after(task.loop.nanoTime(), policy.within());
        this.ceiling = Durations.nanos(policy.delay());
    }

    static <T extends @Nullable Object> T run(
            Retry policy, Body<T, ?> body, Predicate<? super T> accept) {
        Objects.requireNonNull(policy, "the policy");
        Objects.requireNonNull(body, "the body");
        Objects.requireNonNull(accept, "the condition for a value");
        Retrying retrying = new Retrying(policy);
        try {
            return retrying.attempts(body, accept);
        } catch (Throwable last) {
            Failures earlier = retrying.failures;
            if (earlier != null) {
                earlier.suppressIn(last, retrying.task.loop.reports, "Weft.retry");
            }
            throw Throwing.sneaky(last);
        }
    }

    private <T extends @Nullable Object> T attempts(Body<T, ?> body, Predicate<? super T> accept)
            throws Exception {
        task.checkCancelled();
        for (int attempt = 1; ; attempt++) {
            Exception failure = null;
            long pause;
            T value = null;
            try {
                value = body.run();
            } catch (Exception e) {
                failure = e;
            }
            if (failure == null) {
                if (accepted(value, accept) || (pause = pauseAfter(attempt)) < 0) {
                    return Erased.value(value);
                }
                Undelivered.close(value);
            } else {
                if (task.isCancellation(failure)
                        || !isRetried(failure)
                        || (pause = pauseAfter(attempt)) < 0) {
                    throw failure;
                }
                remember(failure);
            }
            Duration delay = Duration.ofNanos(pause);
            policy.onRetry().accept(new Retry.Again(attempt, failure, delay));
            Weft.sleep(delay);
        }
    }

    private static <T extends @Nullable Object> boolean accepted(
            T value, Predicate<? super T> accept) {
        try {
            return accept.test(value);
        } catch (Throwable e) {
            Undelivered.close(value);
            throw e;
        }
    }

    private boolean isRetried(Exception failure) {
        try {
            return policy.when().test(failure);
        } catch (Throwable e) {
            remember(failure);
            throw e;
        }
    }

    /** How long to wait before the next attempt, or -1 if there is none. */
    private long pauseAfter(int attempt) {
        if (attempt == policy.attempts()) {
            return -1;
        }
        double longest = Math.min(ceiling, (double) Durations.nanos(policy.longestDelay()));
        ceiling = longest * policy.growth();
        double chance = task.loop.random().nextDouble();
        long pause =
                (long)
                        switch (policy.jitter()) {
                            case NONE -> longest;
                            case EQUAL -> longest / 2 + chance * longest / 2;
                            case FULL -> chance * longest;
                        };
        long left = task.nanosLeft(); // 0: a request is due, which the pause throws
        boolean tooLate = task.loop.nanoTime() + pause - end > 0 || (left > 0 && pause >= left);
        return tooLate ? -1 : pause;
    }

    private void remember(Exception e) {
        Failures all = failures;
        if (all == null) {
            failures = new Failures(e);
        } else {
            all.add(e);
        }
    }
}
