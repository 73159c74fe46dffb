package dev.weft;

import static dev.weft.Sim.sleep;
import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** One test for each way in which a loop of virtual threads is known to break. */
@SuppressWarnings({
    "LockNotBeforeTry",
    "WaitNotInLoop"
}) // the locks are there to be held at awkward moments
class TrapsTest {

    // ---- the JDK's timed waits

    private static Map<String, Action<?>> timedWaits() {
        Map<String, Action<?>> waits = new LinkedHashMap<>();
        waits.put("Thread.sleep", () -> Thread.sleep(5));
        waits.put("parkNanos", () -> LockSupport.parkNanos(5_000_000));
        waits.put(
                "Object.wait",
                () -> {
                    Object monitor = new Object();
                    synchronized (monitor) {
                        monitor.wait(5);
                    }
                });
        waits.put(
                "Condition.awaitNanos",
                () -> {
                    ReentrantLock lock = new ReentrantLock();
                    Condition condition = lock.newCondition();
                    lock.lock();
                    try {
                        condition.awaitNanos(5_000_000);
                    } finally {
                        lock.unlock();
                    }
                });
        waits.put(
                "BlockingQueue.poll",
                () -> new LinkedBlockingQueue<String>().poll(5, TimeUnit.MILLISECONDS));
        waits.put("latch", () -> new CountDownLatch(1).await(5, TimeUnit.MILLISECONDS));
        return waits;
    }

    @NeedsOwnCarrier("the JDK's timed waits are the JDK's own")
    @Test
    void theJdksTimedWaitsLiveOnTheLoopsTimersAndNeedNoOtherThread() {
        timedWaits()
                .forEach(
                        (name, wait) ->
                                Weft.run(
                                        () -> {
                                            Loop loop = Loop.current();
                                            var before = Thread.getAllStackTraces().keySet();
                                            Task<?> task = Weft.background(wait);
                                            Weft.checkpoint();
                                            assertThat(task.isDone()).as(name).isFalse();
                                            assertThat(loop.timers.size()).as(name).isEqualTo(1);
                                            task.await();
                                            assertThat(Thread.getAllStackTraces().keySet())
                                                    .as(name)
                                                    .filteredOn(t -> !before.contains(t))
                                                    .noneMatch(TrapsTest::keepsTime);
                                            assertThat(loop.timers.isEmpty()).as(name).isTrue();
                                        }));
    }

    private static boolean keepsTime(Thread thread) {
        return thread.getName().contains("unparker") || thread.getName().contains("Scheduler");
    }

    @NeedsOwnCarrier("the JDK's timed waits are the JDK's own")
    @Test
    void aTimedWaitThatEndsEarlyLeavesNoTimer() {
        Weft.run(
                () -> {
                    LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();
                    Task<?> task = Weft.background(() -> queue.poll(1, TimeUnit.DAYS));
                    Weft.checkpoint();
                    assertThat(Loop.current().timers.size()).isEqualTo(1);
                    queue.add("x");
                    task.await();
                    assertThat(Loop.current().timers.isEmpty()).isTrue();
                });
    }

    // ---- nothing but continuations on the carrier

    /** Ways to hold something while parked; a second comer has to wait for the first. */
    private static Action<RuntimeException> holding(String what) {
        ReentrantLock lock = new ReentrantLock();
        Object monitor = new Object();
        ConcurrentHashMap<String, Integer> map = new ConcurrentHashMap<>();
        return switch (what) {
            case "lock" ->
                    () -> {
                        lock.lock();
                        try {
                            parkAWhile();
                        } finally {
                            lock.unlock();
                        }
                    };
            case "monitor" ->
                    () -> {
                        synchronized (monitor) {
                            parkAWhile();
                        }
                    };
            default ->
                    () ->
                            map.computeIfAbsent(
                                    "key",
                                    k -> {
                                        parkAWhile();
                                        return 1;
                                    });
        };
    }

