package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.Action;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What a simulation cannot repeat fails at once, and says where. */
@Timeout(30) // of a hang
class EscapeTest {
    private boolean nothing = true;

    private static EscapeException escapeOf(Action<?> body) {
        Throwable thrown = catchThrowable(() -> Sim.run(body));
        assertThat(thrown).isInstanceOf(EscapeException.class);
        assertThat(thrown.getStackTrace())
                .as("the stack of who did it")
                .anyMatch(f -> f.getClassName().startsWith(EscapeTest.class.getName()));
        return (EscapeException) thrown;
    }

    @Test
    void threadSleep() {
        assertThat(escapeOf(() -> Thread.sleep(10)))
                .hasMessageContaining("'main'")
                .hasMessageContaining("Weft.sleep");
    }

    @Test
    void parkNanos() {
        escapeOf(() -> LockSupport.parkNanos(10_000_000));
    }

    @Test
    void timedObjectWait() {
        escapeOf(
                () -> {
                    Object monitor = new Object();
                    synchronized (monitor) {
                        while (nothing) {
                            monitor.wait(10);
                        }
                    }
                });
    }

    @Test
    void timedPoll() {
        escapeOf(() -> new ArrayBlockingQueue<>(1).poll(10, TimeUnit.MILLISECONDS));
    }

    @Test
    void orTimeout() {
        escapeOf(() -> new CompletableFuture<>().orTimeout(10, TimeUnit.MILLISECONDS).join());
    }

    @Test
    void aStageThatAnotherThreadCompletes() {
        escapeOf(() -> Weft.await(new CompletableFuture<>().orTimeout(1, TimeUnit.HOURS)));
    }

    @Test
    void supplyAsync() {
        escapeOf(
                () -> {
                    Thread task = Thread.currentThread();
                    CompletableFuture.supplyAsync(
                                    () -> {
                                        while (task.getState() == Thread.State.RUNNABLE) {
                                            Thread.onSpinWait();
                                        }
                                        return 1;
                                    })
                            .get();
                });
    }

    @Test
    void anUnparkByAnotherThread() throws Exception {
        CountDownLatch parked = new CountDownLatch(1);
        Thread[] task = new Thread[1];
        try (ExecutorService outside = Executors.newSingleThreadExecutor()) {
            var unparked =
                    outside.submit(
                            () -> {
                                parked.await();
                                while (task[0].getState() == Thread.State.RUNNABLE) {
                                    Thread.onSpinWait();
                                }
                                LockSupport.unpark(task[0]);
                                return null;
                            });
            escapeOf(
                    () -> {
                        task[0] = Thread.currentThread();
                        parked.countDown();
                        LockSupport.park();
                    });
            unparked.get();
        }
    }

    @Test
    void workHandedInByAnotherThread() {
        try (ExecutorService outside = Executors.newSingleThreadExecutor()) {
            Throwable thrown =
                    catchThrowable(
                            () ->
                                    Sim.run(
                                            () -> {
                                                var loop = dev.weft.Loop.current();
                                                var event = new dev.weft.sync.Event();
                                                var _ =
                                                        outside.submit(
                                                                () -> loop.execute(event::set));
                                                event.await();
                                            }));
            assertThat(thrown).isInstanceOfAny(EscapeException.class);
        }
    }

    @Test
    void aNewThread() {
        assertThat(escapeOf(() -> new Thread(() -> {}).start()))
                .hasMessageContaining("Group.start");
    }

    @Test
    void aNewThreadOfAnExecutor() {
        escapeOf(
                () -> {
                    try (var executor = Executors.newSingleThreadExecutor()) {
                        executor.execute(() -> {});
                    }
                });
    }

    @Test
    void aRealSocket() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            escapeOf(
                    () -> {
                        try (var socket =
                                new Socket(server.getInetAddress(), server.getLocalPort())) {
                            int _ = socket.getInputStream().read();
                        }
                    });
        }
    }

    @Test
    void aMonitorThatIsContendedAcrossAWait() {
        Object monitor = new Object();
        assertThat(
                        escapeOf(
                                () ->
                                        Weft.group(
                                                g -> {
                                                    for (int i = 0; i < 2; i++) {
                                                        g.start(
                                                                "task " + i,
                                                                () -> {
                                                                    synchronized (monitor) {
                                                                        Weft.sleep(
                                                                                Duration.ofMillis(
                                                                                        1));
                                                                    }
                                                                });
                                                    }
                                                })))
                .hasMessageContaining("task 1")
                .hasMessageContaining("monitor");
    }

    @Test
    void virtualThreadsOfTheProgramAreNoEscape() throws Exception {
        int[] n = new int[1];
        Sim.run(
                () -> {
                    Thread thread = Thread.startVirtualThread(() -> n[0]++);
                    thread.join();
                });
        assertThat(n[0]).isEqualTo(1);
    }

    @Test
    void untimedWaitsOfTheJdkAmongTasksAreNoEscape() throws Exception {
        Sim.run(
                () -> {
                    var queue = new ArrayBlockingQueue<Integer>(1);
                    Weft.group(
                            g -> {
                                g.start(() -> queue.put(1));
                                assertThat(queue.take()).isEqualTo(1);
                            });
                });
    }

    @Test
    void whatIsAllowedIsNoEscape() throws Exception {
        Sim.with(
                sim -> {
                    sim.allowReal("a thread of the test's");
                    Thread thread = new Thread(() -> {});
                    thread.start();
                    thread.join();
                });
    }

    @Test
    void anEscapeThatTheProgramCatchesFailsTheRunAllTheSame() {
        assertThat(
                        escapeOf(
                                () -> {
                                    try {
                                        new Thread(() -> {}).start();
                                    } catch (RuntimeException swallowed) {
                                        Weft.checkpoint();
                                    }
                                }))
                .hasMessageContaining("thread");
    }

    @Test
    void randomnessOfTheJvmIsFoundByRunningAFailureTwice() {
        assertThat(
                        catchThrowable(
                                () ->
                                        Sim.exploring()
                                                .runs(300)
                                                .run(
                                                        sim ->
                                                                Weft.sleep(
                                                                        Duration.ofNanos(
                                                                                System.nanoTime()
                                                                                        & 0xfff)))))
                .isInstanceOf(SimFailure.class)
                .hasMessageContaining("not the same each time")
                .hasMessageContaining("System.nanoTime");
    }
}
