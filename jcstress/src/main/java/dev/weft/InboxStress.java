package dev.weft;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** One thread adds and another adds and takes: what is added is taken once. */
public class InboxStress {
    private InboxStress() {}

    private static int count(Inbox.@Nullable Entry oldest) {
        int n = 0;
        for (Inbox.Entry e = oldest; e != null; e = e.next) {
            n++;
        }
        return n;
    }

    /** The inbox as it is. */
    @JCStressTest
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "the other's came before it was emptied")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the other's came after it was emptied")
    @Outcome(expect = FORBIDDEN, desc = "lost, or doubled")
    @State
    public static class Real {
        private final Inbox inbox = new Inbox();

        @Actor
        public void adds() {
            inbox.add(() -> {}, false);
        }

        @Actor
        public void addsAndTakes(II_Result r) {
            inbox.add(() -> {}, false);
            r.r1 = count(inbox.takeAll());
        }

        @Arbiter
        public void rest(II_Result r) {
            r.r2 = count(inbox.takeAll());
        }
    }

    /** Its twin, which writes the top without looking whether it is still the one it has read. */
    @JCStressTest
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "the other's came before it was emptied")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the other's came after it was emptied")
    @Outcome(expect = FORBIDDEN, desc = "lost, or doubled")
    @State
    public static class Broken {
        private volatile Inbox.@Nullable Entry top;

        private void add() {
            Inbox.Entry entry = new Inbox.Entry(() -> {}, false);
            entry.next = top;
            top = entry;
        }

        private Inbox.@Nullable Entry takeAll() {
            Inbox.Entry all = top;
            top = null;
            return all;
        }

        @Actor
        public void adds() {
            add();
        }

        @Actor
        public void addsAndTakes(II_Result r) {
            add();
            r.r1 = count(takeAll());
        }

        @Arbiter
        public void rest(II_Result r) {
            r.r2 = count(takeAll());
        }
    }
}
