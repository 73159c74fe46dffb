package dev.weft.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelException;

/**
 * What Netty costs once in a process, before a loop starts and not in the first task that uses it.
 */
final class FirstUse {
    private static final String JFR = "io.netty.jfr.enabled";

    private static volatile boolean loaded;

    private FirstUse() {}

    /**
     * Before any class of Netty's. Its allocator registers events with JFR, which starts JFR up:
     * 200 ms for what nobody may ever record. {@code -Dio.netty.jfr.enabled=true} brings them back.
     */
    static void configure() {
        if (System.getProperty(JFR) == null) {
            System.setProperty(JFR, "false");
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
