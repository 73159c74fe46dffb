package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.millis;
import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.RateLimiter;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

class RateLimiterTest {
    private final List<Long> times = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();

    private void take(RateLimiter limiter, int times) {
        for (int i = 0; i < times; i++) {
            limiter.acquire();
            this.times.add(millis());
        }
    }

    @Test
    void aBucketWithoutBurstGivesEvenlySpacedPermits() {
        Sim.run(() -> take(RateLimiter.tokenBucket(10, s(1)), 4));
        assertThat(times).containsExactly(0L, 100L, 200L, 300L);
    }

    @Test
    void aBucketIsFullAtFirstAndAfterAPauseAgain() {
        Sim.run(
                () -> {
                    RateLimiter limiter = RateLimiter.tokenBucket(10, s(1), 3);
                    take(limiter, 5);
                    sleep(10_000);
                    take(limiter, 4);
                });
        assertThat(times)
                .containsExactly(0L, 0L, 0L, 100L, 200L, 10_200L, 10_200L, 10_200L, 10_300L);
    }

    @Test
    void inTheLongRunTheRateIsExact() {
        Sim.run(
                () -> {
                    RateLimiter limiter = RateLimiter.tokenBucket(3, s(1));
                    limiter.acquire();
                    for (int i = 0; i < 30_000; i++) {
                        limiter.acquire();
                    }
                    assertThat(millis()).isEqualTo(10_000_000);
                });
    }

    @Test
    void aWindowNeverHoldsMoreThanItsPermits() {
        Sim.run(
                () -> {
                    RateLimiter limiter = RateLimiter.slidingWindow(3, s(1));
                    take(limiter, 2);
                    sleep(900);
                    take(limiter, 5);
                });
        assertThat(times).containsExactly(0L, 0L, 900L, 1000L, 1000L, 1900L, 2000L);
    }

    @Test
    void severalAtOnce() {
        Sim.run(
                () -> {
                    RateLimiter bucket = RateLimiter.tokenBucket(10, s(1), 5);
                    bucket.acquire(5);
                    bucket.acquire(3);
                    assertThat(millis()).isEqualTo(300);
                    RateLimiter window = RateLimiter.slidingWindow(4, s(1));
                    window.acquire(3);
                    sleep(200);
                    window.acquire(1);
                    window.acquire(4);
                    assertThat(millis()).isEqualTo(1500);
                });
    }

    @Test
    void firstComeFirstServedAlsoForALargeRequest() {
        Sim.run(
                () -> {
                    RateLimiter limiter = RateLimiter.tokenBucket(10, s(1), 5);
                    limiter.acquire(5);
                    Weft.group(
                            g -> {
                                for (int n : new int[] {5, 1, 2}) {
                                    g.start(
                                            () -> {
                                                limiter.acquire(n);
                                                trace.add(n + " at " + millis());
                                            });
                                }
                                sleep(100);
                                assertThat(limiter.waiting()).isEqualTo(3);
                                assertThat(limiter.tryAcquire(1)).isFalse();
                            });
                    assertThat(limiter.waiting()).isZero();
                });
        assertThat(trace).containsExactly("5 at 500", "1 at 600", "2 at 800");
    }

    @Test
    void aCancelledWaiterConsumesNothing() {
        Sim.run(
                () -> {
                    RateLimiter limiter = RateLimiter.tokenBucket(10, s(1));
                    limiter.acquire();
                    Weft.group(
                            g -> {
                                Task<?> first = g.start(() -> limiter.acquire());
                                Task<?> second = g.start(() -> limiter.acquire());
                                g.start(() -> take(limiter, 2));
                                sleep(50);
                                first.cancel("first");
                                sleep(1);
                                second.cancel("second");
                            });
                });
        assertThat(times).containsExactly(100L, 200L);
    }

    // rules 2: "A wait looks for a due cancellation on entry, before any effect"
    @Test
    void aRequestPendingOnEntryTakesNothing() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    RateLimiter limiter = RateLimiter.tokenBucket(1, s(1));
                                    g.cancel("now");
                                    assertThat(thrownBy(limiter::acquire))
                                            .isInstanceOf(CancelledError.class);
                                    assertThat(limiter.tryAcquire(1)).isTrue();
                                }));
    }

    @Test
    void tryAcquireNeverWaits() {
        Sim.run(
                () -> {
                    RateLimiter limiter = RateLimiter.slidingWindow(2, s(1));
                    assertThat(limiter.tryAcquire(2)).isTrue();
                    assertThat(limiter.tryAcquire(1)).isFalse();
                    sleep(1000);
                    assertThat(limiter.tryAcquire(1)).isTrue();
                });
    }

    @Test
    void moreThanThereCanEverBeIsRefusedAtOnce() {
        assertThat(failureOf(() -> RateLimiter.tokenBucket(100, s(1), 5).acquire(6)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("6")
                .hasMessageContaining("1 to 5");
        assertThat(failureOf(() -> RateLimiter.slidingWindow(5, s(1)).acquire(0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> RateLimiter.tokenBucket(0, s(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RateLimiter.tokenBucket(1, s(1), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RateLimiter.slidingWindow(1, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itBelongsToOneLoop() {
        RateLimiter limiter = RateLimiter.tokenBucket(1, ms(1));
        Sim.run(() -> limiter.acquire());
        assertThat(failureOf(() -> limiter.acquire()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("belongs to");
    }

    @Test
    void aWindowOfAnySizeRemembersOnlyWhatWasTaken() {
        Sim.run(
                () -> {
                    RateLimiter window = RateLimiter.slidingWindow(Integer.MAX_VALUE, s(1));
                    window.acquire(5);
                    sleep(100);
                    window.acquire(Integer.MAX_VALUE - 5);
                    assertThat(window.tryAcquire(1)).isFalse();
                    window.acquire(6);
                    assertThat(millis()).isEqualTo(1100);
                    window.acquire(Integer.MAX_VALUE);
                    assertThat(millis()).isEqualTo(2100);
                });
    }
}
