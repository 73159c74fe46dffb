package dev.weft.net;

import dev.weft.Loop;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;

/**
 * A file descriptor that is not one of Netty's channels, watched by the loop's own epoll, or by
 * {@link SharedEpoll} where the loop has none. Every announcement is asked for anew.
 */
final class Descriptor implements EpollIoHandle {
    private static final int ONE_SHOT = 1 << 30;
    private static final EpollIoOps READABLE = oneShot(EpollIoOps.EPOLLIN);
    private static final EpollIoOps WRITABLE = oneShot(EpollIoOps.EPOLLOUT);

    final FileDescriptor file;
    private final InsideNetty inside;
    private final Loop loop = Loop.current();
    private final Runnable ready;
    private final boolean own;
    private final Future<IoRegistration> registering;
    private boolean armed;
    private boolean released;

    /** {@code ready} is run under the mark. */
    Descriptor(PollingDriver driver, int number, Runnable ready) {
        this.file = new FileDescriptor(number);
        this.inside = driver.inside;
        this.ready = ready;
        this.own = driver.transport == Transport.EPOLL;
        inside.enter();
        try {
            this.registering = (own ? driver.nettyLoop() : SharedEpoll.loop()).register(this);
        } finally {
            inside.exit();
        }
    }

    private static EpollIoOps oneShot(EpollIoOps what) {
        return EpollIoOps.valueOf(what.value() | ONE_SHOT);
    }

    /**
     * Asks for the next announcement, once.
     *
     * @throws UncheckedIOException if it can't be watched
     */
    void awaitReadable() {
        arm(READABLE);
    }

    /** As {@link #awaitReadable}. */
    void awaitWritable() {
        arm(WRITABLE);
    }

    private void arm(EpollIoOps what) {
        if (armed || released) {
            return;
        }
        armed = true;
        inside.enter();
        try {
            if (registering.isSuccess()) {
                registering.getNow().submit(what);
            } else {
                registering.addListener(done -> submitLater(what));
            }
        } catch (UncheckedIOException e) {
            armed = false;
            throw e;
        } finally {
            inside.exit();
        }
    }

    /** Whoever is told tries again, and hears of the failure there. */
    private void submitLater(EpollIoOps what) {
        try {
            registering.getNow().submit(what);
        } catch (UncheckedIOException notWatchable) {
            announce();
        }
    }

    /** By what watches. */
    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        announce();
    }

    private void announce() {
        if (own) {
            loopIsReady();
            return;
        }
        try {
            loop.post(this::loopIsReady);
        } catch (RejectedExecutionException hasEnded) {
            return; // and released this
        }
    }

    private void loopIsReady() {
        armed = false;
        if (!released) {
            inside.enter();
            try {
                ready.run();
            } finally {
                inside.exit();
            }
        }
    }

    /** Stops watching and closes it. */
    void release() {
        if (released) {
            return;
        }
        released = true;
        inside.enter();
        try {
            registering.addListener(
                    done -> {
                        if (done.isSuccess()) {
                            registering.getNow().cancel();
                        } else {
                            unregistered();
                        }
                    });
        } finally {
            inside.exit();
        }
    }

    @Override
    public FileDescriptor fd() {
        return file;
    }

    /** Not before: another file might get its number while it is still watched. */
    @Override
    public void unregistered() {
        try {
            file.close();
        } catch (IOException e) {
            Reporting.log(Level.WARNING, "could not close " + file, e);
        }
    }

    @Override
    public void close() {}
}
