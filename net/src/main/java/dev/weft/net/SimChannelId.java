package dev.weft.net;

import io.netty.channel.ChannelId;

/** A channel's number in its simulation: the same in each repetition. */
record SimChannelId(long number) implements ChannelId {
    private static final long serialVersionUID = 1;

    @Override
    public String asShortText() {
        return "sim-" + number;
    }

    @Override
    public String asLongText() {
        return asShortText();
    }

    @Override
    public int compareTo(ChannelId other) {
        return other instanceof SimChannelId(long theirs)
                ? Long.compare(number, theirs)
                : asLongText().compareTo(other.asLongText());
    }
}
