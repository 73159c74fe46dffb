package dev.weft;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.weft.sync.ChannelClosedException;
import dev.weft.sync.SharedChannel;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import java.util.concurrent.ConcurrentLinkedQueue;

/** A channel is closed while something is sent: what was sent is received before the end. */
public class SharedChannelStress {
    private SharedChannelStress() {}

    /** The channel as it is. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "sent and received")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "refused")
    @Outcome(expect = FORBIDDEN, desc = "lost")
    @State
    public static class Real {
        private final SharedChannel<String> channel = new SharedChannel<>(4);

        @Actor
        public void sends(II_Result r) {
            try {
                channel.send("");
                r.r1 = 1;
            } catch (ChannelClosedException refused) {
                r.r1 = 0;
            }
        }

        @Actor
        public void closesAndReceivesTheRest(II_Result r) {
            channel.close();
            while (channel.receiveOrEnd().isPresent()) {
                r.r2++;
            }
        }
    }

    /** Its twin, whose end is not one step with the last send. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "sent and received")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "refused")
    @Outcome(expect = FORBIDDEN, desc = "lost")
    @State
    public static class Broken {
        private final ConcurrentLinkedQueue<String> queue = new ConcurrentLinkedQueue<>();
        private volatile boolean closed;

        @Actor
        public void sends(II_Result r) {
            if (!closed) {
                queue.add("");
                r.r1 = 1;
            }
        }

        @Actor
        public void closesAndReceivesTheRest(II_Result r) {
            closed = true;
            while (queue.poll() != null) {
                r.r2++;
            }
        }
    }
}
