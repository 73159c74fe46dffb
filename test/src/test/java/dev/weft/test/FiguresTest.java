package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.test.corpus.Corpus;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

/**
 * The figures of the kit at the scale of a build, where real time decides nothing; {@code test/run}
 * takes them in full. Sweeps, which are figures too, are in {@link CoreSweepTest}.
 */
class FiguresTest {
    private static void areReached(List<Figure> figures) {
        assertThat(figures).isNotEmpty().allMatch(Figure::isReached, "is reached");
    }

    @Test
    void programsDoTheSameAgainHereAndInAnotherJvm() throws Exception {
        areReached(Repeats.figures(Scale.BUILD));
    }

    @Test
    void aDifferenceNamesTheProgramTheSeedAndTheStep() throws Exception {
        assertThat(Repeats.differences(List.of(Canaries.ORDER_OF_A_SET), 3).getFirst())
                .startsWith("order of a set differs from seed ")
                .contains(" in another JVM: step ")
                .contains("Step[actor=");
    }

    @Test
    void eachBugIsFoundFromEachSeedRepeatsAndBecomesSmall() throws Exception {
        areReached(Hunts.figures(Scale.BUILD));
    }

    @Test
    void noTwinAlarmsAndTheCanaryDoes() throws Exception {
        areReached(Twins.figures(Scale.BUILD));
    }

    @Test
    void anAlarmSaysHowToRepeatIt() throws Exception {
        Soak soak = new Soak(Subjects.BROKEN, 1);
        soak.run(2, Subjects.BROKEN.size(), Duration.ofDays(1));
        assertThat(soak.quiet("S11", "no alarm"))
                .asString()
                .contains("| MISSED\n")
                .containsPattern(" broken failed, with master seed \\d+:")
                .contains("to repeat it: @Replay(\"w1:");
    }

    @Test
    void allOrdersOfThreeTasksOfFourStepsAreTried() {
        areReached(Orders.figures(Scale.BUILD));
    }

    @Test
    void speedIsMeasured() {
        areReached(Speed.figures(Scale.BUILD));
    }

    @Test
    void escapesAreCaught() {
        areReached(Escapes.figures(Scale.BUILD));
    }

    @Test
    void aFirstTestIsShort() throws Exception {
        areReached(FirstTestLines.figures());
    }

    @Test
    void oldFailuresFailAsTheyDid() throws Exception {
        areReached(OldFailures.figures());
    }

    @Test
    void anOldFailureThatIsStaleSaysHowToRefreshIt() {
        List<String> stale =
                Corpus.BUGS.stream().map(bug -> bug + "\tw1:0:::\tan error of old").toList();
        assertThat(OldFailures.problems(stale))
                .hasSameSizeAs(stale)
                .allMatch(problem -> problem.contains("test/run --refresh"));
        assertThat(OldFailures.problems(List.of()))
                .hasSameSizeAs(stale)
                .allMatch(problem -> problem.contains(" has none"));
    }
}
