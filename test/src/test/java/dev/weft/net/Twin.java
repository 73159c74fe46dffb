package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.Weft;
import dev.weft.test.Sim;
import dev.weft.test.SimFailure;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A program that meets a fault with its defence, or, if it is told so, without. */
@FunctionalInterface
interface Twin {
    int RUNS = 60;

    void run(Sim sim, boolean defended) throws Exception;

    /** With its defence it holds in every run; without, the kit finds what goes wrong. */
    static void assertDefends(String whatGoesWrong, Twin twin) {
        var _ = Sim.exploring().runs(RUNS).run(sim -> twin.run(sim, true));
        assertThatExceptionOfType(SimFailure.class)
                .isThrownBy(() -> Sim.exploring().runs(RUNS).run(sim -> twin.run(sim, false)))
                .withMessageContaining(whatGoesWrong);
    }

    /**
     * Waits until this holds. Looks often: in some runs a step takes as long as the next timer is
     * away.
     */
    static void assertWithin(Duration limit, String what, BooleanSupplier holds) {
        for (int i = 0; i < 100 && !holds.getAsBoolean(); i++) {
            Weft.sleep(limit.dividedBy(100));
        }
        assertThat(holds.getAsBoolean()).as(what).isTrue();
    }
}
