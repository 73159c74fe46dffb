package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.SharedChannel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;

@Timeout(30) // of a hang
class LoopsTest {
    private final List<String> trace = Collections.synchronizedList(new ArrayList<>());

    @Test
    void everyLoopRunsTheBodyOnceOnAThreadOfItsOwn() {
        Set<Loop> on = ConcurrentHashMap.newKeySet();
        List<Integer> indices =
                Loops.call(
                        4,
                        loops -> {
                            on.add(Loop.current());
                            assertThat(loops.get(loops.index())).isSameAs(Loop.current());
                            assertThat(loops.size()).isEqualTo(4);
                            return loops.index();
                        });
        assertThat(indices).containsExactly(0, 1, 2, 3);
        assertThat(on).hasSize(4);
    }

    @Test
    void byDefaultThereIsOneForEachCore() {
        Set<Loop> on = ConcurrentHashMap.newKeySet();
        Loops.run(loops -> on.add(Loop.current()));
        assertThat(on).hasSize(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void theFirstFailureCancelsAllAndIsThrownWithTheOthersSuppressed() {
        IOException first = new IOException("first");
        IllegalStateException second = new IllegalStateException("in clean-up");
        Promise<String> waiting = new Promise<>();
        assertThatThrownBy(
                        () ->
                                Loops.run(
                                        3,
                                        loops -> {
                                            if (loops.index() == 0) {
                                                waiting.await();
                                                throw first;
                                            }
                                            try {
                                                if (loops.index() == 1) {
                                                    waiting.complete("");
                                                }
                                                Sim.sleepForever();
                                            } catch (CancelledError e) {
                                                trace.add(e.reason());
                                                if (loops.index() == 2) {
                                                    throw second;
                                                }
                                                throw e;
                                            }
                                        }))
                .isSameAs(first);
        assertThat(first.getSuppressed()).containsExactly(second);
        assertThat(trace).hasSize(2).containsOnly("another loop's program failed");
    }

    @Test
    void aFailureOfOneLoopWaitsForTheCleanUpOfAll() {
        assertThatThrownBy(
                        () ->
                                Loops.run(
                                        2,
                                        loops -> {
                                            if (loops.index() == 0) {
                                                throw new IOException();
                                            }
                                            try {
                                                Sim.sleepForever();
                                            } finally {
                                                Sim.sleep(20);
                                                trace.add("cleaned up");
                                            }
                                        }))
                .isInstanceOf(IOException.class);
        assertThat(trace).containsExactly("cleaned up");
    }

    @Test
    void backgroundTasksOfAllAreCancelledAndJoinedWhenAllBodiesHaveEnded() {
        Loops.run(
                2,
                loops -> {
                    Weft.background(
                            () -> {
                                try {
                                    Sim.sleepForever();
                                } finally {
                                    Sim.sleep(5);
                                    trace.add("cleaned up");
                                }
                            });
                    Weft.checkpoint();
                });
        assertThat(trace).containsExactly("cleaned up", "cleaned up");
    }

    @Test
    void aLoopWhoseBodyHasEndedStillTakesWork() {
        Promise<String> ended = new Promise<>();
        Loops.run(
                2,
                loops -> {
                    if (loops.index() == 0) {
                        Task.current().whenDone(end -> ended.complete(""));
                    } else {
                        ended.await();
                        trace.add(loops.get(0).call(() -> "done by " + loops.index()));
                    }
                });
        assertThat(trace).containsExactly("done by 0");
    }

    @Test
    void workIsSpreadInTurn() {
        try (Loops loops = Loops.open(3)) {
            List<Loop> turns = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                turns.add(loops.next());
            }
            assertThat(turns)
                    .containsExactly(
                            loops.get(0),
                            loops.get(1),
                            loops.get(2),
                            loops.get(0),
                            loops.get(1),
                            loops.get(2));
        }
    }

    @Test
    void loopsTalkThroughAChannelThatCrosses() {
        SharedChannel<Integer> squares = new SharedChannel<>(2);
        List<Integer> sums =
                Loops.call(
                        3,
                        loops -> {
                            if (loops.index() > 0) {
                                for (int i = 0; i < 100; i++) {
                                    squares.send(i);
                                }
                                return 0;
                            }
                            int sum = 0;
                            for (int i = 0; i < 200; i++) {
                                sum += squares.receive();
                            }
                            return sum;
                        });
        assertThat(sums).containsExactly(9900, 0, 0);
    }

    @Test
    void interruptingTheCallerCancelsAll() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        Thread caller =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    trace.add(
                                            Sim.thrownBy(
                                                            () ->
                                                                    Loops.run(
                                                                            2,
                                                                            loops -> {
                                                                                begun.countDown();
                                                                                Sim.sleepForever();
                                                                            }))
                                                    .getClass()
                                                    .getSimpleName());
                                    trace.add("flag " + Thread.interrupted());
                                });
        begun.await();
        caller.interrupt();
        caller.join();
        assertThat(trace).containsExactly("CancellationException", "flag true");
    }

    @Test
    void aBodyThatIsCancelledByItselfCancelsAll() {
        assertThatThrownBy(
                        () ->
                                Loops.run(
                                        2,
                                        loops -> {
                                            if (loops.index() == 0) {
                                                Task.current().cancel("enough");
                                            }
                                            Sim.sleepForever();
                                        }))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("enough");
    }

    @Test
    void closedTheyRejectWork() {
        Loops loops = Loops.open(2);
        Loop loop = loops.get(1);
        assertThat(loop.call(() -> loops.index())).isEqualTo(1);
        loops.close();
        loops.close();
        assertThatThrownBy(() -> loop.call(() -> ""))
                .isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void errorsOfUseSayTheFix() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Loops.open(0))
                .withMessageContaining("at least 1");
        try (Loops loops = Loops.open(1)) {
            assertThatIllegalStateException()
                    .isThrownBy(loops::index)
                    .withMessageContaining("no task of any");
            assertThatThrownBy(() -> loops.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
            loops.get(0)
                    .call(
                            () ->
                                    assertThatIllegalStateException()
                                            .isThrownBy(loops::close)
                                            .withMessageContaining("Loops.close called in task"));
        }
        Sim.run(
                () ->
                        assertThatIllegalStateException()
                                .isThrownBy(() -> Loops.run(1, loops -> {}))
                                .withMessageContaining("Loops.run called inside task"));
    }

    @Test
    void optionsAreThoseOfARunner() {
        Loops.run(
                2,
                Runner.builder().name("core"),
                loops -> assertThat(Loop.current().name()).isEqualTo("core-" + loops.index()));
    }

    @Test
    void aLoopThatCannotStartEndsThoseThatHave() {
        int[] made = new int[1];
        Runner.Builder options =
                Runner.builder()
                        .driver(
                                () -> {
                                    if (made[0]++ == 1) {
                                        throw new IllegalStateException("no descriptors");
                                    }
                                    return new ParkingDriver();
                                });
        assertThatIllegalStateException()
                .isThrownBy(() -> Loops.run(3, options, loops -> trace.add("ran")))
                .withMessage("no descriptors");
        assertThat(trace).isEmpty();
    }
}
