package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** When a step is to blame for a loop that stands still. Times in milliseconds. */
class StepWatchTest {
    private static final long MS = 1_000_000;

    private final StepWatch watch = new StepWatch(100 * MS, 25 * MS);
    private final List<Long> reports = new ArrayList<>();
    private long now;
    private long cpu;

    /** So many looks at a running step, in which wall clock and carrier move by so much. */
    private void looks(int n, long step, long wall, long used, boolean waits) {
        for (int i = 0; i < n; i++) {
            now += wall * MS;
            cpu += used * MS;
            if (watch.isSuspicious(step, now, () -> cpu) && watch.isToBlame(waits, () -> cpu)) {
                reports.add(watch.lasted() / MS);
            }
        }
    }

    @Test
    void aStepThatComputesIsReportedOnceItHasLastedTooLong() {
        looks(5, 1, 25, 25, false);
        assertThat(reports).containsExactly(100L);
    }

    @Test
    void stepsThatTakeTurnsAreNot() {
        for (int step = 1; step < 20; step += 2) {
            looks(4, step, 25, 25, false);
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void anIdleLoopIsNot() {
        looks(100, 2, 25, 0, false);
        assertThat(reports).isEmpty();
    }

    @Test
    void aStepIsReportedAgainAtGrowingIntervals() {
        looks(70, 1, 25, 25, false);
        assertThat(reports).containsExactly(100L, 400L, 1600L);
    }

    @Test
    void theNextLongStepIsReportedFromTheLimitOnAgain() {
        looks(6, 1, 25, 25, false);
        looks(6, 3, 25, 25, false);
        assertThat(reports).containsExactly(100L, 100L);
    }

    @Test
    void aCollectionOrASuspendedMachineIsNotTheStepsFault() {
        looks(1, 1, 25, 25, false);
        looks(1, 1, 5_000, 0, false); // the watchdog came late as well
        looks(1, 3, 25, 25, false);
        assertThat(reports).isEmpty();
    }

    @Test
    void aCarrierThatGetsNoCpuIsNotTheStepsFault() {
        looks(40, 1, 25, 1, false);
        assertThat(reports).isEmpty();
    }

    @Test
    void aStepThatComputesOnAStarvedCarrierIsReportedWhenItHasComputedTooLong() {
        looks(40, 1, 25, 1, false);
        looks(6, 1, 25, 25, false);
        assertThat(reports).hasSize(1);
    }

    @Test
    void aStepThatBlocksNeedsNoCpuToBeReported() {
        looks(5, 1, 25, 0, true);
        assertThat(reports).containsExactly(100L);
    }

    @Test
    void aJvmThatDoesNotTellCpuTimesIsTakenByItsWallClock() {
        for (int i = 0; i < 5; i++) {
            now += 25 * MS;
            if (watch.isSuspicious(1, now, () -> -1) && watch.isToBlame(false, () -> -1)) {
                reports.add(watch.lasted() / MS);
            }
        }
        assertThat(reports).containsExactly(100L);
    }
}
