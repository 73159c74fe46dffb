package dev.weft.net;

import dev.weft.WaitList;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/**
 * Where a channel's events become what a stream's tasks wait for. Called by the I/O task, or on the
 * stack of a task that writes.
 */
final class StreamHandler extends ChannelInboundHandlerAdapter {
    private static final AttributeKey<StreamHandler> OF_CHANNEL =
            AttributeKey.valueOf(StreamHandler.class, "handler");

    final Inbound inbound = new Inbound();
    final WaitList readers = new WaitList("TcpStream.read");
    final WaitList writers = new WaitList("TcpStream.write");
    private boolean tls;
    private boolean reading;

    /** Whether a task has waited for what has come since reading began. */
    private boolean awaited;

    private boolean closeNotified;
    private boolean discarding;
    private boolean ended;
    private @Nullable Throwable failure;

    /** Reading goes on while less than this is unread. */
    private int wanted = ByteStream.READ_AHEAD;

    /** Puts a handler at the end of the channel's pipeline, before anything can arrive. */
    static StreamHandler addTo(Channel channel) {
        StreamHandler handler = new StreamHandler();
        channel.attr(OF_CHANNEL).set(handler);
        channel.pipeline().addLast(handler);
        return handler;
    }

    /** The channel's handler; the pipeline forgets it once the channel is closed. */
    static @Nullable StreamHandler of(Channel channel) {
        return channel.attr(OF_CHANNEL).get();
    }

    /** From now on TLS comes before this, so the end is one only if it says so. Under the mark. */
    void secure() {
        tls = true;
    }

    /** What came before TLS did is for it. Under the mark. */
    void replay(ChannelPipeline pipeline) {
        if (inbound.size() > 0) {
            for (ByteBuf early : inbound.takeAll()) {
                pipeline.fireChannelRead(early);
            }
            pipeline.fireChannelReadComplete();
        }
        if (ended) {
            pipeline.fireExceptionCaught(new ClosedChannelException());
        }
    }

    /** Whether nothing more will come. */
    boolean isOver() {
        return ended || failure != null;
    }

    boolean isEnded() {
        return ended;
    }

    /** Why nothing more will come, if not because the other side said so. */
    @Nullable Throwable failure() {
        return failure;
    }

    /** Whether reading is to begin or to go on; the caller reads then. */
    boolean startsReading(int unreadAtLeast) {
        return startsReading(unreadAtLeast, inbound.size());
    }

    private boolean startsReading(int unreadAtLeast, int unread) {
        wanted = Math.max(ByteStream.READ_AHEAD, unreadAtLeast);
        if (reading || isOver() || unread >= wanted) {
            return false;
        }
        reading = true;
        return true;
    }

    /** From now on nothing is kept. */
    void discard() {
        discarding = true;
        inbound.release();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (discarding || !(message instanceof ByteBuf received)) {
            ReferenceCountUtil.release(message);
            return;
        }
        inbound.add(received);
        awaited |= readers.wakeFirst(null);
    }

    /**
     * What a task has waited for is as good as taken, however much it is: reading goes on, for to
     * stop and begin again are two calls of the system with epoll.
     */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        int unread = awaited ? 0 : inbound.size();
        awaited = false;
        reading = false;
        if (!discarding && startsReading(wanted, unread)) {
            context.read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            writers.wakeAll(null);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            ended = true;
            readers.wakeAll(null);
        } else if (event == SslCloseCompletionEvent.SUCCESS) {
            closeNotified = true;
            ended = true;
            readers.wakeAll(null);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(cause);
        var _ = context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (tls && !closeNotified && !ended) {
            fail(new TruncatedException());
        }
        ended = true;
        readers.wakeAll(null);
        writers.wakeAll(null);
    }

    /** What was written has gone out, or can't. */
    void written(Future<?> write) {
        Throwable cause = write.cause();
        if (cause != null && !discarding) {
            fail(cause);
        }
    }

    private void fail(Throwable cause) {
        if (failure == null && !(cause instanceof ClosedChannelException)) {
            failure = cause;
        }
        readers.wakeAll(null);
        writers.wakeAll(null);
    }

    /** The other side closed a TLS connection without saying so: somebody may have cut it short. */
    static final class TruncatedException extends IOException {
        private static final long serialVersionUID = 1;

        TruncatedException() {
            super("closed by the other side without TLS's close_notify: what came may not be all");
        }

        /** Where it was noticed says nothing, and it is mostly never told. */
        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
