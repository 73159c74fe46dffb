package dev.weft.net;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * One direction of a simulated connection: bytes that were written, sent, have arrived and were
 * read, each of these a position in the stream.
 *
 * <p>As TCP has it, nothing is lost and nothing overtakes: what the network drops is sent again,
 * later each time, until after a quarter of an hour the sender gives up. Acknowledgements take no
 * time, but have to get through.
 */
final class SimPipe {
    /** What a sender keeps until it has arrived, and a receiver until it is read, at most. */
    static final int BUFFER = 64 * 1024;

    /** The largest piece that travels where the network is not perfect. */
    private static final int SEGMENT = 1460;

    private static final long FIRST_RETRY = 200_000_000L;
    private static final long LONGEST_RETRY = 120_000_000_000L;

    /** Then the sender gives up: after 924 seconds, as Linux does. */
    private static final int RETRIES = 16;

    private enum Kind {
        DATA,
        FIN,
        RESET,
        /** Both sides get a reset. */
        CUT_OFF
    }

    /** On its way. */
    private record Segment(Kind kind, long end, long arrival) {}

    private final SimDriver driver;
    private final SimulatedNetwork network;
    private final SimEndpoint from;
    private final SimEndpoint to;

    /** What arrives, as it may break. */
    private final String data;

    private final String fin;
    private final ByteRing bytes = new ByteRing();
    private final ArrayDeque<Segment> flight = new ArrayDeque<>();
    private long sent;
    private long arrived;
    private long acknowledged;

    /** Up to here the sender may send, as far as it has heard. */
    private long window = BUFFER;

    private boolean finWanted;
    private boolean finSent;
    private boolean finArrived;
    private boolean over;
    private boolean severed;

    private long latestArrival = Long.MIN_VALUE;
    private long lineBusyUntil = Long.MIN_VALUE;
    private int retries;
    private SimEvents.@Nullable Event next;

    private int version = -1;
    private SimConditions conditions = new SimConditions();
    private long resetAt = Long.MAX_VALUE;
    private long swallowAt = Long.MAX_VALUE;

    SimPipe(SimDriver driver, SimulatedNetwork network, SimEndpoint from, SimEndpoint to) {
        this.driver = driver;
        this.network = network;
        this.from = from;
        this.to = to;
        String way = " from " + from.host.name() + " to " + to.host.name();
        this.data = "data" + way;
        this.fin = "end" + way;
    }

    // ---- at the sender's

    int room() {
        return (int) (BUFFER - (bytes.end() - acknowledged));
    }

    /** Takes in as much as there is room for; says how much. */
    int write(ByteBuf source) {
        int length = Math.min(source.readableBytes(), room());
        bytes.put(source, length);
        send();
        return length;
    }

    /** Nothing more will be written. */
    void finish() {
        finWanted = true;
        send();
    }

    /** What was not sent is dropped, and a reset sent. */
    void reset() {
        if (!over) {
            bytes.cut(sent);
            finWanted = false;
            depart(Kind.RESET, 0);
            expectNext();
        }
    }

    /** Nothing travels any more. */
    void end() {
        over = true;
        flight.clear();
        bytes.cut(arrived);
        cancelNext();
    }

    /** Nothing arrives any more, and nobody is told. */
    void sever() {
        severed = true;
    }

    /** Sends what may be sent now; also when the network has changed. */
    void send() {
        if (over) {
            return;
        }
        SimConditions now = conditions();
        if (!acknowledgementsAreLost()) {
            window = bytes.first() + BUFFER;
        }
        while (sent < Math.min(Math.min(bytes.end(), window), resetAt)) {
            long end = Math.min(Math.min(bytes.end(), window), resetAt);
            long most = (sent < swallowAt ? Math.min(end, swallowAt) : end) - sent;
            int length = now.fragments ? piece((int) most) : (int) Math.min(most, whole(now));
            sent += length;
            depart(Kind.DATA, length);
            if (sent == resetAt) {
                depart(Kind.CUT_OFF, 0);
            }
        }
        if (finWanted && !finSent && sent == bytes.end()) {
            finSent = true;
            depart(Kind.FIN, 0);
        }
        expectNext();
    }

    private static int whole(SimConditions now) {
        return now.bandwidth > 0 || now.loss > 0 ? SEGMENT : BUFFER;
    }

    /** Small pieces are as likely as large ones. */
    private int piece(int most) {
        int bound = 1 << driver.random.nextInt(12);
        return 1 + driver.random.nextInt(Math.min(Math.min(bound, SEGMENT), most));
    }

