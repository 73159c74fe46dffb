package dev.weft.net;

import dev.weft.Driver;
import dev.weft.DriverProvider;

import io.netty.channel.uring.IoUring;

/**
 * Drives loops with io_uring, on a newer Linux: only by choice, with {@code
 * -Dweft.driver=io_uring}. <em>Any thread.</em>
 */
public final class IoUringDriverProvider implements DriverProvider {
    /** Called by {@link java.util.ServiceLoader}. */
    public IoUringDriverProvider() {
        FirstUse.configure();
    }

    @Override
    public String name() {
        return "io_uring";
    }

    @Override
    public int priority() {
        return -1;
    }

    @Override
    public boolean available() {
        return IoUring.isAvailable();
    }

    @Override
    public Driver create() {
        return new PollingDriver(Transport.IO_URING);
    }
}
