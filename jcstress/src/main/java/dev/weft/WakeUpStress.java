package dev.weft;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The loop is about to sleep while another thread hands work in: whether it sleeps, and is woken.
 */
public class WakeUpStress {
    private WakeUpStress() {}

    /** The loop as it is. */
    @JCStressTest
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "saw the work")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "sleeps, and is woken")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "saw the work; woken needlessly")
    @Outcome(id = "true, false", expect = FORBIDDEN, desc = "sleeps on")
    @State
    public static class Real {
        private final StillDriver driver = new StillDriver();
        private final Loop loop = new Loop(Options.with(() -> driver));

        @Actor
        public void fallsAsleep(ZZ_Result r) {
            r.r1 = loop.gate.mayBlock();
        }

        @Actor
        public void handsIn() {
            loop.post(() -> {});
        }

        @Arbiter
        public void wasWoken(ZZ_Result r) {
            r.r2 = driver.woken;
        }
    }

    /** Its twin, which looks at the inbox first and then says that it sleeps. */
    @JCStressTest
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "saw the work")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "sleeps, and is woken")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "saw the work; woken needlessly")
    @Outcome(id = "true, false", expect = FORBIDDEN, desc = "sleeps on")
    @State
    public static class Broken {
        private final Inbox inbox = new Inbox();
        private volatile boolean sleeping;
        private volatile boolean woken;

        @Actor
        public void fallsAsleep(ZZ_Result r) {
            if (inbox.isEmpty()) {
                sleeping = true;
                r.r1 = true;
            }
        }

        @Actor
        public void handsIn() {
            inbox.add(() -> {}, false);
            if (sleeping) {
                woken = true;
            }
        }

        @Arbiter
        public void wasWoken(ZZ_Result r) {
            r.r2 = woken;
        }
    }
}
