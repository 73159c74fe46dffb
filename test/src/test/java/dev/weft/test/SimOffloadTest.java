package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.Offload;
import dev.weft.OffloadOptions;
import dev.weft.Weft;
import dev.weft.sync.Queue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Offloaded calls in a simulation: steps among those of the tasks, and off the loop all the same.
 */
@Timeout(60) // of a hang
class SimOffloadTest {
    private static final Duration MILLI = Duration.ofMillis(1);

    @Test
    void aCallGivesItsValueAndTakesNoTime() {
        Sim.with(
                sim -> {
                    assertThat(Weft.<Integer, RuntimeException>offload(() -> 6 * 7)).isEqualTo(42);
                    assertThat(Weft.<Integer, RuntimeException>compute(() -> 6 * 7)).isEqualTo(42);
                    assertThat(sim.elapsed()).isZero();
                });
    }

    @Test
    void whatACallThrowsIsThrownToTheTask() {
        assertThatThrownBy(
                        () ->
                                Sim.run(
                                        () ->
                                                Weft.offload(
                                                        () -> {
                                                            throw new IOException("disk");
                                                        })))
                .isInstanceOf(IOException.class)
                .hasMessage("disk");
    }

    @Test
    void filesMayBeReadInACall() throws IOException {
        Path pom = Path.of("pom.xml");
        String text = Files.readString(pom);
        Sim.run(() -> assertThat(Weft.offload(() -> Files.readString(pom))).isEqualTo(text));
    }

    @Test
    void othersRunBeforeAndAfterACall() {
        List<String> orders = new ArrayList<>();
        Sim.exploring()
                .runs(200)
                .run(
                        sim -> {
                            List<String> order = new ArrayList<>();
                            Weft.group(
                                    g -> {
                                        g.start(() -> Weft.offload(() -> order.add("call")));
                                        g.start(
                                                () -> {
                                                    order.add("task");
                                                    Weft.checkpoint();
                                                    order.add("task again");
                                                });
                                    });
                            orders.add(String.join(", ", order));
                        });
        assertThat(orders)
                .contains("call, task, task again", "task, call, task again")
                .contains("task, task again, call");
    }

