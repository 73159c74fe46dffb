/**
 * TCP, Unix and TLS streams, client and server, UDP, DNS, child processes, signals and files for
 * Weft, over Netty 4.2, which also drives the loop.
 *
 * <p>With this module on the path, {@code Weft.run} waits in epoll where there is epoll, else in
 * NIO's selector; {@code -Dweft.driver=io_uring} (or {@code nio}, {@code epoll}) chooses another.
 */
@org.jspecify.annotations.NullMarked
module dev.weft.net {
    requires transitive dev.weft.core;
    requires static transitive org.jspecify;
    requires transitive io.netty.transport;
    requires io.netty.buffer;
    requires io.netty.codec.dns;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.resolver;
    requires io.netty.resolver.dns;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.classes.io_uring;
    requires io.netty.transport.unix.common;
    requires jdk.unsupported; // for Signals and ExtendedCopyOption

    exports dev.weft.file;
    exports dev.weft.net;
    exports dev.weft.process;

    provides dev.weft.DriverProvider with
            dev.weft.net.EpollDriverProvider,
            dev.weft.net.NioDriverProvider,
            dev.weft.net.IoUringDriverProvider;
}
