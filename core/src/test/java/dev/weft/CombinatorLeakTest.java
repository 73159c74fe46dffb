package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.sleepForever;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.RateLimiter;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;

/** Thousands of combinators that are cut short leave nothing behind on a loop that lives on. */
class CombinatorLeakTest {
    private static final int ROUNDS = 3000;

    private static void soak(Action<RuntimeException> waiting) {
        Sim.run(
                () -> {
                    Loop loop = Loop.current();
                    for (int i = 0; i < ROUNDS; i++) {
                        assertThat(Weft.moveOnAfter(ms(1), waiting)).isFalse();
                        Weft.checkpoint(); // interrupts that are not needed any more are dropped
                        assertThat(loop.timers.size()).isZero();
                        assertThat(loop.liveRequests).isZero();
                        assertThat(loop.readyTasks()).isZero();
                    }
                });
    }

    private static String forever() {
        sleepForever();
        return "never";
    }

    @Test
    void race() {
        soak(() -> Weft.race(CombinatorLeakTest::forever, CombinatorLeakTest::forever));
    }

    @Test
    void staggeredRace() {
        soak(
                () ->
                        Weft.staggeredRace(
                                s(0), CombinatorLeakTest::forever, CombinatorLeakTest::forever));
    }

    @Test
    void gatherAndForEach() {
        soak(() -> Weft.gather(CombinatorLeakTest::forever, CombinatorLeakTest::forever));
        soak(() -> Weft.forEach(List.of(1, 2, 3), 2, n -> sleepForever()));
    }

    @Test
    void asCompleted() {
        soak(
                () ->
                        Weft.asCompleted(
                                List.of(1, 2, 3),
                                2,
                                n -> forever(),
                                results -> results.iterator().next()));
    }

    @Test
    void retryAndInterval() {
        soak(
                () ->
                        Weft.retry(
                                Retry.forever().fixed(s(0)),
                                () -> {
                                    Weft.sleep(ms(2));
                                    throw new IllegalStateException("x");
                                }));
        soak(() -> Interval.every(ms(5)).startingIn(ms(5)).tick());
    }

    @Test
    void rateLimiter() {
        soak(
                () -> {
                    RateLimiter limiter = RateLimiter.tokenBucket(1, s(1));
                    limiter.acquire();
                    limiter.acquire();
                });
    }

    @Test
    void awaitOfTasks() {
        Sim.run(
                () -> {
                    Task<@Nullable Void> longLived = Weft.background(Sim::sleepForever);
                    Weft.checkpoint();
                    for (int i = 0; i < ROUNDS; i++) {
                        assertThat(
                                        Weft.moveOnAfter(
                                                ms(1),
                                                () ->
                                                        Weft.await(
                                                                List.of(longLived),
                                                                Until.ALL_COMPLETED)))
                                .isEmpty();
                        assertThat(longLived.awaiting().waiters().size()).isZero();
                    }
                });
    }
}
