package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

class HostGatesTest {
    private int under;
    private int most;

    @Test
    void should_let_through_so_many_at_a_time() {
        Weft.run(
                () -> {
                    var gates = new HostGates(3);
                    visit(gates, "a", 20);
                    assertThat(most).isEqualTo(3);
                    assertThat(gates.hosts()).isZero();
                });
    }

    @Test
    void should_not_let_one_host_hold_up_another() {
        Weft.run(
                () -> {
                    var gates = new HostGates(1);
                    try (var _ = gates.enter("a")) {
                        visit(gates, "b", 5);
                        assertThat(gates.hosts()).isEqualTo(1);
                    }
                });
    }

    @Test
    void should_serve_in_the_order_of_arrival() {
        Weft.run(
                () -> {
                    var gates = new HostGates(1);
                    var order = new ArrayList<Integer>();
                    Weft.forEach(
                            List.of(1, 2, 3, 4, 5),
                            5,
                            i -> {
                                try (var _ = gates.enter("a")) {
                                    Weft.checkpoint();
                                    order.add(i);
                                }
                            });
                    assertThat(order).containsExactly(1, 2, 3, 4, 5);
                });
    }

    @Test
    void should_forget_a_task_that_is_cancelled_while_it_waits() {
        Weft.run(
                () -> {
                    var gates = new HostGates(1);
                    try (var _ = gates.enter("a")) {
                        boolean done =
                                Weft.moveOnAfter(Duration.ofMillis(1), () -> visit(gates, "a", 5));
                        assertThat(done).isFalse();
                    }
                    assertThat(gates.hosts()).isZero();
                    visit(gates, "a", 1);
                });
    }

    @Test
    void should_have_no_limit_with_zero() {
        Weft.run(() -> visit(new HostGates(0), "a", 20));
        assertThat(most).isEqualTo(20);
    }

    private void visit(HostGates gates, String host, int times) {
        Weft.group(
                group -> {
                    for (int i = 0; i < times; i++) {
                        group.start(
                                () -> {
                                    try (var _ = gates.enter(host)) {
                                        most = Math.max(most, ++under);
                                        Weft.checkpoint();
                                        Weft.checkpoint();
                                        under--;
                                    }
                                });
                    }
                });
    }
}