    private void depart(Kind kind, int length) {
        SimConditions now = conditions();
        long time = driver.now();
        if (now.bandwidth > 0) {
            lineBusyUntil = Math.max(time, lineBusyUntil) + length * 1_000_000_000L / now.bandwidth;
            time = lineBusyUntil;
        }
        time += network.latency(now);
        long retry = FIRST_RETRY;
        for (int lost = 0; lost < RETRIES && isLost(now); lost++) {
            time += retry;
            retry = Math.min(retry * 2, LONGEST_RETRY);
        }
        latestArrival = Math.max(time, latestArrival);
        flight.add(new Segment(kind, sent, latestArrival));
    }

    private boolean isLost(SimConditions now) {
        return now.loss > 0 && driver.random.nextDouble() < now.loss;
    }

    // ---- on the way

    private void expectNext() {
        Segment first = flight.peek();
        if (next == null && first != null) {
            next = driver.events.at(Math.max(first.arrival, driver.now()), this::arrive);
            driver.wake();
        }
    }

    private void cancelNext() {
        if (next != null) {
            next.cancel();
            next = null;
        }
    }

    private void arrive() {
        next = null;
        long now = driver.now();
        while (!over && !flight.isEmpty() && flight.getFirst().arrival <= now) {
            Segment segment = flight.getFirst();
            if (to.isGone() && !to.host.isGone() && !conditions().cut) {
                from.fail("Connection reset by peer"); // by a host that is up again
                return;
            }
            if (getsLost(segment)) {
                if (segment.kind == Kind.RESET) { // nobody sends that twice
                    end();
                } else {
                    tryAgain();
                }
                return;
            }
            if (breaks(segment)) {
                cutOff();
                return;
            }
            flight.removeFirst();
            receive(segment);
        }
        if (over) {
            return;
        }
        if (acknowledgementsAreLost()) {
            if (acknowledged < arrived) {
                tryAgain();
                return;
            }
        } else {
            retries = 0;
            acknowledge();
        }
        expectNext();
    }

    private boolean getsLost(Segment segment) {
        SimConditions now = conditions();
        boolean swallowed =
                segment.end > swallowAt || (segment.kind != Kind.DATA && segment.end >= swallowAt);
        return now.cut || severed || swallowed || to.isGone();
    }

    private boolean acknowledgementsAreLost() {
        return from.isGone() || to.out().losesAll();
    }

    private boolean losesAll() {
        return conditions().cut || severed || sent >= swallowAt;
    }

    private void tryAgain() {
        if (++retries > RETRIES) {
            from.fail("Connection timed out");
            return;
        }
        long delay = Math.min(FIRST_RETRY << (retries - 1), LONGEST_RETRY);
        next = driver.events.at(driver.now() + delay, this::arrive);
    }

    private void receive(Segment segment) {
        switch (segment.kind) {
            case DATA -> {
                if (to.isClosed()) {
                    to.refuseData();
                    return;
                }
                arrived = segment.end;
                to.hasReceived();
            }
            case FIN -> {
                finArrived = true;
                to.hasReceived();
                to.mayBeOver();
                from.mayBeOver();
            }
            case RESET -> {
                over = true;
                to.fail("Connection reset by peer");
                from.isOver();
            }
            case CUT_OFF -> cutOff();
        }
    }

    private boolean breaks(Segment segment) {
        return switch (segment.kind) {
            case DATA -> network.breaks(data);
            case FIN -> network.breaks(fin);
            case RESET, CUT_OFF -> false;
        };
    }

    private void cutOff() {
        to.fail("Connection reset by peer");
        from.fail("Connection reset by peer");
    }

    private void acknowledge() {
        if (acknowledged < arrived) {
            acknowledged = arrived;
            from.hasRoom();
        }
        send();
    }

    private SimConditions conditions() {
        if (version != network.version()) {
            version = network.version();
            SimConditions now = network.conditions(from.host, to.host);
            if (now.resetAfter == SimConditions.NEVER) {
                resetAt = Long.MAX_VALUE;
            } else if (resetAt == Long.MAX_VALUE) {
                resetAt = sent + now.resetAfter;
            }
            if (now.swallowAfter == SimConditions.NEVER) {
                swallowAt = Long.MAX_VALUE;
            } else if (swallowAt == Long.MAX_VALUE) {
                swallowAt = sent + now.swallowAfter;
            }
            conditions = now;
        }
        return conditions;
    }

    // ---- at the receiver's

    SimEndpoint from() {
        return from;
    }

    int unread() {
        return (int) (arrived - bytes.first());
    }

    boolean hasEnded() {
        return finArrived;
    }

    void read(ByteBuf target, int length) {
        bytes.take(target, length);
        if (window - sent < SEGMENT || window - arrived < BUFFER / 2) {
            send();
        }
    }
}
