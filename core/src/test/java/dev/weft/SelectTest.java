package dev.weft;

import static dev.weft.Clause.after;
import static dev.weft.Sim.ms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Queue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

class SelectTest {

    // ---- shapes: these compile, with and without values and checked exceptions

    @Test
    void clausesWithValuesGiveTheSelectsValue() {
        Sim.run(
                () -> {
                    Queue<Integer> numbers = new Queue<>(1);
                    Queue<String> words = new Queue<>(1);
                    numbers.put(3);
                    String got =
                            Weft.select(
                                    numbers.getting().map(n -> "number " + n),
                                    words.getting().map(w -> "word " + w),
                                    after(ms(10)).map(() -> "nothing"));
                    assertThat(got).isEqualTo("number 3");
                    int plain = Weft.select(numbers.getting(), after(ms(1)).map(() -> -1));
                    assertThat(plain).isEqualTo(-1);
                });
    }

    private static void mayFail(Object o) throws IOException {
        throw new IOException(o.toString());
    }

    @Test
    void theHandlersCheckedExceptionIsTheSelects() {
        Sim.run(
                () -> {
                    Queue<Integer> q = new Queue<>(2);
                    q.put(1);
                    try {
                        Weft.select(q.getting().then(n -> mayFail(n)), after(ms(1)).then(() -> {}));
                        throw new AssertionError();
                    } catch (IOException e) {
                        assertThat(e).hasMessage("1");
                    }
                    q.put(2);
                    try {
                        Weft.select(q.getting().then(SelectTest::mayFail));
                        throw new AssertionError();
                    } catch (IOException e) {
                        assertThat(e).hasMessage("2");
                    }
                });
    }

    @Test
    void anyNumberOfClausesAsACollection() {
        Sim.run(
                () -> {
                    List<Queue<Integer>> queues = new ArrayList<>();
                    for (int i = 0; i < 5; i++) {
                        queues.add(new Queue<>(1));
                    }
                    queues.get(3).put(33);
                    assertThat((int) Weft.select(queues.stream().map(Queue::getting).toList()))
                            .isEqualTo(33);
                    queues.get(1).put(1);
                    queues.get(2).put(2);
                    assertThat(
                                    (int)
                                            Weft.selectInOrder(
                                                    queues.stream().map(Queue::getting).toList()))
                            .isEqualTo(1);
                });
    }
}
