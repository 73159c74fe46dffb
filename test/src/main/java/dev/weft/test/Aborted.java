package dev.weft.test;

import java.util.Set;

/** A test that can't be done where it runs has not failed. */
final class Aborted {
    private static final Set<String> SIGNS =
            Set.of(
                    "org.opentest4j.TestAbortedException",
                    "org.junit.internal.AssumptionViolatedException");

    private Aborted() {}

    static boolean is(Throwable thrown) {
        for (Class<?> c = thrown.getClass(); c != Object.class; c = c.getSuperclass()) {
            if (SIGNS.contains(c.getName())) {
                return true;
            }
        }
        return false;
    }

    /** Throws what says so: that an assumption does not hold. */
    static void pass(Throwable thrown) {
        if (is(thrown)) {
            throw Throwing.sneaky(thrown);
        }
    }
}
