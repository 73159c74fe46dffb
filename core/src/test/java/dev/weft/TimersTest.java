package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** The heap against a sorted list. */
class TimersTest {

    private static final class Named extends Timer {
        final int name;

        Named(int name) {
            this.name = name;
        }

        @Override
        void fire() {}

        @Override
        public String toString() {
            return name + "@" + when;
        }
    }

    private static final Comparator<Named> ORDER =
            Comparator.<Named>comparingLong(t -> t.when).thenComparingLong(t -> t.order);

    @Test
    void anEmptyHeapHasNothingDue() {
        Timers timers = new Timers();
        assertThat(timers.isEmpty()).isTrue();
        assertThat(timers.earliest()).isEqualTo(Long.MAX_VALUE);
        assertThat(timers.pollDue(Long.MAX_VALUE / 2)).isNull();
    }

    @Test
    void timersDueAtTheSameInstantFireInTheOrderInWhichTheyWereSet() {
        Timers timers = new Timers();
        List<Named> set = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Named t = new Named(i);
            set.add(t);
            timers.set(t, 5);
        }
        List<@Nullable Timer> fired = new ArrayList<>();
        while (!timers.isEmpty()) {
            fired.add(timers.pollDue(5));
        }
        assertThat(fired).isEqualTo(set);
    }

    @Test
    void cancellingTwiceOrWhatIsNotSetDoesNothing() {
        Timers timers = new Timers();
        Named t = new Named(1);
        timers.cancel(t);
        timers.set(t, 1);
        assertThat(t.isSet()).isTrue();
        timers.cancel(t);
        timers.cancel(t);
        assertThat(t.isSet()).isFalse();
        assertThat(timers.size()).isZero();
    }

    @Test
    void settingAgainMovesATimerAndMakesItTheLastOfItsInstant() {
        Timers timers = new Timers();
        Named a = new Named(1);
        Named b = new Named(2);
        timers.set(a, 5);
        timers.set(b, 5);
        timers.set(a, 5);
        assertThat(timers.size()).isEqualTo(2);
        assertThat(timers.pollDue(5)).isSameAs(b);
        assertThat(timers.pollDue(4)).isNull();
        assertThat(timers.pollDue(5)).isSameAs(a);
    }

    @Test
    void behavesLikeASortedListWhateverIsDone() {
        for (int seed = 0; seed < 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            // times on both sides of zero, sometimes few different ones
            int spread = 1 << (1 + random.nextInt(10));
            Timers timers = new Timers();
            List<Named> model = new ArrayList<>();
            List<Named> known = new ArrayList<>();
            for (int step = 0; step < 1000; step++) {
                int what = random.nextInt(10);
                if (what < 5 || known.isEmpty()) {
                    Named t =
                            random.nextInt(4) == 0 && !known.isEmpty()
                                    ? known.get(random.nextInt(known.size()))
                                    : new Named(step);
                    if (!known.contains(t)) {
                        known.add(t);
                    }
                    model.remove(t);
                    timers.set(t, random.nextInt(spread) - spread / 2);
                    model.add(t);
                } else if (what < 8) {
                    Named t = known.get(random.nextInt(known.size()));
                    timers.cancel(t);
                    model.remove(t);
                } else {
                    long now = random.nextInt(spread) - spread / 2L;
                    model.sort(ORDER);
                    Named expected =
                            model.isEmpty() || model.getFirst().when > now
                                    ? null
                                    : model.removeFirst();
                    assertThat(timers.pollDue(now)).as("seed " + seed).isSameAs(expected);
                }
                assertThat(timers.size()).isEqualTo(model.size());
                assertThat(timers.earliest())
                        .isEqualTo(
                                model.stream().min(ORDER).map(t -> t.when).orElse(Long.MAX_VALUE));
                for (Named t : known) {
                    assertThat(t.isSet()).isEqualTo(model.contains(t));
                }
            }
        }
    }

    @Test
    void aSleepForEverOfTheJdksDoesNotHideTimersThatAreOverdue() {
        boolean[] woken = new boolean[1];
        VirtualTime time = new VirtualTime(1, true);
        Sim.run(
                time,
                () -> {
                    Weft.background(
                            () -> {
                                Sim.sleep(10);
                                woken[0] = true;
                            });
                    Weft.background(
                            () -> {
                                Weft.checkpoint();
                                time.advance(Sim.ms(20)); // the first is overdue now
                                Thread.sleep(Long.MAX_VALUE);
                            });
                    Sim.sleep(100);
                    assertThat(woken[0]).isTrue();
                    return null;
                });
    }
}
