package dev.weft.net;

import dev.weft.WaitList;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;

/**
 * Where a channel's datagrams and failures become what the tasks of a {@link UdpSocket} wait for.
 * Called by the I/O task, or on the stack of a task that sends.
 */
final class DatagramHandler extends ChannelInboundHandlerAdapter {
    /** In one turn of the loop. */
    private static final int MOST_A_READ = 16;

    final WaitList receivers = new WaitList("UdpSocket.receive");
    private final ArrayDeque<Datagram> unread = new ArrayDeque<>();
    private final int maxDatagram;
    private final int readAhead;
    private boolean reading;
    private boolean discarding;
    private long dropped;
    private @Nullable Throwable failure;

    DatagramHandler(UdpOptions options) {
        this.maxDatagram = options.maxDatagram();
        this.readAhead = options.readAhead();
    }

    /** The oldest one that nobody has; null if there is none. */
    @Nullable Datagram poll() {
        return unread.poll();
    }

    int unread() {
        return unread.size();
    }

    /** How many have come and were not kept. */
    long dropped() {
        return dropped;
    }

    /** Whether there is neither a datagram nor a failure to tell of. */
    boolean hasNothing() {
        return unread.isEmpty() && failure == null;
    }

    /** What the network or the system has told, once; null if nothing. */
    @Nullable Throwable takeFailure() {
        Throwable taken = failure;
        failure = null;
        return taken;
    }

    /** Whether reading is to begin or to go on; the caller reads then. */
    boolean startsReading(Channel channel) {
        int room = readAhead - unread.size();
        if (reading || discarding || room <= 0) {
            return false;
        }
        reading = true;
        if (channel.config().getRecvByteBufAllocator()
                instanceof MaxMessagesRecvByteBufAllocator buffers) {
            buffers.maxMessagesPerRead(Math.min(MOST_A_READ, room));
        }
        return true;
    }

    /** From now on nothing is kept. */
    void discard() {
        discarding = true;
        unread.forEach(Datagram::close);
        unread.clear();
    }

    /** Receives into room for the largest, so each is kept in a buffer of its own size. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (!discarding && message instanceof DatagramPacket packet) {
                received(context, packet);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void received(ChannelHandlerContext context, DatagramPacket packet) {
        ByteBuf content = packet.content();
        int length = content.readableBytes();
        // one more than there should be: epoll takes two at a time, and reads on errors unasked
        if (length > maxDatagram || unread.size() > readAhead) {
            dropped++;
            return;
        }
        Bytes own =
                length == 0
                        ? Bytes.empty()
                        : new Bytes(
                                context.alloc().directBuffer(length, length).writeBytes(content));
        unread.add(new Datagram(own, packet.sender()));
        receivers.wakeFirst(null);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        reading = false;
        if (startsReading(context.channel())) {
            context.read();
        }
    }

    /** Netty leaves the channel open after what is told of a datagram that was sent. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!discarding && failure == null && !(cause instanceof ClosedChannelException)) {
            failure = cause;
        }
        receivers.wakeFirst(null);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        receivers.wakeAll(null);
    }
}
