package dev.weft.net;

import java.net.InetSocketAddress;
import java.nio.charset.Charset;

/**
 * What a {@link UdpSocket} has received: whole, as it was sent. Whoever has it closes it, or hands
 * its content on, to {@link UdpSocket#send(Bytes, InetSocketAddress)} for one.
 *
 * <p>Used by one task at a time; may be handed to another loop.
 *
 * @param content its bytes, which may be none
 * @param sender who says to have sent it
 */
public record Datagram(Bytes content, InetSocketAddress sender) implements AutoCloseable {
    /** A copy of its content as text. */
    public String toString(Charset charset) {
        return content.toString(charset);
    }

    /** Gives the memory of its content back. */
    @Override
    public void close() {
        content.close();
    }
}
