package dev.weft.net;

import io.netty.channel.socket.DuplexChannel;

import java.util.Objects;

/**
 * A connection that has been made, for a stream to be made of it.
 *
 * @param target the other side's name, for messages
 * @param host whom a certificate of the other side must be for; empty if it has no name
 * @param isServer whether it was accepted
 */
record Link(String target, String host, int port, boolean isServer, DuplexChannel channel) {
    static Link accepted(String target, DuplexChannel channel) {
        return new Link(target, "", -1, true, channel);
    }

    StreamHandler handler() {
        return Objects.requireNonNull(StreamHandler.of(channel));
    }
}
