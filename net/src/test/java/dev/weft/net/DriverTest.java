package dev.weft.net;

import static dev.weft.net.TestLoop.run;
import static dev.weft.net.TestLoop.runUnchecked;
import static dev.weft.net.TestLoop.serving;
import static dev.weft.net.TestLoop.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.Loop;
import dev.weft.Weft;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

@ExtendWith(NoLeaks.class)
@ParameterizedClass
@MethodSource("dev.weft.net.TestLoop#drivers")
@Timeout(60)
class DriverTest {
    private final String driver;

    DriverTest(String driver) {
        this.driver = driver;
    }

    private static NettyLoop netty() {
        return NettyDriver.current("test").nettyLoop();
    }

    // ---- what Netty believes

    @Test
    void every_task_of_the_loop_is_in_the_event_loop_and_no_other_thread() throws Exception {
        run(
                driver,
                () -> {
                    NettyLoop netty = netty();
                    assertThat(netty.inEventLoop()).isTrue();
                    Weft.group(
                            group -> group.start(() -> assertThat(netty.inEventLoop()).isTrue()));
                    assertThat(Weft.<Boolean, Exception>offload(() -> netty.inEventLoop()))
                            .isFalse();
                    assertThat(netty.inEventLoop(new Thread(() -> {}))).isFalse();
                });
    }

    @Test
    void timers_of_netty_fire_in_order_while_the_loop_sleeps() throws Exception {
        run(
                driver,
                () -> {
                    List<String> fired = new ArrayList<>();
                    var _ = netty().schedule(() -> fired.add("second"), 20, TimeUnit.MILLISECONDS);
                    var _ = netty().schedule(() -> fired.add("first"), 10, TimeUnit.MILLISECONDS);
                    netty().schedule(() -> fired.add("never"), 15, TimeUnit.MILLISECONDS)
                            .cancel(false);
                    until(() -> fired.size() == 2);
                    assertThat(fired).containsExactly("first", "second");
                });
    }

    @Test
    void what_other_threads_give_to_the_event_loop_runs_on_the_loop() throws Exception {
        run(
                driver,
                () -> {
                    NettyLoop netty = netty();
                    List<Boolean> inLoop = new ArrayList<>();
                    Weft.offload(
                            () -> {
                                netty.execute(() -> inLoop.add(netty.inEventLoop()));
                                var _ =
                                        netty.schedule(
                                                () -> inLoop.add(netty.inEventLoop()),
                                                1,
                                                TimeUnit.MILLISECONDS);
                            });
                    until(() -> inLoop.size() == 2);
                    assertThat(inLoop).containsOnly(true);
                });
    }

    @Test
    void a_wakeup_is_never_lost() throws Exception {
        int rounds = 20_000;
        run(
                driver,
                () -> {
                    NettyLoop netty = netty();
                    Loop loop = Loop.current();
                    Weft.offload(
                            () -> {
                                for (int i = 0; i < rounds; i++) {
                                    var done = new CountDownLatch(1);
                                    if (i % 2 == 0) {
                                        netty.execute(done::countDown);
                                    } else {
                                        loop.execute(done::countDown);
                                    }
                                    if (!done.await(20, TimeUnit.SECONDS)) {
                                        throw new AssertionError("no answer in round " + i);
                                    }
                                }
                            });
                });
    }

    // ---- the mark

    @Test
    void while_a_task_is_parked_inside_netty_no_other_enters_and_it_is_named() throws Exception {
        try (var log = new Log()) {
            run(
                    driver,
                    () ->
                            serving(
                                    TestLoop::echo,
                                    port -> {
                                        var other = TcpStream.connect("127.0.0.1", port);
                                        Channel channel =
                                                TcpStream.connect("127.0.0.1", port).detach();
                                        var lock = new ReentrantLock();
                                        List<String> order = new ArrayList<>();
                                        InsideNetty inside = InsideNetty.mark();
                                        var held = new CountDownLatch(1);
                                        var release = new CountDownLatch(1);
                                        Thread holder =
                                                Thread.ofPlatform()
                                                        .daemon()
                                                        .start(() -> hold(lock, held, release));
                                        held.await();
                                        inside.enter();
                                        channel.pipeline().addLast(new Locking(lock, order));
                                        inside.exit();
                                        Weft.group(
                                                group -> {
                                                    group.start(
                                                            "careless",
                                                            () -> writeInside(inside, channel));
                                                    until(lock::hasQueuedThreads);
                                                    group.start(
                                                            () -> {
                                                                other.write(new byte[1]);
                                                                order.add("other has written");
                                                            });
                                                    until(() -> !log.warnings().isEmpty());
                                                    assertThat(order).isEmpty();
                                                    release.countDown();
                                                });
                                        holder.join();
                                        assertThat(order)
                                                .containsExactly(
                                                        "careless has written",
                                                        "other has written");
                                        other.readExactly(1).close();
                                        other.close();
                                        inside.enter();
                                        var _ = channel.close();
                                        inside.exit();
                                    }));
            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(
                            record -> assertThat(record.getMessage()).contains("task 'careless'"))
                    .satisfies(
                            record ->
                                    assertThat(record.getThrown().getStackTrace())
                                            .anyMatch(
                                                    frame ->
                                                            frame.getMethodName()
                                                                    .equals("writeInside")));
        }
    }

