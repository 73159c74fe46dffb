package dev.weft.net;

import dev.weft.Driver;
import dev.weft.DriverProvider;

import io.netty.channel.epoll.Epoll;

/** Drives loops with epoll, on Linux: the default where it works. <em>Any thread.</em> */
public final class EpollDriverProvider implements DriverProvider {
    /** Called by {@link java.util.ServiceLoader}. */
    public EpollDriverProvider() {
        FirstUse.configure();
    }

    @Override
    public String name() {
        return "epoll";
    }

    @Override
    public int priority() {
        return 20;
    }

    @Override
    public boolean available() {
        return Epoll.isAvailable();
    }

    @Override
    public Driver create() {
        return new PollingDriver(Transport.EPOLL);
    }
}