    @Test
    void aCallIsOffTheLoop() {
        assertThatThrownBy(() -> Sim.run(() -> Weft.offload(() -> Weft.sleep(MILLI))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("weft-offload-1")
                .hasMessageContaining("Offload.onLoop");
    }

    @Test
    void aCallComesBackToTheLoop() {
        Sim.with(
                sim -> {
                    var queue = new Queue<String>(1);
                    Weft.offload(
                            () -> {
                                Offload.onLoop(() -> Weft.sleep(Duration.ofDays(1)));
                                Offload.onLoop(() -> queue.put("news"));
                            });
                    assertThat(queue.get()).isEqualTo("news");
                    assertThat(sim.elapsed()).isEqualTo(Duration.ofDays(1));
                });
    }

    @Test
    void callsAndTasksMayShareAQueueOfTheJdk() {
        Sim.exploring()
                .runs(100)
                .run(
                        sim -> {
                            var queue = new ArrayBlockingQueue<Integer>(1);
                            Weft.group(
                                    g -> {
                                        g.start(
                                                () ->
                                                        Weft.offload(
                                                                () -> {
                                                                    for (int i = 0; i < 3; i++) {
                                                                        queue.put(i);
                                                                    }
                                                                }));
                                        for (int i = 0; i < 3; i++) {
                                            assertThat(queue.take()).isEqualTo(i);
                                        }
                                    });
                        });
    }

    @Test
    void asManyComputeAsThereAreProcessorsOfTheSimulation() {
        int[] running = new int[1];
        int[] most = new int[1];
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < 5; i++) {
                                        g.start(
                                                () ->
                                                        Weft.compute(
                                                                () -> {
                                                                    most[0] =
                                                                            Math.max(
                                                                                    most[0],
                                                                                    ++running[0]);
                                                                    Offload.onLoop(
                                                                            () ->
                                                                                    Weft.sleep(
                                                                                            MILLI));
                                                                    running[0]--;
                                                                }));
                                    }
                                }));
        assertThat(most[0]).isEqualTo(2);
    }

    @Test
    void aCancelledCallHasRunAndGivenItsValueOrNeverRuns() {
        Exploration all =
                Sim.exploring()
                        .runs(100)
                        .cancelling("worker")
                        .run(
                                sim -> {
                                    int[] opened = new int[1];
                                    int[] closed = new int[1];
                                    Weft.group(
                                            g ->
                                                    g.start(
                                                            "worker",
                                                            () -> {
                                                                Weft.offload(() -> opened[0]++);
                                                                closed[0]++;
                                                            }));
                                    assertThat(closed[0]).isEqualTo(opened[0]);
                                });
        assertThat(all.runs()).isGreaterThan(100);
    }

    @Test
    void aCancelledCallIsInterruptedWhereItWaits() throws Exception {
        Sim.with(
                sim -> {
                    List<String> seen = new ArrayList<>();
                    boolean inTime =
                            Weft.moveOnAfter(
                                    MILLI,
                                    () ->
                                            Weft.offload(
                                                    () -> {
                                                        try {
                                                            new CountDownLatch(1).await();
                                                        } finally {
                                                            seen.add("unwound");
                                                        }
                                                    }));
                    assertThat(inTime).isFalse();
                    assertThat(seen).containsExactly("unwound");
                });
    }

    @Test
    void anAbandonedCallGoesOnAndWhatItGivesIsClosed() {
        Sim.with(
                sim -> {
                    var late = new Semaphore(0);
                    boolean[] closed = new boolean[1];
                    Optional<AutoCloseable> given =
                            Weft.moveOnAfter(
                                    MILLI,
                                    () ->
                                            Weft.<AutoCloseable, RuntimeException>offload(
                                                    OffloadOptions.defaults().abandonOnCancel(),
                                                    () -> {
                                                        late.acquireUninterruptibly();
                                                        return () -> closed[0] = true;
                                                    }));
                    assertThat(given).isEmpty();
                    late.release();
                    Weft.checkpoint();
                    assertThat(closed[0]).isTrue();
                });
    }

    @Test
    void aCallThatSleepsByTheRealClockEscapes() {
        assertThat(escapeOf(() -> Weft.offload(() -> Thread.sleep(10))))
                .hasMessageContaining("weft-offload-1")
                .hasMessageContaining("real clock");
    }

    @Test
    void aCallThatMakesAThreadEscapes() {
        assertThat(escapeOf(() -> Weft.offload(() -> new Thread(() -> {}).start())))
                .hasMessageContaining("thread is made");
    }

    @Test
    void aCallThatWaitsForEverEscapes() {
        assertThat(escapeOf(() -> Weft.offload(() -> new CountDownLatch(1).await())))
                .hasMessageContaining("weft-offload-1")
                .hasMessageContaining("no task is left");
    }

    @Test
    void aVirtualThreadThatSleepsByTheRealClockEscapes() {
        Throwable thrown =
                catchThrowable(
                        () ->
                                Sim.run(
                                        () ->
                                                Thread.startVirtualThread(
                                                                () -> {
                                                                    try {
                                                                        Thread.sleep(10);
                                                                    } catch (
                                                                            InterruptedException
                                                                                    e) {
                                                                        return;
                                                                    }
                                                                })
                                                        .join()));
        assertThat(thrown)
                .isInstanceOf(EscapeException.class)
                .hasMessageContaining("thread-")
                .hasMessageContaining("real clock");
    }

    @Test
    void callsOnAnExecutorOfOnesOwnEscape() {
        try (var executor = Executors.newSingleThreadExecutor()) {
            assertThat(catchThrowable(() -> Sim.run(() -> Weft.offload(executor, () -> 1))))
                    .isInstanceOf(EscapeException.class);
        }
    }

    @Test
    void whereRealThreadsArePermittedCallsRunOnThem() throws Exception {
        Sim.with(
                sim -> {
                    sim.allowReal("a driver of a database");
                    boolean isVirtual = Weft.offload(() -> Thread.currentThread().isVirtual());
                    assertThat(isVirtual).isFalse();
                    Weft.offload(() -> Thread.sleep(1));
                });
    }

    private static EscapeException escapeOf(dev.weft.Action<?> body) {
        Throwable thrown = catchThrowable(() -> Sim.run(body));
        assertThat(thrown).isInstanceOf(EscapeException.class);
        assertThat(thrown.getStackTrace())
                .as("the stack of the call")
                .anyMatch(f -> f.getClassName().startsWith(SimOffloadTest.class.getName()));
        return (EscapeException) thrown;
    }
}
