package dev.weft.net;

import dev.weft.WaitList;
import dev.weft.Weft;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** One call of {@link UnixStream#connect}. */
final class UnixConnector {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

    private final NettyDriver driver;
    private final UnixAddress address;
    private final WaitList progress = new WaitList("UnixStream.connect");

    UnixConnector(NettyDriver driver, UnixAddress address) {
        this.driver = driver;
        this.address = address;
    }

    UnixStream connect() {
        try {
            return Weft.timeout(LIMIT, this::connectWithoutLimit);
        } catch (TimeoutException e) {
            throw new ConnectFailedException(
                    address.toString(),
                    ConnectFailedException.Kind.TIMEOUT,
                    "whoever listens there has a full queue, and takes nobody in "
                            + LIMIT.toSeconds()
                            + "s",
                    e);
        }
    }

    /** The system does not say when there is room in the queue. */
    private UnixStream connectWithoutLimit() {
        Duration pause = FIRST_PAUSE;
        UnixStream connected = attempt();
        while (connected == null) {
            Weft.sleep(pause);
            pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            connected = attempt();
        }
        return connected;
    }

    /** Null: the queue is full. */
    private @Nullable UnixStream attempt() {
        progress.enter();
        DuplexChannel channel;
        try {
            channel = driver.unixSocket();
        } catch (ChannelException e) {
            throw failed(e);
        }
        boolean given = false;
        try {
            ChannelFuture connected = connect(channel);
            while (!connected.isDone()) {
                progress.await();
            }
            Throwable failure = connected.cause();
            if (failure == null) {
                Link link = new Link(address.toString(), "", -1, false, channel);
                UnixStream stream = new UnixStream(driver, link, null);
                given = true;
                return stream;
            }
            if (Failures.text(failure).equals(Failures.TRY_AGAIN)) {
                return null;
            }
            throw failed(failure);
        } finally {
            if (!given) {
                driver.closeNow(channel);
            }
        }
    }

    private ChannelFuture connect(DuplexChannel channel) {
        driver.inside.enter();
        try {
            driver.adopt(channel);
            return channel.connect(driver.address(address))
                    .addListener(done -> progress.wakeAll(null));
        } finally {
            driver.inside.exit();
        }
    }

    private ConnectFailedException failed(Throwable failure) {
        String target = address.toString();
        return Failures.ofConnect(target, List.of(new Failures.Attempt(target, failure)));
    }
}
