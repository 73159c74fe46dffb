package dev.weft;

import static dev.weft.Sim.sleep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.CapacityLimiter;
import dev.weft.sync.Condition;
import dev.weft.sync.Lock;
import dev.weft.sync.OnceCell;
import dev.weft.sync.Permit;
import dev.weft.sync.RwLock;
import dev.weft.sync.Semaphore;

import org.junit.jupiter.api.Test;

/** The tree shows who holds what others wait for. */
class HoldersTest {
    private static Action<RuntimeException> holding(Body<Permit, RuntimeException> acquire) {
        return () -> {
            try (Permit _ = acquire.run()) {
                sleep(10);
            }
        };
    }

    /** While one task holds something, another waits for it. */
    private static void check(
            String what, Action<RuntimeException> hold, Action<RuntimeException> wait) {
        Sim.group(
                g -> {
                    g.start("holder", hold);
                    sleep(1);
                    g.start("waiter", wait);
                    sleep(1);
                    assertThat(Loop.current().tree().toString())
                            .contains(what + " for 1ms <- holder");
                });
    }

    @Test
    void ofALock() {
        Lock lock = new Lock();
        check("Lock.acquire", holding(lock::acquire), holding(lock::acquire));
    }

    @Test
    void ofALockThatACancelledConditionWantsBack() {
        Condition condition = new Condition();
        Sim.group(
                g -> {
                    Task<?> waiter =
                            g.start(
                                    "waiter",
                                    () -> {
                                        try (Permit _ = condition.lock().acquire()) {
                                            condition.await();
                                        }
                                    });
                    sleep(1);
                    g.start("holder", holding(condition.lock()::acquire));
                    sleep(1);
                    waiter.cancel("stop");
                    sleep(1);
                    assertThat(Loop.current().tree().toString())
                            .contains("Lock.acquire for 1ms <- holder");
                });
    }

    @Test
    void ofAReadWriteLock() {
        RwLock lock = new RwLock();
        check("RwLock.read or write", holding(lock::read), holding(lock::write));
        RwLock other = new RwLock();
        check("RwLock.read or write", holding(other::write), holding(other::read));
    }

    @Test
    void ofASemaphore() {
        Semaphore semaphore = new Semaphore(2);
        check(
                "Semaphore.acquire",
                holding(semaphore::acquire),
                holding(() -> semaphore.acquireMany(2)));
    }

    @Test
    void ofALimiter() {
        CapacityLimiter limiter = new CapacityLimiter(1);
        check(
                "CapacityLimiter.acquire",
                holding(() -> limiter.acquireOnBehalfOf("host")),
                holding(limiter::acquire));
    }

    @Test
    void ofACellThatIsComputed() {
        OnceCell<String> cell = new OnceCell<>();
        Action<RuntimeException> get =
                () ->
                        cell.<RuntimeException>get(
                                () -> {
                                    sleep(10);
                                    return "value";
                                });
        check("OnceCell.get", get, get);
    }
}
