package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;

/** A simulation in a JVM whose other threads hold a monitor that the program meets. */
@Timeout(60) // of a hang
class BesideOthersTest {
    private final AtomicReference<Thread> task = new AtomicReference<>();
    private final CountDownLatch isHeld = new CountDownLatch(1);

    @Test
    void aMonitorThatAThreadOutsideHoldsIsNoEscape() throws Exception {
        Object monitor = new Object();
        try (ExecutorService outside = Executors.newSingleThreadExecutor()) {
            Future<?> held =
                    outside.submit(
                            () -> {
                                synchronized (monitor) {
                                    isHeld.countDown();
                                    Thread wanting;
                                    do {
                                        Thread.onSpinWait();
                                        wanting = task.get();
                                    } while (wanting == null
                                            || wanting.getState() != Thread.State.BLOCKED);
                                }
                            });
            isHeld.await();
            int[] steps = new int[1];
            Sim.run(
                    () -> {
                        task.set(Thread.currentThread());
                        synchronized (monitor) {
                            steps[0]++;
                        }
                        Weft.checkpoint();
                        steps[0]++;
                    });
            assertThat(steps[0]).isEqualTo(2);
            held.get();
        }
    }
}
