package dev.weft.net;

import io.netty.channel.socket.SocketChannelConfig;

/**
 * What the operating system is told of a TCP connection. Immutable; a method with a value gives a
 * changed copy. <em>Any thread.</em>
 *
 * @param noDelay sends small writes at once ({@code TCP_NODELAY}); on by default
 * @param keepAlive asks a silent other side from time to time whether it is still there ({@code
 *     SO_KEEPALIVE}), by default of Linux after two hours; off by default. Sees a peer that has
 *     gone without a word, which a reader else waits for without end.
 * @param sendBuffer bytes that the system keeps to be sent ({@code SO_SNDBUF}); 0, the default: as
 *     it thinks right
 * @param receiveBuffer bytes that the system keeps to be read ({@code SO_RCVBUF}); 0, the default:
 *     as it thinks right
 */
public record TcpOptions(boolean noDelay, boolean keepAlive, int sendBuffer, int receiveBuffer) {
    /** All defaults. */
    public static final TcpOptions DEFAULT = new TcpOptions(true, false, 0, 0);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if a size is negative
     */
    public TcpOptions {
        if (sendBuffer < 0 || receiveBuffer < 0) {
            throw new IllegalArgumentException(
                    "a buffer of "
                            + Math.min(sendBuffer, receiveBuffer)
                            + " bytes; 0 leaves it to the system");
        }
    }

    /** Whether small writes go at once. */
    public TcpOptions noDelay(boolean atOnce) {
        return new TcpOptions(atOnce, keepAlive, sendBuffer, receiveBuffer);
    }

    /** Whether a silent other side is asked. */
    public TcpOptions keepAlive(boolean asks) {
        return new TcpOptions(noDelay, asks, sendBuffer, receiveBuffer);
    }

    /** With another buffer for what is to be sent, in bytes. */
    public TcpOptions sendBuffer(int bytes) {
        return new TcpOptions(noDelay, keepAlive, bytes, receiveBuffer);
    }

    /** With another buffer for what is to be read, in bytes. */
    public TcpOptions receiveBuffer(int bytes) {
        return new TcpOptions(noDelay, keepAlive, sendBuffer, bytes);
    }

    void applyTo(SocketChannelConfig config) {
        config.setTcpNoDelay(noDelay);
        if (keepAlive) {
            config.setKeepAlive(true);
        }
        if (sendBuffer > 0) {
            config.setSendBufferSize(sendBuffer);
        }
        if (receiveBuffer > 0) {
            config.setReceiveBufferSize(receiveBuffer);
        }
    }
}
