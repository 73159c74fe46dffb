package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

class LineTest {
    @Test
    void is_a_list_whatever_is_taken_out_of_it() {
        SplittableRandom random = new SplittableRandom(3);
        Line line = new Line();
        List<Simulation.Candidate> list = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (list.isEmpty() || random.nextInt(100) < (i < 10_000 ? 55 : 45)) {
                var candidate = new Simulation.Candidate(() -> {}, i, null, null, "thread", false);
                line.add(candidate);
                list.add(candidate);
            } else {
                int index = random.nextInt(list.size());
                assertThat(line.remove(index)).isSameAs(list.remove(index));
            }
            assertThat(line).hasSameSizeAs(list);
        }
        assertThat(line).containsExactlyElementsOf(list);
        line.clear();
        assertThat(line).isEmpty();
    }
}
