package dev.weft.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Sends datagrams without content, which Netty's channels over epoll and NIO take for sent. They
 * come when nothing else is about to be sent, so none overtakes another.
 */
final class EmptyDatagrams extends ChannelOutboundHandlerAdapter {
    private final Send sending;

    /** How one is sent without Netty. */
    interface Send {
        /** Should the system have no room, it is lost, as any datagram may be. */
        int to(InetSocketAddress recipient) throws IOException;
    }

    EmptyDatagrams(Send sending) {
        this.sending = sending;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof DatagramPacket packet && !packet.content().isReadable()) {
            packet.release();
            try {
                var _ = sending.to(packet.recipient());
                promise.setSuccess();
            } catch (IOException e) {
                promise.setFailure(e);
            }
        } else {
            var _ = context.write(message, promise);
        }
    }
}
