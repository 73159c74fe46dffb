package dev.weft;

import static dev.weft.Sim.failureOf;
import static dev.weft.Sim.sleep;
import static dev.weft.Sim.sleepForever;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.sync.Permit;
import dev.weft.sync.RwLock;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class RwLockTest {
    private final List<String> trace = new ArrayList<>();
    private final RwLock lock = new RwLock();

    private Task<@Nullable Void> reader(Group g, String name) {
        return g.start(
                () -> {
                    try (Permit _ = lock.read()) {
                        trace.add(name);
                        sleep(1);
                    }
                });
    }

    private Task<@Nullable Void> writer(Group g, String name) {
        return g.start(
                () -> {
                    try (Permit _ = lock.write()) {
                        trace.add(name);
                        assertThat(lock.isWritten()).isTrue();
                        assertThat(lock.readers()).isZero();
                        sleep(1);
                    }
                });
    }

    @Test
    void manyReadAtOnce() {
        Sim.group(
                g -> {
                    for (int i = 0; i < 5; i++) {
                        reader(g, "r" + i);
                    }
                    turns(1);
                    assertThat(lock.readers()).isEqualTo(5);
                    assertThat(lock.holders()).hasSize(5);
                });
        assertThat(lock.readers()).isZero();
    }

    @Test
    void oneWritesAndNobodyReadsMeanwhile() {
        Sim.group(
                g -> {
                    writer(g, "w");
                    turns(1);
                    assertThat(lock.tryRead()).isEmpty();
                    assertThat(lock.tryWrite()).isEmpty();
                    assertThat(lock.holders()).hasSize(1);
                });
        assertThat(lock.isWritten()).isFalse();
    }

    @Test
    void aReaderThatComesWhileAWriterWaitsWaitsBehindIt() {
        Sim.group(
                g -> {
                    try (Permit _ = lock.read()) {
                        writer(g, "w");
                        sleep(1);
                        assertThat(lock.tryRead()).isEmpty();
                        reader(g, "r");
                        sleep(1);
                        assertThat(trace).isEmpty();
                    }
                });
        assertThat(trace).containsExactly("w", "r");
    }

    @Test
    void readersNextToEachOtherInTheLineGoOnTogether() {
        Sim.group(
                g -> {
                    try (Permit _ = lock.write()) {
                        reader(g, "r1");
                        reader(g, "r2");
                        writer(g, "w");
                        reader(g, "r3");
                        sleep(1);
                    }
                    turns(2);
                    assertThat(trace).containsExactly("r1", "r2");
                    assertThat(lock.readers()).isEqualTo(2);
                });
        assertThat(trace).containsExactly("r1", "r2", "w", "r3");
    }

    @Test
    void writersAreNotStarvedByReadersThatKeepComing() {
        int[] rounds = new int[1];
        Sim.group(
                g -> {
                    for (int i = 0; i < 3; i++) {
                        int n = i;
                        g.start(
                                () -> {
                                    turns(n);
                                    while (!trace.contains("w")) {
                                        rounds[0]++;
                                        try (Permit _ = lock.read()) {
                                            turns(3);
                                        }
                                    }
                                });
                    }
                    turns(10);
                    writer(g, "w").await();
                });
        assertThat(rounds[0]).isLessThan(30);
    }

    @Test
    void aWriterThatDowngradesReadsOnAndLetsReadersIn() {
        Sim.group(
                g -> {
                    Permit permit = lock.write();
                    reader(g, "r1");
                    writer(g, "w");
                    reader(g, "r2");
                    sleep(1);
                    lock.downgrade(permit);
                    turns(2);
                    assertThat(trace).containsExactly("r1");
                    assertThat(lock.readers()).isEqualTo(2);
                    permit.close();
                    permit.close();
                });
        assertThat(trace).containsExactly("r1", "w", "r2");
        assertThat(lock.readers()).isZero();
    }

    @Test
    void onlyAnOpenPermitOfThisLocksWriteCanBeDowngraded() {
        Sim.run(
                () -> {
                    Permit reading = lock.read();
                    Permit others = new RwLock().write();
                    for (Permit wrong : List.of(reading, others)) {
                        assertThatIllegalArgumentException()
                                .isThrownBy(() -> lock.downgrade(wrong));
                    }
                    reading.close();
                    Permit closed = lock.write();
                    closed.close();
                    assertThatIllegalArgumentException().isThrownBy(() -> lock.downgrade(closed));
                    assertThat(lock.tryWrite()).isPresent();
                });
    }

    @Test
    void waitingForAPermitThatOneHoldsFailsAtOnce() {
        Sim.group(
                g -> {
                    try (Permit _ = lock.read()) {
                        assertThatIllegalStateException()
                                .isThrownBy(lock::write)
                                .withMessageContaining("task 'main'")
                                .withMessageContaining("not reentrant");
                        try (Permit _ = lock.read()) {
                            assertThat(lock.readers()).isEqualTo(2);
                        }
                        writer(g, "w");
                        turns(1);
                        assertThatIllegalStateException() // it waits for us, we would for it
                                .isThrownBy(lock::read);
                    }
                });
        assertThat(trace).containsExactly("w");
    }

    @Test
    void tryReadAndTryWriteTakeWhatIsFree() {
        Sim.run(
                () -> {
                    try (Permit _ = lock.tryRead().orElseThrow()) {
                        assertThat(lock.tryWrite()).isEmpty();
                        lock.tryRead().orElseThrow().close();
                    }
                    try (Permit _ = lock.tryWrite().orElseThrow()) {
                        assertThat(lock.isWritten()).isTrue();
                    }
                    assertThat(lock.isWritten()).isFalse();
                });
    }

    @Test
    void thoseBehindACancelledWriterGoOnIfTheyMay() {
        Sim.group(
                g -> {
                    try (Permit _ = lock.read()) {
                        Task<@Nullable Void> w = writer(g, "w");
                        reader(g, "r");
                        sleep(1);
                        w.cancel("stop");
                        sleep(2);
                        assertThat(trace).containsExactly("r");
                    }
                });
        assertThat(lock.readers()).isZero();
    }

    @Test
    void aPermitHandedOverBeforeTheCancellationCameIsHeld() {
        Sim.group(
                g -> {
                    Permit permit = lock.write();
                    Task<@Nullable Void> task =
                            g.start(
                                    () -> {
                                        try (Permit _ = lock.write()) {
                                            trace.add("writes");
                                            sleepForever();
                                        }
                                    });
                    sleep(1);
                    permit.close();
                    task.cancel("stop");
                    task.outcome();
                });
        assertThat(trace).containsExactly("writes");
        assertThat(lock.isWritten()).isFalse();
    }

    @Test
    void belongsToTheFirstLoopThatUsesItAndRefusesOthers() {
        Sim.run(() -> lock.read().close());
        for (Action<?> use :
                List.<Action<?>>of(lock::read, lock::write, lock::tryRead, lock::tryWrite)) {
            assertThat(failureOf(use))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("RwLock")
                    .hasMessageContaining("Loop.execute");
        }
    }

    @Test
    void saysWhatItIs() {
        assertThat(lock).hasToString("RwLock[readers=0, waiting=0]");
        Sim.run(
                () -> {
                    try (Permit _ = lock.write()) {
                        assertThat(lock).hasToString("RwLock[written, waiting=0]");
                    }
                });
    }

    @Test
    void knowsAmongManyWhoHoldsItAlready() {
        Sim.group(
                g -> {
                    for (int round = 0; round < 2; round++) {
                        List<Task<?>> readers = new ArrayList<>();
                        for (int i = 0; i < 300; i++) {
                            int n = i;
                            readers.add(
                                    g.start(
                                            () -> {
                                                try (Permit _ = lock.read()) {
                                                    try (Permit _ = lock.read()) {
                                                        sleep(10 + n % 7);
                                                    }
                                                    assertThatIllegalStateException()
                                                            .isThrownBy(lock::write);
                                                    sleep(n % 11);
                                                }
                                                lock.write().close();
                                            }));
                        }
                        sleep(1);
                        assertThat(lock.holders()).hasSize(600);
                        writer(g, "w");
                        sleep(1);
                        assertThat(lock.waiting()).isEqualTo(1);
                        for (Task<?> reader : readers) {
                            reader.await();
                        }
                        assertThat(lock.holders()).isEmpty();
                        assertThat(lock.waiting()).isZero();
                    }
                });
        assertThat(trace).containsExactly("w", "w");
    }
}
