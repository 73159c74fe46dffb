package dev.weft;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

import java.util.concurrent.CancellationException;

/** Something is handed over to a wait that is given up: it happened for both sides, or for none. */
public class HandoffStress {
    private HandoffStress() {}

    /** The hand-off as it is. */
    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "handed over and taken")
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "given up")
    @Outcome(expect = FORBIDDEN, desc = "lost, or taken from nobody")
    @State
    public static class Real {
        private final Handoff handoff = Handoff.of("test");

        @Actor
        public void gives(ZZ_Result r) {
            r.r1 = handoff.give("value");
            handoff.wake();
        }

        @Actor
        public void takes(ZZ_Result r) {
            Thread.currentThread().interrupt();
            try {
                r.r2 = "value".equals(handoff.take());
            } catch (CancellationException givenUp) {
                r.r2 = false;
            } finally {
                Thread.interrupted();
            }
        }
    }

    /** Its twin, which looks and then writes. */
    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "handed over and taken")
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "given up")
    @Outcome(expect = FORBIDDEN, desc = "lost, or taken from nobody")
    @State
    public static class Broken {
        private volatile @Nullable String value;
        private volatile boolean givenUp;

        @Actor
        public void gives(ZZ_Result r) {
            if (!givenUp) {
                value = "value";
                r.r1 = true;
            }
        }

        @Actor
        public void takes(ZZ_Result r) {
            if (value == null) {
                givenUp = true;
            } else {
                r.r2 = true;
            }
        }
    }
}
