package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Action;
import dev.weft.Weft;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Runs the body of a test on a loop of its own. */
final class TestLoop {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private TestLoop() {}

    /** The drivers that work on this machine, and in this mode. */
    static Stream<String> drivers() {
        NoLeaks.install();
        return Stream.of("epoll", "nio", "io_uring")
                .filter(name -> name.equals("nio") || !Boolean.getBoolean("weft.test.portable"))
                .filter(
                        name ->
                                switch (name) {
                                    case "epoll" -> Epoll.isAvailable();
                                    case "io_uring" -> IoUring.isAvailable();
                                    default -> true;
                                });
    }

    /** The best of {@link #drivers}. */
    static String driver() {
        return drivers().findFirst().orElseThrow();
    }

    /** Runs {@code body} and then demands that it has left no channel open. */
    static <X extends Exception> void run(String driver, Action<X> body) throws Exception {
        runUnchecked(
                driver,
                () -> {
                    body.run();
                    until(() -> openChannels() == 0);
                    assertThat(openChannels()).isZero();
                });
    }

    /** Runs {@code body}, which may leave channels to the loop's end. */
    static <X extends Exception> void runUnchecked(String driver, Action<X> body) throws Exception {
        with(driver, () -> Weft.run(() -> Weft.timeout(LIMIT, body)));
    }

    /** What is started in {@code body} uses this driver. */
    static void with(String driver, Action<Exception> body) throws Exception {
        String before = System.getProperty("weft.driver");
        System.setProperty("weft.driver", driver);
        try {
            body.run();
        } finally {
            if (before == null) {
                System.clearProperty("weft.driver");
            } else {
                System.setProperty("weft.driver", before);
            }
        }
    }

    static int openChannels() {
        return NettyDriver.current("test").openChannels();
    }

    /** Lets others run until it is so; the limit of {@link #run} ends it if it never is. */
    static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Weft.sleep(Duration.ofMillis(1));
        }
    }

    /** A server that runs in the background of {@code body}, which gets its port. */
    static <X extends Exception> void serving(
            ConnectionHandler<? super TcpStream> handler, PortBody<X> body) throws X {
        serving(ServerOptions.of("127.0.0.1", 0), handler, body);
    }

    static <X extends Exception> void serving(
            ServerOptions options, ConnectionHandler<? super TcpStream> handler, PortBody<X> body)
            throws X {
        try (TcpServer server = TcpServer.listen(options)) {
            Weft.group(
                    group -> {
                        group.background(() -> server.serve(handler));
                        body.run(server.localAddress().getPort());
                    });
        }
    }

    interface PortBody<X extends Exception> {
        void run(int port) throws X;
    }

    static void echo(ByteStream peer) {
        for (Bytes bytes = peer.read(); !bytes.isEmpty(); bytes = peer.read()) {
            peer.write(bytes);
        }
    }
}
