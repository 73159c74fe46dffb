package dev.weft.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelException;

/**
 * What Netty costs once in a process, before a loop starts and not in the first task that uses it.
 */
final class FirstUse {
    private static volatile boolean loaded;

    private FirstUse() {}

    /**
     * Before any class of Netty's. Its allocator would register events with JFR, which starts JFR
     * up: 200 ms for what nobody may ever record; {@code -Dio.netty.jfr.enabled=true} brings them
     * back. It would look through all network interfaces for a number to put into the names of
     * channels in logs. It would take the stack of every 128th buffer, to tell of those that nobody
     * gives back; a leak that matters shows among every 1,024th too. And it would give buffers of
     * their own, without locks, only to the threads of its own event loops; the I/O task, which is
     * none of them, shall have them too. So has, then, any other thread that says how long it
     * lives, as {@link PollingDriver#around} does.
     */
    static void configure() {
        setUnlessSet("io.netty.jfr.enabled", "false");
        setUnlessSet("io.netty.machineId", "00:00:00:00:00:00:00:01");
        setUnlessSet("io.netty.leakDetection.samplingInterval", "1024");
        setUnlessSet("io.netty.allocator.useCachedMagazinesForNonEventLoopThreads", "true");
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** Initialises the classes of buffers and channels. */
    static void load(Transport transport) {
        if (loaded) {
            return;
        }
        loaded = true;
        ByteBufAllocator.DEFAULT.directBuffer().release();
        try {
            transport.socket().unsafe().closeForcibly();
        } catch (ChannelException e) {
            // No descriptor is left, say. Whoever connects will hear of it.
        }
    }
}
