package dev.weft.net;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;

/** What a simulated host's kernel keeps of one of its connections; it outlives the channel. */
final class SimEndpoint {
    final SimulatedHost host;
    final InetSocketAddress local;
    final InetSocketAddress remote;
    private @Nullable SimSocketChannel channel;
    private @Nullable SimPipe out;
    private @Nullable SimPipe in;
    private @Nullable IOException error;
    private boolean closed;
    private boolean gone;
    private boolean over;

    /** Whether its port is its own, and not that of a listener. */
    final boolean connects;

    SimEndpoint(
            SimulatedHost host,
            InetSocketAddress local,
            InetSocketAddress remote,
            boolean connects) {
        this.host = host;
        this.local = local;
        this.remote = remote;
        this.connects = connects;
    }

    /** The other end of a connection of this one's, at a listener of {@code target}. */
    SimEndpoint peerAt(SimulatedHost target) {
        return new SimEndpoint(target, /* local= */ remote, /* remote= */ local, false);
    }

    /** The two directions between two ends. */
    static void connect(SimDriver driver, SimulatedNetwork network, SimEndpoint a, SimEndpoint b) {
        SimPipe there = new SimPipe(driver, network, a, b);
        SimPipe back = new SimPipe(driver, network, b, a);
        a.out = there;
        a.in = back;
        b.out = back;
        b.in = there;
        a.host.add(a);
        b.host.add(b);
    }

    void is(SimSocketChannel ofChannel) {
        channel = ofChannel;
    }

    SimPipe out() {
        return Objects.requireNonNull(out);
    }

    private SimPipe in() {
        return Objects.requireNonNull(in);
    }

    // ---- for the channel

    boolean hasSomethingToRead() {
        return in().unread() > 0 || in().hasEnded() || error != null || over;
    }

    /** How much could be read at once; -1: the other side has ended it. */
    int readable() throws IOException {
        int unread = in().unread();
        if (unread > 0) {
            return unread;
        }
        throwError();
        return in().hasEnded() || over ? -1 : 0;
    }

    void read(ByteBuf target, int length) {
        in().read(target, length);
    }

    /** Writes what there is room for; says how much. */
    int write(ByteBuf source) throws IOException {
        throwError();
        if (over) {
            throw new IOException("Broken pipe");
        }
        return out().write(source);
    }

    /** It is told once. */
    private void throwError() throws IOException {
        IOException e = error;
        if (e != null) {
            error = null;
            throw e;
        }
    }

    void shutdownOutput() {
        if (!over) {
            out().finish();
        }
    }

    /** The program closes it; {@code reset}: with what it had to send, by a reset. */
    void close(boolean reset) {
        channel = null;
        if (closed || out == null) {
            closed = true;
            return;
        }
        closed = true;
        if (over) {
            return;
        }
        if (reset || in().unread() > 0) {
            reset();
        } else {
            out().finish();
            mayBeOver();
        }
    }

    private void reset() {
        out().reset();
        in().end();
        isOver();
    }

    // ---- for the network

    boolean isClosed() {
        return closed;
    }

    /** Its host has gone without a word: nothing gets there or comes from there. */
    boolean isGone() {
        return gone;
    }

    /** Its process has died: the other side gets a reset. */
    void kill() {
        if (!over) {
            reset();
            tell("Software caused connection abort");
        }
    }

    /** Its host has gone without a word. */
    void vanish() {
        if (!over) {
            gone = true;
            out().end();
            isOver();
            tell("Network is down");
        }
    }

    /** From now on nothing gets through in either direction, and nobody is told. */
    void sever() {
        out().sever();
        in().sever();
    }

    SimulatedHost otherHost() {
        return in().from().host;
    }

    /** Data came to a socket that nobody has any more. */
    void refuseData() {
        reset();
    }

    void hasReceived() {
        if (channel != null) {
            channel.becameReadable();
        }
    }

    void hasRoom() {
        if (channel != null) {
            channel.becameWritable();
        }
    }

    /** The network tells that it is broken: what has come before is read first. */
    void fail(String why) {
        if (over) {
            return;
        }
        out().end();
        in().end();
        isOver();
        tell(why);
    }

    private void tell(String why) {
        error = new IOException(why);
        if (channel != null) {
            channel.becameReadable();
            channel.becameWritable();
        }
    }

    void mayBeOver() {
        if (closed && in().hasEnded() && out().hasEnded()) {
            isOver();
        }
    }

    void isOver() {
        if (!over) {
            over = true;
            host.remove(this);
        }
    }

    @Override
    public String toString() {
        return local + " to " + remote;
    }
}
