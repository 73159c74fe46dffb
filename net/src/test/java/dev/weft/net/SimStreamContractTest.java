package dev.weft.net;

import static dev.weft.net.TestLoop.serving;
import static dev.weft.net.TestLoop.until;

import dev.weft.Action;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Over a simulated network, as it is and with each of what makes it slow. */
@DisabledIfSystemProperty(named = "weft.test.portable", matches = "true")
@ParameterizedClass
@EnumSource(SimStreamContractTest.Kind.class)
class SimStreamContractTest extends StreamContract {
    enum Kind {
        PERFECT,
        FRAGMENTS,
        FAR_AWAY,
        NARROW,
        LOSSY
    }

    private final Kind kind;

    SimStreamContractTest(Kind kind) {
        this.kind = kind;
    }

    @Override
    <X extends Exception> void connected(Case<X> body) throws Exception {
        run(
                () -> {
                    var network = SimulatedNetwork.current();
                    prepare(network.everywhere());
                    var accepted = new ArrayList<ByteStream>();
                    serving(
                            peer -> {
                                accepted.add(peer);
                                Weft.sleep(Duration.ofDays(1));
                            },
                            port -> {
                                ByteStream left = TcpStream.connect("127.0.0.1", port);
                                until(() -> !accepted.isEmpty());
                                ByteStream right = accepted.getFirst();
                                try {
                                    Weft.group(group -> body.run(group, left, right));
                                } finally {
                                    left.abort();
                                    right.abort();
                                }
                            });
                });
    }

    private void prepare(SimulatedLink all) {
        switch (kind) {
            case PERFECT -> {}
            case FRAGMENTS -> all.fragments();
            case FAR_AWAY -> all.latency(Duration.ofMillis(20), Duration.ofMillis(300));
            case NARROW -> all.bandwidth(100_000);
            case LOSSY -> {
                all.latency(Duration.ZERO, Duration.ofMillis(3));
                all.loss(0.1);
            }
        }
    }

    private <X extends Exception> void run(Action<X> body) throws Exception {
        InOrder.run(1, () -> Weft.timeout(Duration.ofHours(1), body));
    }

    /** Another loop on the same thread: a second one would be no part of the simulation. */
    @Override
    @Test
    void another_loop_is_refused() throws Exception {
        List<ByteStream> streams = new ArrayList<>();
        connected(
                (group, left, right) -> {
                    streams.add(left);
                    streams.add(right);
                });
        InOrder.run(
                1,
                () -> {
                    for (ByteStream stream : streams) {
                        assertIsForeign(() -> stream.read());
                        assertIsForeign(() -> stream.write(new byte[1]));
                        assertIsForeign(stream::close);
                        assertIsForeign(stream::abort);
                    }
                });
    }
}
