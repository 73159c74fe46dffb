package dev.weft.net;

import dev.weft.WaitList;
import dev.weft.Weft;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

import org.jspecify.annotations.Nullable;

import java.nio.channels.ClosedChannelException;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Secures a connected channel. */
final class Handshake {
    private final NettyDriver driver;
    private final TlsOptions options;
    private final Link link;
    private final WaitList waiting;

    /**
     * @throws IllegalArgumentException if the options are not enough
     */
    Handshake(NettyDriver driver, TlsOptions options, Link link) {
        this.driver = driver;
        this.options = options;
        this.link = link;
        this.waiting =
                new WaitList(
                        link.isServer()
                                ? "TLS handshake of a server"
                                : "TLS handshake with " + link.target());
        options.require(link.isServer(), link.host(), link.target());
    }

    /** As {@link #perform}, after {@code before}, both within the options' own limit. */
    TlsInfo performInTime(Runnable before) {
        try {
            return Weft.timeout(
                    options.settings().handshakeTimeout,
                    () -> {
                        before.run();
                        return perform();
                    });
        } catch (TimeoutException e) {
            throw timedOut(link.target(), options, e);
        }
    }

    static TlsException timedOut(String target, TlsOptions options, TimeoutException e) {
        return new TlsException(
                target,
                TlsException.Kind.HANDSHAKE,
                "the handshake took more than "
                        + options.settings().handshakeTimeout.toMillis()
                        + "ms: timed out",
                e);
    }

    /**
     * Puts TLS in front of the channel's other handlers and waits until it is agreed. The caller
     * closes the channel on failure.
     */
    TlsInfo perform() {
        options.context().prepare(link.isServer(), link.target());
        waiting.enter();
        Channel channel = link.channel();
        var ending = new Ending(waiting);
        driver.inside.enter();
        try {
            if (!channel.isActive()) {
                // the other side has hung up already, and a handler would never hear of it
                throw failed(new ClosedChannelException());
            }
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
            link.handler().secure();
            channel.pipeline().addFirst(ending);
            channel.pipeline()
                    .addFirst(
                            options.context()
                                    .handler(
                                            link.isServer(),
                                            link.host(),
                                            link.port(),
                                            channel.alloc()));
            link.handler().replay(channel.pipeline());
            channel.read();
        } finally {
            driver.inside.exit();
        }
        while (!ending.isOver) {
            waiting.await();
        }
        if (ending.failure != null) {
            throw failed(ending.failure);
        }
        return ending.info();
    }

    private TlsException failed(Throwable cause) {
        return Failures.ofTls(link.target(), cause, link.isServer() ? "the client" : "the server");
    }

    private static TlsInfo info(ChannelPipeline pipeline) {
        SslHandler handler = Objects.requireNonNull(pipeline.get(SslHandler.class));
        SSLSession session = handler.engine().getSession();
        List<Certificate> peer;
        try {
            peer = List.of(session.getPeerCertificates());
        } catch (SSLPeerUnverifiedException e) {
            peer = List.of();
        }
        String protocol = handler.applicationProtocol();
        return new TlsInfo(
                session.getProtocol(),
                session.getCipherSuite(),
                protocol == null ? "" : protocol,
                peer);
    }

    /** Stands behind TLS's handler until that has agreed or given up. */
    static final class Ending extends ChannelInboundHandlerAdapter {
        private final WaitList waiting;
        boolean isOver;
        @Nullable Throwable failure;
        private @Nullable TlsInfo info;

        Ending(WaitList waiting) {
            this.waiting = waiting;
        }

        /** What was agreed on, if it was. */
        TlsInfo info() {
            return Objects.requireNonNull(info);
        }

        private void end(@Nullable Throwable cause) {
            if (!isOver) {
                isOver = true;
                failure = cause;
                waiting.wakeAll(null);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                if (handshake.isSuccess()) {
                    info = Handshake.info(context.pipeline());
                }
                end(handshake.cause());
                context.pipeline().remove(this);
            }
            context.fireUserEventTriggered(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            end(cause);
            context.fireExceptionCaught(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            end(new ClosedChannelException());
            context.fireChannelInactive();
        }
    }
}
