package dev.weft;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

import java.util.concurrent.atomic.AtomicInteger;

/** A body is handed to a loop that ends at this moment: its sender hears of it, once. */
public class HandOverStress {
    private HandOverStress() {}

    private static final class Heard implements HandOver {
        final AtomicInteger times = new AtomicInteger();

        @Override
        public void run() {
            times.incrementAndGet();
        }

        @Override
        public void tooLate() {
            times.incrementAndGet();
        }

        /** A virtual thread may bring it. */
        int afterAWhile(int millis) {
            long until = System.nanoTime() + millis * 1_000_000L;
            while (times.get() == 0 && System.nanoTime() - until < 0) {
                Thread.onSpinWait();
            }
            return times.get();
        }
    }

    /** The loop as it is. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "heard")
    @Outcome(expect = FORBIDDEN, desc = "not heard, or twice")
    @State
    public static class Real {

        private final Loop loop = new Loop(Options.with(StillDriver::new));
        private final Heard heard = new Heard();

        @Actor
        public void handsOver() {
            loop.handOver(heard);
        }

        @Actor
        public void ends() {
            loop.died(new IllegalStateException("the end"));
            loop.ended();
        }

        @Arbiter
        public void wasHeard(I_Result r) {
            r.r1 = heard.afterAWhile(2_000);
        }
    }

    /** Its twin, which does not look again after it has handed over. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "heard")
    @Outcome(expect = FORBIDDEN, desc = "not heard, or twice")
    @State
    public static class Broken {
        private final Inbox inbox = new Inbox();
        private final Heard heard = new Heard();
        private volatile boolean closed;

        @Actor
        public void handsOver() {
            if (closed) {
                heard.tooLate();
            } else {
                inbox.add(heard, false);
            }
        }

        @Actor
        public void ends() {
            closed = true;
            for (Inbox.Entry e = inbox.takeAll(); e != null; e = e.next) {
                ((HandOver) e.work).tooLate();
            }
        }

        @Arbiter
        public void wasHeard(I_Result r) {
            r.r1 = heard.times.get();
        }
    }
}
