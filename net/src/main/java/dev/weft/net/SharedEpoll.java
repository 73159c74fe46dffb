package dev.weft.net;

import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;

/** Watches descriptors for all loops that have no epoll of their own: one daemon thread. */
final class SharedEpoll {
    private static final MultiThreadIoEventLoopGroup THREAD =
            new MultiThreadIoEventLoopGroup(
                    1,
                    new DefaultThreadFactory("weft-descriptors", true),
                    EpollIoHandler.newFactory());

    private SharedEpoll() {}

    static IoEventLoop loop() {
        return THREAD.next();
    }
}
