package dev.weft.net;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;

/**
 * Keeps what a stream had received when it was detached, until the handlers that come after it ask
 * for bytes.
 */
final class Leftovers extends ChannelDuplexHandler {
    private final Inbound inbound;
    private final boolean ended;

    Leftovers(Inbound inbound, boolean ended) {
        this.inbound = inbound;
        this.ended = ended;
    }

    @Override
    public void read(ChannelHandlerContext context) {
        context.pipeline().remove(this);
        context.read();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        while (inbound.size() > 0) {
            context.fireChannelRead(inbound.takeSome(Integer.MAX_VALUE));
        }
        context.fireChannelReadComplete();
        if (ended) {
            var _ = context.close();
        }
    }
}
