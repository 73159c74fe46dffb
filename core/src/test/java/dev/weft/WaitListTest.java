package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

class WaitListTest {

    @Test
    void holdersAreReadWhenSomebodyLooksAndNotBefore() {
        Sim.run(
                () -> {
                    List<Task<?>> holding = new ArrayList<>();
                    int[] read = new int[1];
                    WaitList list =
                            new WaitList(
                                    "Thing.take",
                                    () -> {
                                        read[0]++;
                                        return holding;
                                    });
                    Weft.group(
                            g -> {
                                holding.add(
                                        g.start(
                                                () -> {
                                                    Sim.sleep(5);
                                                    list.wakeAll(null);
                                                }));
                                g.start(list::await);
                                Sim.sleep(1);
                                assertThat(read).containsExactly(0);
                                Collection<? extends Task<?>> holders = list.holders();
                                assertThat(holders.size()).isEqualTo(1);
                                assertThat(holders.contains(holding.getFirst())).isTrue();
                            });
                    assertThat(read).containsExactly(1);
                    assertThat(new WaitList("Other").holders()).isEmpty();
                });
    }
}