    private static void hold(ReentrantLock lock, CountDownLatch held, CountDownLatch release) {
        lock.lock();
        try {
            held.countDown();
            release.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            lock.unlock();
        }
    }

    private static void writeInside(InsideNetty inside, Channel channel) {
        inside.enter();
        try {
            var _ = channel.write(channel.alloc().buffer().writeByte(1), channel.voidPromise());
        } finally {
            inside.exit();
        }
    }

    /** A handler as it should not be: it waits for a lock. */
    private static final class Locking extends ChannelDuplexHandler {
        private final ReentrantLock lock;
        private final List<String> order;

        Locking(ReentrantLock lock, List<String> order) {
            this.lock = lock;
            this.order = order;
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            lock.lock();
            try {
                order.add("careless has written");
            } finally {
                lock.unlock();
            }
            var _ = context.write(message, promise);
        }
    }

    @Test
    void an_interrupt_does_not_get_a_waiter_past_the_mark() throws Exception {
        run(
                driver,
                () -> {
                    InsideNetty inside = InsideNetty.mark();
                    List<String> order = new ArrayList<>();
                    try (var log = new Log()) {
                        Weft.group(
                                group -> {
                                    Thread[] careless = {null};
                                    boolean[] mayGoOn = {false};
                                    group.start(
                                            () -> {
                                                careless[0] = Thread.currentThread();
                                                inside.enter();
                                                while (!mayGoOn[0]) {
                                                    LockSupport.park();
                                                }
                                                order.add("first");
                                                inside.exit();
                                            });
                                    Weft.checkpoint();
                                    group.start(
                                            () -> {
                                                Thread.currentThread().interrupt();
                                                inside.enter();
                                                order.add("second");
                                                inside.exit();
                                                assertThat(Thread.interrupted()).isTrue();
                                            });
                                    until(() -> !log.warnings().isEmpty());
                                    mayGoOn[0] = true;
                                    LockSupport.unpark(careless[0]);
                                });
                    }
                    assertThat(order).containsExactly("first", "second");
                });
    }

    @Test
    void the_mark_is_nested_and_refuses_an_exit_too_many() throws Exception {
        run(
                driver,
                () -> {
                    InsideNetty inside = InsideNetty.mark();
                    inside.enter();
                    inside.enter();
                    inside.exit();
                    assertThat(inside.isOwner(Thread.currentThread())).isTrue();
                    inside.exit();
                    assertThatIllegalStateException()
                            .isThrownBy(inside::exit)
                            .withMessageContaining("without enter");
                });
    }

    // ---- the end

    @Test
    void streams_forgotten_are_aborted_and_named_when_the_loop_ends() throws Exception {
        try (var log = new Log();
                var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            runUnchecked(
                    driver,
                    () -> {
                        TcpStream stream = TcpStream.connect("127.0.0.1", listening.getLocalPort());
                        stream.write(new byte[10]);
                        stream.flush();
                    });
            try (Socket peer = listening.accept();
                    InputStream in = peer.getInputStream()) {
                assertThat(endsWithin(in, 10)).isTrue();
            }
            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(
                            record ->
                                    assertThat(record.getMessage())
                                            .contains(
                                                    "TcpStream 127.0.0.1:"
                                                            + listening.getLocalPort()));
        }
    }

    /** Whether the peer is gone: an end or a reset, after at most so many bytes. */
    private static boolean endsWithin(InputStream in, int bytes) {
        try {
            for (int i = 0; i <= bytes; i++) {
                if (in.read() < 0) {
                    return true;
                }
            }
            return false;
        } catch (java.io.IOException e) {
            return true;
        }
    }

    @Test
    void channels_detached_and_forgotten_are_closed_when_the_loop_ends() throws Exception {
        Channel[] left = {null, null};
        runUnchecked(
                driver,
                () -> {
                    var server = TcpServer.listen("127.0.0.1", 0);
                    left[0] =
                            TcpStream.connect("127.0.0.1", server.localAddress().getPort())
                                    .detach();
                    left[1] = server.channel;
                });
        assertThat(left).allMatch(channel -> !channel.isOpen());
    }

    @Test
    void no_thread_is_left_over() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        run(
                driver,
                () ->
                        serving(
                                TestLoop::echo,
                                port -> TcpStream.connect("localhost", port).close()));
        Set<String> left =
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> !before.contains(thread))
                        .filter(thread -> !thread.isVirtual())
                        .map(Thread::getName)
                        // The JDK's, and core's one for all loops.
                        .filter(name -> !name.startsWith("ForkJoinPool"))
                        .filter(name -> !name.startsWith("VirtualThread-"))
                        .filter(name -> !name.contains("-Poller"))
                        .filter(name -> !name.equals("weft-watchdog"))
                        .collect(Collectors.toSet());
        assertThat(left).isEmpty();
    }

    @Test
    void a_loop_that_only_waits_for_a_connection_knows_that_it_may_be_woken() throws Exception {
        run(
                driver,
                () -> {
                    var driver = (PollingDriver) NettyDriver.current("test");
                    assertThat(driver.hasPending()).isFalse();
                    try (var server = TcpServer.listen("127.0.0.1", 0)) {
                        assertThat(driver.hasPending()).isTrue();
                        assertThat(server.localAddress().getPort()).isPositive();
                    }
                    assertThat(driver.hasPending()).isFalse();
                    Weft.sleep(Duration.ofMillis(1));
                });
    }
}
