package dev.weft.net;

import java.time.Duration;

/**
 * Something that is wrong with a {@link SimulatedNetwork} until it is closed, {@linkplain #lasting
 * its time} is over or the network is {@linkplain SimulatedNetwork#heal healed}.
 * <em>Loop-confined.</em>
 */
public final class SimulatedFault implements AutoCloseable {
    private final SimulatedNetwork network;
    private final Runnable end;
    private boolean over;

    SimulatedFault(SimulatedNetwork network, Runnable end) {
        this.network = network;
        this.end = end;
    }

    /** Has it end by itself so long from now; gives this. */
    public SimulatedFault lasting(Duration time) {
        network.later(time, this::close);
        return this;
    }

    /** Ends it. May be called twice. */
    @Override
    public void close() {
        if (!over) {
            over = true;
            end.run();
            network.ended(this);
        }
    }
}
