package dev.weft.test;

import java.util.List;

/**
 * A program that the kit is measured with.
 *
 * @param cancelled the tasks that its sweeps cancel, by name
 * @param expired the tasks whose timeouts they let expire
 */
record Subject(String name, Program<?> program, List<String> cancelled, List<String> expired) {
    /** With its sweeps. */
    Explorer exploring() {
        Explorer explorer = Sim.exploring();
        if (!cancelled.isEmpty()) {
            explorer = explorer.cancelling(cancelled.toArray(String[]::new));
        }
        if (!expired.isEmpty()) {
            explorer = explorer.expiring(expired.toArray(String[]::new));
        }
        return explorer;
    }

    /** In its sweeps, for the orders that the first seeds give, and in some more. */
    Exploration swept() {
        return exploring().runs(60).sweepOrders(6).run(program);
    }

    @Override
    public String toString() {
        return name;
    }
}