    private static void parkAWhile() {
        LockSupport.parkNanos(3_000_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock", "monitor", "computeIfAbsent"})
    void postedWorkThatWantsWhatAParkedTaskHoldsDoesNotStopTheLoop(String what) {
        Weft.run(
                () -> {
                    Action<RuntimeException> hold = holding(what);
                    CompletableFuture<String> done = new CompletableFuture<>();
                    Task<?> holder = Weft.background(hold);
                    Weft.checkpoint();
                    Loop.current()
                            .post(
                                    () -> {
                                        hold.run();
                                        done.complete("done");
                                    });
                    assertThat(Weft.await(done)).isEqualTo("done");
                    holder.await();
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock", "monitor", "computeIfAbsent"})
    void aDriverThatWantsWhatAParkedTaskHoldsDoesNotStopTheLoop(String what) {
        Action<RuntimeException> hold = holding(what);
        AtomicInteger polledInside = new AtomicInteger();
        VirtualTime driver =
                new VirtualTime(1, false) {
                    @Override
                    public long nanoTime() {
                        return System.nanoTime(); // nobody moves a virtual clock meanwhile
                    }

                    @Override
                    public void poll(long nanos, Gate gate) {
                        if (nanos > 0) {
                            hold.run();
                            polledInside.incrementAndGet();
                        }
                    }
                };
        Programs.run(
                () -> driver,
                () -> {
                    for (int i = 0; i < 3; i++) {
                        Task<?> holder = Weft.background(hold);
                        sleep(10);
                        holder.await();
                    }
                    return null;
                });
        assertThat(polledInside.get()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock", "monitor", "computeIfAbsent"})
    void tasksThatWantWhatAParkedTaskHoldsJustWait(String what) {
        Weft.run(
                () -> {
                    Action<RuntimeException> hold = holding(what);
                    Weft.gather(hold, hold, hold);
                });
    }

    @Test
    void aStageCompletedUnderALockThatAParkedTaskWantsArrives() {
        ReentrantLock lock = new ReentrantLock();
        Weft.run(
                () -> {
                    CompletableFuture<String> stage = new CompletableFuture<>();
                    Weft.background(
                            () -> {
                                lock.lock();
                                try {
                                    sleep(2);
                                    stage.complete("x");
                                    sleep(2);
                                } finally {
                                    lock.unlock();
                                }
                            });
                    String value = Weft.await(stage.thenApply(x -> locked(lock, x)));
                    assertThat(value).isEqualTo("x");
                });
    }

    private static String locked(ReentrantLock lock, String x) {
        lock.lock();
        try {
            return x;
        } finally {
            lock.unlock();
        }
    }

    // ---- the scheduler after its loop

    @NeedsOwnCarrier("there is no scheduler of the loop's")
    @Test
    void anEndedLoopsSchedulerStillRunsWhatItIsGivenAndNeverThrows() throws Exception {
        LoopScheduler scheduler = ((OwnCarrier) Sim.run(Loop::current).switching).scheduler;
        CountDownLatch ran = new CountDownLatch(3);
        assertThatCode(
                        () -> {
                            scheduler.execute(ran::countDown);
                            var _ = scheduler.submit(ran::countDown);
                            var _ = scheduler.schedule(ran::countDown, 1, TimeUnit.MILLISECONDS);
                        })
                .doesNotThrowAnyException();
        ran.await();
    }

    @Test
    void aVirtualThreadThatOutlivesTheLoopGoesOnWithTheJdksScheduler() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        AtomicInteger ended = new AtomicInteger();
        try (Logged logged = Logged.open()) {
            Weft.run(
                    () -> {
                        threads.add(Thread.ofVirtual().start(() -> waitFor(gate, ended)));
                        threads.add(
                                Thread.ofVirtual()
                                        .start(
                                                () -> {
                                                    LockSupport.parkNanos(20_000_000);
                                                    ended.incrementAndGet();
                                                }));
                        threads.add(
                                Thread.ofVirtual()
                                        .name("known to the loop")
                                        .start(
                                                () -> {
                                                    Weft.checkpoint();
                                                    waitFor(gate, ended);
                                                }));
                        Sim.turns(5);
                    });
            assertThat(logged.messages())
                    .singleElement()
                    .asString()
                    .contains("outlived", "known to the loop");
        }
        gate.countDown();
        for (Thread t : threads) {
            t.join();
        }
        assertThat(ended.get()).isEqualTo(3);
    }

    private static void waitFor(CountDownLatch gate, AtomicInteger ended) {
        while (true) {
            try {
                gate.await();
                break;
            } catch (InterruptedException e) {
                Thread.onSpinWait(); // the end of the program interrupts it; it has a mind of its
                // own
            }
        }
        ended.incrementAndGet();
    }

    // ---- the JDK's socket poller

    /** The first socket of the JVM belongs to a task; then sockets of the JDK's own threads. */
    static final class SocketsFirstOnALoop {
        private SocketsFirstOnALoop() {}

        public static void main(String[] args) throws Exception {
            Weft.run(SocketsFirstOnALoop::echo);
            for (int i = 0; i < 20; i++) {
                Thread t = Thread.ofVirtual().start(SocketsFirstOnALoop::echo);
                t.join();
            }
            System.out.println("all sockets work");
        }

        private static void echo() {
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                Thread peer = Thread.ofPlatform().start(() -> answer(server));
                try (Socket socket =
                        new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
                    socket.getOutputStream().write(1);
                    if (socket.getInputStream().read() != 2) {
                        throw new IOException("wrong answer");
                    }
                }
                peer.join();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void answer(ServerSocket server) {
            try (Socket socket = server.accept()) {
                socket.getInputStream().read();
                LockSupport.parkNanos(5_000_000); // so that the other side has to wait
                socket.getOutputStream().write(2);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void socketsOfTheJdksThreadsWorkAfterALoopThatUsedTheFirstSocketHasEnded() throws Exception {
        try (Child child = Child.onClassPath(SocketsFirstOnALoop.class, Child.SAME_MODE)) {
            child.awaitLine("all sockets work");
            assertThat(child.exitStatus()).isZero();
        }
    }

    @Test
    void blockingSocketsInTasksYieldTheLoop() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Weft.run(
                    () -> {
                        String[] got = new String[1];
                        Weft.gather(
                                () -> {
                                    try (Socket s = server.accept()) {
                                        s.getOutputStream().write('x');
                                    } catch (IOException e) {
                                        throw new IllegalStateException(e);
                                    }
                                },
                                () -> {
                                    try (Socket s =
                                            new Socket(
                                                    InetAddress.getLoopbackAddress(),
                                                    server.getLocalPort())) {
                                        got[0] = "" + (char) s.getInputStream().read();
                                    } catch (IOException e) {
                                        throw new IllegalStateException(e);
                                    }
                                });
                        assertThat(got[0]).isEqualTo("x");
                    });
        }
    }

    // ---- what holds up the loop

    @Test
    void aStepThatHoldsUpTheLoopIsReportedWhileItLasts() {
        try (Logged logged = Logged.open()) {
            Weft.run(
                    () ->
                            Weft.group(
                                    g ->
                                            g.start(
                                                    "hog",
                                                    () -> {
                                                        while (logged.messages().isEmpty()) {
                                                            Thread.onSpinWait();
                                                        }
                                                    })));
            assertThat(logged.messages().getFirst())
                    .contains(
                            "task 'main/hog' has held up loop", "Weft.offload", "Weft.checkpoint");
            Throwable shown = logged.failures().getFirst();
            assertThat(shown).isNotNull();
            assertThat(shown.getStackTrace())
                    .anyMatch(f -> f.getClassName().equals(TrapsTest.class.getName()));
        }
    }

    /** A class initialiser that awaits a task of the same loop: it cannot leave the carrier. */
    static final class PinnedWait {
        static @Nullable Task<String> sibling;

        private PinnedWait() {}

        static final class Initialised {
            static final String VALUE = java.util.Objects.requireNonNull(sibling).await();

            private Initialised() {}
        }

        public static void main(String[] args) {
            Weft.run(
                    () ->
                            Weft.group(
                                    g -> {
                                        sibling =
                                                g.start(
                                                        () -> {
                                                            Weft.checkpoint();
                                                            return "x";
                                                        });
                                        g.start("initialiser", () -> print());
                                    }));
        }

        private static void print() {
            System.out.println(Initialised.VALUE);
        }
    }

    @Test
    void aTaskThatWaitsWhilePinnedIsNamed() throws Exception {
        try (Child child =
                Child.onClassPath(PinnedWait.class, Child.SAME_MODE, "-Dweft.slow-step=0.05")) {
            assertThat(child.awaitLine("waits while it is pinned"))
                    .contains(
                            "task 'main/initialiser'",
                            "the class initialiser of dev.weft.TrapsTest$PinnedWait$Initialised");
            child.awaitLine("PinnedWait$Initialised.<clinit>");
        }
    }

    // ---- the end of the root

    @Test
    void theRootsFailureIsNeverHidden() {
        for (int i = 0; i < 500; i++) {
            IllegalStateException failure = new IllegalStateException("run " + i);
            assertThatThrownBy(
                            () ->
                                    Weft.run(
                                            () -> {
                                                throw failure;
                                            }))
                    .isSameAs(failure);
        }
    }

    @Test
    void theRootsValueIsNeverHidden() {
        for (int i = 0; i < 500; i++) {
            int n = i;
            assertThat(Weft.<Integer, RuntimeException>run(() -> n)).isEqualTo(i);
        }
    }

    // ---- compound assignment across a wait

    private int total;

    private int slowOne() {
        Weft.checkpoint();
        return 1;
    }

    @Test
    void aCompoundAssignmentAcrossAWaitLosesUpdatesAndOneAfterItDoesNot() {
        Sim.run(
                () -> {
                    Action<RuntimeException> wrong = () -> total += slowOne();
                    Weft.gather(wrong, wrong, wrong, wrong);
                    assertThat(total).isEqualTo(1); // read before the wait, written after it

                    total = 0;
                    Action<RuntimeException> right =
                            () -> {
                                int one = slowOne();
                                total += one;
                            };
                    Weft.gather(right, right, right, right);
                    assertThat(total).isEqualTo(4);
                });
    }

    // ---- starting from elsewhere

    @Test
    void aChildMayBeStartedFromPostedWork() {
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    List<String> trace = new ArrayList<>();
                                    Loop.current().post(() -> g.start(() -> trace.add("child")));
                                    sleep(1);
                                    assertThat(trace).containsExactly("child");
                                }));
    }

    @Test
    void aGateMayBeAskedSeveralTimesInAPoll() {
        VirtualTime driver =
                new VirtualTime(1, true) {
                    @Override
                    public void poll(long nanos, Gate gate) {
                        if (nanos > 0 && gate.mayBlock() && gate.mayBlock()) {
                            super.poll(nanos, gate);
                        }
                    }
                };
        Programs.run(
                () -> driver,
                () -> {
                    for (int i = 0; i < 2000; i++) {
                        Weft.offload(() -> {});
                    }
                    return null;
                });
    }

    @Test
    void tasksKnowWhoRunsAfterWaitsOfTheJdks() {
        // after such a wait the loop has to find the task by its thread
        Weft.run(
                () ->
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < 20; i++) {
                                        String name = "task " + i;
                                        g.start(
                                                name,
                                                () -> {
                                                    for (int n = 0; n < 5; n++) {
                                                        Thread.sleep(1);
                                                        assertThat(LoopTask.current().name())
                                                                .isEqualTo(name);
                                                        Thread.yield();
                                                        assertThat(LoopTask.current().name())
                                                                .isEqualTo(name);
                                                        Weft.checkpoint();
                                                        assertThat(LoopTask.current().name())
                                                                .isEqualTo(name);
                                                    }
                                                });
                                    }
                                }));
    }

    @Test
    void manyShortLivedVirtualThreadsOfOthersLeaveNothingBehind() throws Exception {
        Sim.run(
                () -> {
                    for (int i = 0; i < 1000; i++) {
                        Thread.ofVirtual().start(Weft::checkpoint).join();
                    }
                    assertThat(
                                    thrownBy(
                                            () ->
                                                    Weft.timeout(
                                                            Duration.ofMillis(1),
                                                            Sim::sleepForever)))
                            .hasMessageContaining("1ms");
                });
    }
}
