package dev.weft;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZZ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

import java.util.concurrent.CompletableFuture;

/** A promise is completed while others complete it or ask for it. */
public class PromiseStress {
    private PromiseStress() {}

    /** Whoever asks is told, and sees what the completing thread did before. */
    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "told, and sees it")
    @Outcome(expect = FORBIDDEN, desc = "not told, or too early")
    @State
    public static class Told {
        private final Promise<String> promise = new Promise<>();
        private int before;
        private @Nullable CompletableFuture<String> future;

        @Actor
        public void completes() {
            before = 1;
            promise.complete("");
        }

        @Actor
        public void asks() {
            future = promise.toFuture();
        }

        @Arbiter
        public void wasTold(ZZ_Result r) {
            CompletableFuture<String> f = future;
            r.r1 = f != null && f.isDone();
            r.r2 = before == 1;
        }
    }

    /** Of two that complete it one wins, and its value counts. */
    @JCStressTest
    @Outcome(id = "1, true, false", expect = ACCEPTABLE, desc = "the first won")
    @Outcome(id = "2, false, true", expect = ACCEPTABLE, desc = "the second won")
    @Outcome(expect = FORBIDDEN, desc = "both, or none")
    @State
    public static class Once {
        private final Promise<Integer> promise = new Promise<>();

        @Actor
        public void first(IZZ_Result r) {
            r.r2 = promise.tryComplete(1);
        }

        @Actor
        public void second(IZZ_Result r) {
            r.r3 = promise.tryComplete(2);
        }

        @Arbiter
        public void value(IZZ_Result r) {
            r.r1 = promise.toFuture().getNow(0);
        }
    }

    /** The twin: looks whether it was completed, and then writes. */
    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "told, and sees it")
    @Outcome(expect = FORBIDDEN, desc = "not told, or too early")
    @State
    public static class BrokenTold {
        private volatile boolean done;
        private volatile @Nullable CompletableFuture<String> asked;
        private int before;

        @Actor
        public void completes() {
            before = 1;
            CompletableFuture<String> a = asked;
            done = true;
            if (a != null) {
                a.complete("");
            }
        }

        @Actor
        public void asks() {
            CompletableFuture<String> mine = new CompletableFuture<>();
            if (done) {
                mine.complete("");
            }
            asked = mine;
        }

        @Arbiter
        public void wasTold(ZZ_Result r) {
            CompletableFuture<String> a = asked;
            r.r1 = a != null && a.isDone();
            r.r2 = before == 1;
        }
    }

    /** The twin of the other: looks whether it was completed, and then writes. */
    @JCStressTest
    @Outcome(id = "1, true, false", expect = ACCEPTABLE, desc = "the first won")
    @Outcome(id = "2, false, true", expect = ACCEPTABLE, desc = "the second won")
    @Outcome(expect = FORBIDDEN, desc = "both, or none")
    @State
    public static class BrokenOnce {
        private volatile int value;

        private boolean tryComplete(int v) {
            if (value != 0) {
                return false;
            }
            value = v;
            return true;
        }

        @Actor
        public void first(IZZ_Result r) {
            r.r2 = tryComplete(1);
        }

        @Actor
        public void second(IZZ_Result r) {
            r.r3 = tryComplete(2);
        }

        @Arbiter
        public void value(IZZ_Result r) {
            r.r1 = value;
        }
    }
}
