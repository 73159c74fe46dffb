package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.Action;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** What a simulation cannot repeat fails at once, and says where. */
@Timeout(30) // of a hang
class EscapeTest {
    private static EscapeException escapeOf(Action<?> body) {
        Throwable thrown = catchThrowable(() -> Sim.run(body));
        assertThat(thrown).isInstanceOf(EscapeException.class);
        assertThat(thrown.getStackTrace())
                .as("the stack of who did it")
                .anyMatch(f -> f.getClassName().startsWith(EscapeTest.class.getName()));
        return (EscapeException) thrown;
    }

    static List<Escape> escapes() {
        return Escapes.AT_ONCE;
    }

    @ParameterizedTest
    @MethodSource("escapes")
    void endsTheRunAndSaysWhere(Escape escape) {
        assertThat(catchThrowable(() -> escape.attempt().run()))
                .isInstanceOf(EscapeException.class)
                .hasMessageContaining(escape.says())
                .satisfies(
                        thrown ->
                                assertThat(thrown.getStackTrace())
                                        .as("the stack of who did it")
                                        .anyMatch(f -> f.getClassName().contains("Escapes")));
    }

    static List<Escape> values() {
        return Escapes.BY_REPETITION;
    }

    @ParameterizedTest
    @MethodSource("values")
    void isFoundByRunningTwice(Escape escape) {
        assertThat(catchThrowable(() -> escape.attempt().run()))
                .isInstanceOf(SimFailure.class)
                .hasMessageContaining(escape.says())
                .hasMessageContaining("System.nanoTime");
    }

    @Test
    void aStageThatAnotherThreadCompletes() {
        escapeOf(() -> Weft.await(new CompletableFuture<>().orTimeout(1, TimeUnit.HOURS)));
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
    void aNewThreadOfAnExecutor() {
        escapeOf(
                () -> {
                    try (var executor = Executors.newSingleThreadExecutor()) {
                        executor.execute(() -> {});
                    }
                });
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

    private volatile boolean spins = true;

    private static final class WaitsToBegin {
        static {
            Weft.sleep(Duration.ofMillis(1));
        }

        static void use() {}
    }

    @Test
    void aWaitInAClassInitialiser() {
        assertThat(catchThrowable(() -> Sim.run(WaitsToBegin::use)))
                .isInstanceOf(EscapeException.class)
                .hasMessageContaining("'main'")
                .hasMessageContaining("class initialiser of")
                .hasMessageContaining("WaitsToBegin");
    }

    @Test
    void aStepThatNeverEndsIsGivenUpOnAnInterrupt() {
        Thread caller = Thread.currentThread();
        boolean[] over = new boolean[1];
        assertThat(
                        catchThrowable(
                                () ->
                                        Sim.run(
                                                () -> {
                                                    caller.interrupt();
                                                    while (spins) {
                                                        Thread.onSpinWait();
                                                    }
                                                    over[0] = true;
                                                })))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("'main' does not end");
        spins = false;
        assertThat(Thread.interrupted()).isTrue();
        assertThat(over[0]).isFalse();
    }

    @Test
    void whereRealThreadsArePermittedRealTimePassesToo() throws Exception {
        Sim.with(
                sim -> {
                    sim.allowReal("a driver of a database");
                    long begin = System.nanoTime();
                    Thread.sleep(20);
                    assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(20_000_000);
                    int answer =
                            Weft.timeout(
                                    Duration.ofSeconds(1),
                                    () ->
                                            Weft.offload(
                                                    () -> {
                                                        Thread.sleep(20);
                                                        return 42;
                                                    }));
                    assertThat(answer).isEqualTo(42);
                    assertThat(sim.elapsed()).isLessThan(Duration.ofSeconds(1));
                });
    }

    /** Else each of a thousand jumps of the clock would wait ten seconds for it. */
    @Test
    void aThreadThatBringsNothingIsWaitedForOnceAndNotBeforeEachTimer() {
        Sim.with(
                sim -> {
                    sim.allowReal("a thread that never answers");
                    var never = new CompletableFuture<Void>();
                    Weft.group(
                            g -> {
                                g.background(() -> Weft.await((CompletionStage<Void>) never));
                                for (int i = 0; i < 1_000; i++) {
                                    Weft.sleep(Duration.ofSeconds(1));
                                }
                            });
                    assertThat(sim.elapsed()).isEqualTo(Duration.ofSeconds(1_000));
                });
    }
}
