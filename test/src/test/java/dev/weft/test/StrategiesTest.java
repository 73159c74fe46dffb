package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Simulation;
import dev.weft.Weft;
import dev.weft.sync.Lock;
import dev.weft.sync.Queue;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** Each strategy does what the others do not. */
class StrategiesTest {
    private static int failuresOf(LongFunction<Strategy> strategy, Program<?> program) {
        return Simulation.session(
                () -> {
                    int failed = 0;
                    for (int i = 0; i < 2_000; i++) {
                        Run run =
                                new Run(
                                        strategy.apply(i),
                                        0,
                                        Explorer.MOST_STEPS,
                                        null,
                                        false,
                                        new Seen());
                        failed += run.execute(program) == null ? 0 : 1;
                    }
                    return failed;
                });
    }

    /** A deadlock if the second task comes to its lock before the first has both. */
    private static void takeTwoLocks(Sim sim) {
        Lock a = new Lock();
        Lock b = new Lock();
        Weft.group(
                g -> {
                    g.start(() -> takeBoth(a, b));
                    g.start(
                            () -> {
                                for (int i = 0; i < 3; i++) {
                                    Weft.checkpoint();
                                }
                                takeBoth(b, a);
                            });
                });
    }

    private static void takeBoth(Lock one, Lock other) {
        try (var _ = one.acquire()) {
            Weft.checkpoint();
            other.acquire().close();
        }
    }

    @Test
    void priorities_and_random_walks_find_what_the_order_of_a_loop_does_not() {
        Program<?> deadlock = StrategiesTest::takeTwoLocks;
        assertThat(failuresOf(_ -> new Strategy.Fifo(), deadlock)).isZero();
        assertThat(failuresOf(s -> new Strategy.RandomWalk(s, 0), deadlock)).isPositive();
        assertThat(failuresOf(s -> new Strategy.Pct(s, 3, 30), deadlock)).isPositive();
    }

    @Test
    void the_first_run_is_in_the_order_of_a_loop_and_the_second_in_reverse() {
        List<String> orders = new ArrayList<>();
        Sim.exploring()
                .runs(2)
                .run(
                        sim -> {
                            StringBuilder order = new StringBuilder();
                            Weft.group(
                                    g -> {
                                        for (String name : List.of("a", "b", "c")) {
                                            g.start(() -> order.append(name));
                                        }
                                    });
                            orders.add(order.toString());
                        });
        assertThat(orders).contains("abc", "cba");
    }

    /** Time passes while something is ready only where a step took so long. */
    @Test
    void some_steps_take_long() {
        Program<RuntimeException> program =
                sim ->
                        Weft.group(
                                g -> {
                                    g.start(() -> Weft.sleep(Duration.ofMillis(1)));
                                    for (int i = 0; i < 10; i++) {
                                        Weft.checkpoint();
                                        assertThat(sim.elapsed()).isZero();
                                    }
                                });
        assertThat(failuresOf(s -> new Strategy.RandomWalk(s, 0), program)).isZero();
        assertThat(failuresOf(s -> new Strategy.RandomWalk(s, 0.02), program)).isPositive();
    }

    @Test
    void sweeps_are_done_for_as_many_orders_as_one_wants() {
        assertThat(sweptIn(4)).isEqualTo(4 * sweptIn(1));
    }

    private static long sweptIn(int orders) {
        Explorer explorer = Sim.exploring().runs(4);
        Program<RuntimeException> program = sim -> Weft.group(g -> g.start("v", Weft::checkpoint));
        return explorer.cancelling("v").sweepOrders(orders).run(program).runs()
                - explorer.run(program).runs();
    }

    /** Found only by a cancellation in the fourth step of a wait. */
    @Test
    void a_cancellation_may_come_late_in_a_wait() {
        int[] found = new int[1];
        Sim.exploring()
                .runs(500)
                .cancelling("victim")
                .run(
                        sim -> {
                            int[] stage = new int[1];
                            var queue = new Queue<Integer>(1);
                            Weft.group(
                                    g -> {
                                        g.start(
                                                "victim",
                                                () -> {
                                                    try {
                                                        queue.get();
                                                    } finally {
                                                        found[0] += stage[0] == 3 ? 1 : 0;
                                                    }
                                                });
                                        for (int i = 0; i < 6; i++) {
                                            Weft.checkpoint();
                                            stage[0]++;
                                        }
                                        queue.put(1);
                                        stage[0]++;
                                    });
                        });
        assertThat(found[0]).isPositive();
    }
}
