package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.sync.CapacityLimiter;
import dev.weft.sync.Permit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class CapacityLimiterTest {
    private final List<String> trace = new ArrayList<>();
    private final CapacityLimiter limiter = new CapacityLimiter(2);

    private Task<@Nullable Void> user(Group g, String name) {
        return g.start(
                name,
                () -> {
                    try (Permit _ = limiter.acquire()) {
                        trace.add(name);
                        sleep(10);
                    }
                });
    }

    @Test
    void lendsAsManyTokensAsThereAreInTheOrderInWhichTheyAreWanted() {
        Sim.group(
                g -> {
                    for (String name : List.of("a", "b", "c", "d")) {
                        user(g, name);
                    }
                    sleep(1);
                    assertThat(trace).containsExactly("a", "b");
                    assertThat(limiter.borrowed()).isEqualTo(2);
                    assertThat(limiter.available()).isZero();
                    assertThat(limiter.waiting()).isEqualTo(2);
                    assertThat(limiter.tryAcquire()).isFalse();
                });
        assertThat(trace).containsExactly("a", "b", "c", "d");
        assertThat(limiter.available()).isEqualTo(2);
    }

    @Test
    void aNewcomerNeverOvertakesOneThatWaits() {
        Sim.group(
                g -> {
                    limiter.acquireOnBehalfOf("x");
                    limiter.acquireOnBehalfOf("y");
                    user(g, "waiter");
                    sleep(1);
                    limiter.releaseOnBehalfOf("x");
                    assertThat(limiter.tryAcquire()).isFalse();
                });
        assertThat(trace).containsExactly("waiter");
    }

    @Test
    void aTaskGetsOneTokenAtATime() {
        Sim.run(
                () -> {
                    try (Permit _ = limiter.acquire()) {
                        for (Action<?> again :
                                List.<Action<?>>of(limiter::acquire, limiter::tryAcquire)) {
                            assertThatIllegalStateException()
                                    .isThrownBy(again::run)
                                    .withMessageContaining("task 'main' has a token");
                        }
                        assertThat(limiter.borrowed()).isEqualTo(1);
                    }
                    assertThat(limiter.tryAcquire()).isTrue();
                });
    }

    @Test
    void onlyTheBorrowerGivesATokenBack() {
        Sim.group(
                g -> {
                    limiter.acquire();
                    g.start(
                                    "stranger",
                                    () ->
                                            assertThatIllegalStateException()
                                                    .isThrownBy(limiter::release)
                                                    .withMessage(
                                                            "task 'stranger' has no token of this"
                                                                    + " limiter"))
                            .await();
                    limiter.release();
                    assertThatIllegalStateException().isThrownBy(limiter::release);
                    assertThat(limiter.available()).isEqualTo(2);
                });
    }

    @Test
    void aTokenCanBeBorrowedOnBehalfOfAnything() {
        Sim.run(
                () -> {
                    Permit permit = limiter.acquireOnBehalfOf("host");
                    assertThat(limiter.tryAcquireOnBehalfOf("other")).isTrue();
                    assertThatIllegalStateException()
                            .isThrownBy(() -> limiter.acquireOnBehalfOf("ho".concat("st")))
                            .withMessageContaining("host has a token");
                    assertThat(limiter.tryAcquireOnBehalfOf(new Object())).isFalse();
                    permit.close();
                    permit.close();
                    assertThat(limiter.available()).isEqualTo(1);
                    limiter.releaseOnBehalfOf("other");
                    assertThatIllegalStateException()
                            .isThrownBy(() -> limiter.releaseOnBehalfOf("other"))
                            .withMessageContaining("other has no token");
                });
    }

    @Test
    void aPermitWhoseTokenWasReleasedOtherwiseIsNothingWhenClosed() {
        Sim.run(
                () -> {
                    Permit permit = limiter.acquire();
                    limiter.release();
                    limiter.acquire();
                    permit.close();
                    assertThat(limiter.borrowed()).isEqualTo(1);
                });
    }

    @Test
    void oneBorrowerThatWaitsTwiceGetsOneTokenAndOneRefusal() {
        Sim.group(
                g -> {
                    limiter.resize(1);
                    limiter.acquire();
                    Task<@Nullable Permit> first = g.start(() -> limiter.acquireOnBehalfOf("host"));
                    Task<Throwable> second =
                            g.start(() -> Sim.thrownBy(() -> limiter.acquireOnBehalfOf("host")));
                    user(g, "third");
                    sleep(1);
                    limiter.resize(2);
                    assertThat(first.await()).isNotNull();
                    limiter.release();
                    assertThat(second.await())
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("host has a token");
                });
        assertThat(trace).containsExactly("third");
    }

    @Test
    void moreTokensGoToThoseWhoWait() {
        Sim.group(
                g -> {
                    for (String name : List.of("a", "b", "c", "d", "e")) {
                        user(g, name);
                    }
                    sleep(1);
                    limiter.resize(4);
                    sleep(1);
                    assertThat(trace).containsExactly("a", "b", "c", "d");
                    assertThat(limiter.total()).isEqualTo(4);
                });
    }

    @Test
    void ofFewerTokensThoseThatAreLentStayLent() {
        Sim.group(
                g -> {
                    Permit a = limiter.acquireOnBehalfOf("a");
                    Permit b = limiter.acquireOnBehalfOf("b");
                    limiter.resize(1);
                    assertThat(limiter.borrowed()).isEqualTo(2);
                    assertThat(limiter.available()).isZero();
                    user(g, "c");
                    sleep(1);
                    a.close();
                    sleep(1);
                    assertThat(trace).isEmpty();
                    b.close();
                    sleep(1);
                    assertThat(trace).containsExactly("c");
                });
    }

    @Test
    void tellsWhoHasTokens() {
        Sim.group(
                g -> {
                    limiter.acquireOnBehalfOf("host");
                    limiter.acquire();
                    user(g, "waiter");
                    sleep(1);
                    assertThat(limiter.statistics())
                            .isEqualTo(
                                    new CapacityLimiter.Statistics(
                                            2, List.of("host", Task.current()), 1));
                    limiter.release();
                });
        assertThat(limiter).hasToString("CapacityLimiter[1 of 2 borrowed, waiting=0]");
    }

    @Test
    void lessThanOneTokenIsRefused() {
        for (int wrong : new int[] {0, -1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new CapacityLimiter(wrong))
                    .withMessageContaining(String.valueOf(wrong));
            Sim.run(
                    () -> {
                        CapacityLimiter fine = new CapacityLimiter(1);
                        assertThatIllegalArgumentException().isThrownBy(() -> fine.resize(wrong));
                        assertThat(fine.tryAcquire()).isTrue();
                    });
        }
    }

    @Test
    void aCancelledAcquireHasBorrowedNothing() {
        Sim.group(
                g -> {
                    limiter.acquireOnBehalfOf("x");
                    limiter.acquireOnBehalfOf("y");
                    Task<@Nullable Void> first = user(g, "first");
                    user(g, "second");
                    sleep(1);
                    first.cancel("stop");
                    limiter.releaseOnBehalfOf("x");
                });
        assertThat(trace).containsExactly("second");
        assertThat(limiter.borrowed()).isEqualTo(1);
    }

    @Test
    void aTokenHandedOverBeforeTheCancellationCameIsHeld() {
        Sim.group(
                g -> {
                    limiter.acquireOnBehalfOf("x");
                    limiter.acquireOnBehalfOf("y");
                    Task<@Nullable Void> task =
                            g.start(
                                    () -> {
                                        try (Permit _ = limiter.acquire()) {
                                            trace.add("has it");
                                            sleepForever();
                                        }
                                    });
                    sleep(1);
                    limiter.releaseOnBehalfOf("x");
                    task.cancel("stop");
                });
        assertThat(trace).containsExactly("has it");
        assertThat(limiter.borrowed()).isEqualTo(1);
    }

    @Test
    void belongsToTheFirstLoopThatUsesItAndRefusesOthers() {
        Permit permit = Sim.run(() -> limiter.acquireOnBehalfOf("x"));
        for (Action<?> use :
                List.<Action<?>>of(
                        limiter::acquire,
                        limiter::tryAcquire,
                        limiter::release,
                        () -> limiter.releaseOnBehalfOf("x"),
                        () -> limiter.resize(5),
                        permit::close)) {
            assertThat(failureOf(use))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("CapacityLimiter.acquire")
                    .hasMessageContaining("Loop.execute");
            assertThatIllegalStateException()
                    .isThrownBy(use::run)
                    .withMessageContaining("is no task of a loop");
        }
        assertThat(limiter.borrowed()).isEqualTo(1);
    }
}
