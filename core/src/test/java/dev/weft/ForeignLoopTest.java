package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Barrier;
import dev.weft.sync.Broadcast;
import dev.weft.sync.CapacityLimiter;
import dev.weft.sync.Channel;
import dev.weft.sync.Condition;
import dev.weft.sync.DelayQueue;
import dev.weft.sync.Event;
import dev.weft.sync.LifoQueue;
import dev.weft.sync.Lock;
import dev.weft.sync.OnceCell;
import dev.weft.sync.PriorityQueue;
import dev.weft.sync.Queue;
import dev.weft.sync.RateLimiter;
import dev.weft.sync.RwLock;
import dev.weft.sync.Semaphore;
import dev.weft.sync.Watch;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** What is confined to a loop refuses the tasks of another, and plain threads, at once. */
@Timeout(30) // of a hang
class ForeignLoopTest {

    private interface Use<P> {
        void of(P primitive) throws Exception;
    }

    /** A call that needs not wait on the loop that uses the primitive first. */
    private static <P> Arguments call(String name, P primitive, Use<P> use) {
        Action<Exception> action = () -> use.of(primitive);
        return Arguments.of(name, action);
    }

    private static RateLimiter rateLimiter() {
        return RateLimiter.tokenBucket(9, Duration.ofSeconds(1));
    }

    private static PriorityQueue<String> priorityQueue() {
        return new PriorityQueue<>(Comparator.<String>naturalOrder());
    }

    static Stream<Arguments> primitives() {
        return Stream.of(
                call("Semaphore.acquire", new Semaphore(9), s -> s.acquire().close()),
                call("Semaphore.tryAcquire", new Semaphore(9), Semaphore::tryAcquire),
                call("Semaphore.release", new Semaphore(9), Semaphore::release),
                call("CapacityLimiter.acquire", new CapacityLimiter(9), l -> l.acquire().close()),
                call("Lock.acquire", new Lock(), l -> l.acquire().close()),
                call("RwLock.read", new RwLock(), l -> l.read().close()),
                call("RwLock.write", new RwLock(), l -> l.write().close()),
                call("Condition.lock", new Condition(), c -> c.lock().acquire().close()),
                call("Event.set", new Event(), Event::set),
                call("Barrier.await", new Barrier(1), Barrier::await),
                call("OnceCell.get", new OnceCell<String>(), c -> c.get(() -> "x")),
                call("Queue.put", new Queue<String>(), q -> q.put("x")),
                call("Queue.get", new Queue<String>(), Queue::get),
                call("LifoQueue.put", new LifoQueue<String>(), q -> q.put("x")),
                call("PriorityQueue.put", priorityQueue(), q -> q.put("x")),
                call("DelayQueue.put", new DelayQueue<String>(), q -> q.put("x", Duration.ZERO)),
                call("Channel.send", new Channel<String>(9), c -> c.send("x")),
                call("Channel.trySend", new Channel<String>(9), c -> c.trySend("x")),
                call("Channel.receive", new Channel<String>(9), Channel::receive),
                call("Channel.close", new Channel<String>(9), Channel::close),
                call("Broadcast.send", new Broadcast<String>(9), b -> b.send("x")),
                call("Broadcast.subscribe", new Broadcast<String>(9), Broadcast::subscribe),
                call("Watch.set", new Watch<>(""), w -> w.set("x")),
                call("Watch.awaitUntil", new Watch<>(""), w -> w.awaitUntil(value -> true)),
                call("RateLimiter.acquire", rateLimiter(), r -> r.acquire()),
                call("WaitList.enter", new WaitList("list"), WaitList::enter),
                call("WaitList.check", new WaitList("list"), WaitList::check));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("primitives")
    void refusesTheTasksOfAnotherLoopAndPlainThreads(String name, Action<Exception> use)
            throws Exception {
        AtomicReference<Throwable> onOther = new AtomicReference<>();
        try (Loops loops = Loops.open(2)) {
            loops.get(0)
                    .call(
                            () -> {
                                if (name.equals("Queue.get") || name.endsWith(".receive")) {
                                    Task<?> waiting = Weft.background(use);
                                    Weft.checkpoint();
                                    waiting.cancel("it is bound now");
                                } else {
                                    use.run();
                                }
                            });
            loops.get(1).call(() -> onOther.set(Sim.thrownBy(use)));
        }
        assertThat(onOther.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("belongs to");
        assertThat(Sim.thrownBy(use)).isInstanceOf(IllegalStateException.class);
    }
}
