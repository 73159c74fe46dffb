package dev.weft.net;

import dev.weft.Driver;
import dev.weft.DriverProvider;

/**
 * Drives loops with the selector of the JDK, anywhere: the default where epoll does not work.
 * <em>Any thread.</em>
 */
public final class NioDriverProvider implements DriverProvider {
    /** Called by {@link java.util.ServiceLoader}. */
    public NioDriverProvider() {
        FirstUse.configure();
    }

    @Override
    public String name() {
        return "nio";
    }

    @Override
    public int priority() {
        return 10;
    }

    @Override
    public boolean available() {
        return true;
    }

    /** JDK 25 parks a virtual thread that selects. */
    @Override
    public boolean holdsCarrier() {
        return false;
    }

    @Override
    public Driver create() {
        return new PollingDriver(Transport.NIO);
    }
}
