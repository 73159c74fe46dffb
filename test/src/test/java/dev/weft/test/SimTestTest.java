package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Loop;
import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.net.ConnectFailedException;
import dev.weft.net.TcpServer;
import dev.weft.net.TcpStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** What a {@link SimTest} is to JUnit, and what JUnit's things are in it. */
class SimTestTest {
    /** What the fixtures say. */
    private static final List<String> said = new ArrayList<>();

    @BeforeEach
    void nothing_is_said() {
        said.clear();
    }

    // ---- one test, many runs

    static class Plain {
        @SimTest(runs = 30)
        @DisplayName("it runs")
        void runs(Sim sim) {
            Weft.sleep(Duration.ofDays(1));
            said.add(Task.current().path() + " after " + sim.elapsed());
        }

        @SimTest
        @Disabled("not now")
        void disabled() {}
    }

    @Test
    void is_one_test_and_runs_as_often_as_wanted_in_virtual_time() {
        Jupiter done = Jupiter.run(Plain.class);
        assertThat(done.ends()).containsExactly("it runs SUCCESSFUL");
        assertThat(said).hasSize(30 + 1).containsOnly("main after PT24H"); // one was checked
    }

    @Test
    void scales_all_numbers_of_runs() {
        Jupiter done = Jupiter.run(Plain.class, Map.of("weft.sim.scale", "3"));
        assertThat(said).hasSize(90 + 4);
        assertThat(done.published("weft.sim")).hasSize(1);
    }

    static class Drawing {
        @SimTest(runs = 5)
        void draws(Sim sim) {
            said.add("" + sim.random().nextInt());
        }

        @SimTest(runs = 5, seed = 7)
        void drawsOfSeven(Sim sim) {
            said.add("seven " + sim.random().nextInt());
        }
    }

    @Test
    void has_the_same_seeds_each_time_unless_told() {
        List<String> published = Jupiter.run(Drawing.class).published("weft.sim");
        List<String> first = List.copyOf(said);
        said.clear();
        assertThat(Jupiter.run(Drawing.class).published("weft.sim")).isEqualTo(published);
        assertThat(said).isEqualTo(first);
        assertThat(published).contains("5 runs of seed 7");
        said.clear();
        published = Jupiter.run(Drawing.class, Map.of("weft.sim.seed", "8")).published("weft.sim");
        assertThat(said).doesNotContainAnyElementsOf(first);
        assertThat(published).containsOnly("5 runs of seed 8");
        assertThat(Jupiter.run(Drawing.class, Map.of("weft.sim.seed", "8x")).ends())
                .containsExactly("draws(Sim) FAILED", "drawsOfSeven(Sim) FAILED");
    }

    // ---- failures

    static class Failing {
        @SimTest
        void losesAnUpdate() {
            int[] total = new int[1];
            Weft.group(
                    g -> {
                        for (int i = 0; i < 2; i++) {
                            g.start(
                                    "adder-" + i,
                                    () -> {
                                        int before = total[0];
                                        Weft.sleep(Duration.ofMillis(1));
                                        total[0] = before + 1;
                                    });
                        }
                    });
            assertThat(total[0]).isEqualTo(2);
        }
    }

    @Test
    void throws_what_failed_with_the_line_that_repeats_it() {
        Jupiter done = Jupiter.run(Failing.class);
        assertThat(done.ends()).containsExactly("losesAnUpdate() FAILED");
        assertThat(done.thrown())
                .isInstanceOf(SimFailure.class)
                .hasMessageContaining("expected: 2")
                .hasMessageContaining("to repeat it: @Replay(\"w1:")
                .hasMessageContaining("| adder-1");
    }

    static class Checked {
        @SimTest
        void throwsIt() throws IOException {
            throw new IOException("no disk");
        }
    }

    @Test
    void throws_a_checked_exception_as_the_cause() {
        assertThat(Jupiter.run(Checked.class).thrown())
                .isInstanceOf(SimFailure.class)
                .cause()
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("no disk");
    }

    static class Assuming {
        @SimTest
        void assumesMuch(Sim sim) {
            said.add("run");
            assumeTrue(said.size() < 4, "only three runs");
        }
    }

    @Test
    void is_aborted_by_an_assumption_and_does_not_fail() {
        Jupiter done = Jupiter.run(Assuming.class);
        assertThat(done.ends()).containsExactly("assumesMuch(Sim) ABORTED");
        assertThat(done.thrown())
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("only three runs");
        assertThat(said).hasSize(4);
    }

    static class Endless {
        @SimTest(mostSteps = Long.MAX_VALUE / 2)
        @Timeout(1)
        void goesRound() {
            while (true) {
                Weft.checkpoint();
            }
        }
    }

    @Test
    void ends_when_it_has_taken_too_long_for_junit() {
        Throwable thrown = Jupiter.run(Endless.class).thrown();
        assertThat(thrown).isInstanceOf(TimeoutException.class);
        assertThat(thrown.getSuppressed())
                .anySatisfy(
                        e ->
                                assertThat(e)
                                        .hasMessageContaining("interrupted in run")
                                        .hasMessageContaining("goesRound"));
    }

    static class EndlessExploration {
        @SimTest(runs = Integer.MAX_VALUE)
        @Timeout(value = 300, unit = java.util.concurrent.TimeUnit.MILLISECONDS)
        void goesOn() {
            Weft.checkpoint();
        }
    }

    @Test
    void ends_when_its_runs_are_too_many_for_junit() {
        assertThat(Jupiter.run(EndlessExploration.class).thrown())
                .isInstanceOf(TimeoutException.class);
    }

    // ---- the round of a test

    abstract static class Base {
        final List<String> mine = new ArrayList<>();

        @BeforeEach
        void baseBegins() {
            Weft.sleep(Duration.ofSeconds(1));
            mine.add("base begins");
        }

        @AfterEach
        void baseEnds() {
            Weft.sleep(Duration.ofSeconds(1));
            mine.add("base ends");
            said.add(mine + " at " + Loop.current().clock().instant());
        }
    }

    static class Rounds extends Base {
        @BeforeAll
        static void once() {
            said.add("once");
        }

        @BeforeEach
        void begins(Sim sim) {
            mine.add("begins at " + sim.elapsed());
        }

        @SimTest(runs = 2)
        void test(Sim sim) {
            mine.add("test " + (mine.size() == 2));
        }

        @AfterEach
        void ends(TestInfo info, Sim sim) {
            mine.add(info.getDisplayName() + " ends at " + sim.elapsed());
        }
    }

    @Test
    void has_each_run_begin_and_end_as_junit_has_a_test() {
        assertThat(Jupiter.run(Rounds.class).ends()).containsExactly("test(Sim) SUCCESSFUL");
        String round =
                "[base begins, begins at PT1S, test true, test(Sim) ends at PT1S, base ends]"
                        + " at 2030-01-01T00:00:02Z";
        assertThat(said).containsExactly("once", round, round);
    }

    static class Unprepared {
        @BeforeEach
        void prepare() {
            throw new IllegalStateException("not prepared");
        }

        @SimTest
        void isNotReached() {
            said.add("reached");
        }

        @AfterEach
        void tidy() {
            said.add("tidied");
            throw new IllegalStateException("not tidied");
        }
    }

    @Test
    void tidies_up_what_could_not_be_prepared() {
        Throwable cause = Objects.requireNonNull(Jupiter.run(Unprepared.class).thrown().getCause());
        assertThat(cause).hasMessage("not prepared");
        assertThat(cause.getSuppressed()).singleElement().asString().contains("not tidied");
        assertThat(said).isNotEmpty().containsOnly("tidied");
    }

    static class Outer {
        int begun;

        @BeforeEach
        void outerBegins() {
            begun++;
        }

        @AfterEach
        void outerEnds() {
            said.add("outer ends");
        }

        @Nested
        class Inner {
            int mine;

            @BeforeEach
            void innerBegins() {
                mine = ++begun;
            }

            @SimTest(runs = 2)
            void test() {
                said.add("test " + begun + mine);
            }

            @AfterEach
            void innerEnds() {
                said.add("inner ends");
            }
        }
    }

    static class Heir extends Outer {}

    @Test
    void has_outer_instances_of_each_runs_own() {
        assertThat(Jupiter.run(Outer.class).ends()).containsExactly("test() SUCCESSFUL");
        assertThat(said)
                .containsExactly(
                        "test 22",
                        "inner ends",
                        "outer ends",
                        "test 22",
                        "inner ends",
                        "outer ends");
        said.clear();
        assertThat(Jupiter.run(Heir.class).ends()).containsExactly("test() SUCCESSFUL");
        assertThat(said).hasSize(6).contains("test 22");
    }

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class Shared {
        private final Set<Object> seen = new HashSet<>();
        private int prepared;

        @BeforeAll
        void once() {
            prepared = 1;
        }

        @SimTest
        void one() {
            assertThat(prepared).isEqualTo(1);
            seen.add(this);
        }

        @SimTest
        void two() {
            seen.add(this);
            assertThat(seen).hasSize(1);
        }

        @Nested
        class Within {
            @SimTest
            void isWithinTheSameEachTime() {
                seen.add(Shared.this);
                assertThat(seen).hasSize(1);
            }
        }
    }

    @Test
    void has_one_instance_for_all_where_the_class_says_so() {
        assertThat(Jupiter.run(Shared.class).ends())
                .containsExactly(
                        "isWithinTheSameEachTime() SUCCESSFUL",
                        "one() SUCCESSFUL",
                        "two() SUCCESSFUL");
    }

    static class Given {
        @TempDir private @Nullable Path field;
        private final String name;

        Given(TestInfo info) {
            name = info.getTestMethod().orElseThrow().getName();
        }

        @SimTest(runs = 3)
        @Tag("given")
        void isGiven(TestInfo info, Sim sim, @TempDir Path folder) throws IOException {
            assertThat(info.getTags()).containsExactly("given");
            assertThat(folder).isDirectory();
            assertThat(Objects.requireNonNull(field)).isDirectory();
            assertThat(sim.elapsed()).isZero();
            assertThat(name).isEqualTo("isGiven");
            Files.writeString(folder.resolve("file"), "text");
        }
    }

    @Test
    void is_given_what_junit_has_for_parameters_and_fields() {
        assertThat(Jupiter.run(Given.class).ends())
                .containsExactly("isGiven(TestInfo, Sim, Path) SUCCESSFUL");
    }

    static class Making {
        Making(Sim sim) {
            said.add("made at " + sim.elapsed());
        }

        @SimTest
        void test() {}
    }

    @Test
    void says_that_a_constructor_has_no_simulation() {
        assertThat(Jupiter.run(Making.class).thrown()).hasMessageContaining("not of a constructor");
        assertThat(said).isEmpty();
    }

    // ---- beside it

    static class Unfit {
        @SimTest(runs = 1)
        @Replay("w1:0:1::")
        @Replay("w1:0:0000001::")
        @Replay("w1:0:::cancel/pending/0/0/nobody")
        void runs() {
            twoTasks();
        }
    }

    private static void twoTasks() {
        List<String> order = new ArrayList<>();
        Weft.group(
                g -> {
                    g.start("a", () -> order.add("a"));
                    g.start("b", () -> order.add("b"));
                });
        said.add(String.join("", order));
    }

    static class PinnedOnly {
        @SimTest
        @Replay(value = "w1:5:1::", only = true)
        @Replay("w1:5:::")
        void only() {
            twoTasks();
        }
    }

    static class PinnedFirst {
        @SimTest(runs = 2)
        @Replay("w1:5:1::")
        @Replay("w1:5:::")
        void first() {
            twoTasks();
        }
    }

    @Test
    void runs_replays_first_and_nothing_else_if_so_told() {
        assertThat(Jupiter.run(PinnedOnly.class).ends()).containsExactly("only() SUCCESSFUL");
        assertThat(said).containsExactly("ba", "ab");
        said.clear();
        assertThat(Jupiter.run(PinnedFirst.class).ends()).containsExactly("first() SUCCESSFUL");
        assertThat(said).containsExactly("ba", "ab", "ab", "ba");
    }

    @Test
    void publishes_that_a_replay_does_not_fit_any_more() {
        Jupiter done = Jupiter.run(Unfit.class);
        assertThat(done.ends()).containsExactly("runs() SUCCESSFUL");
        assertThat(done.published("weft.replay"))
                .hasSize(2)
                .allSatisfy(text -> assertThat(text).contains("has changed"));
    }

    static class Nonsense {
        @SimTest
        @Replay("w0:1::")
        void runs() {
            said.add("run");
        }
    }

    @Test
    void refuses_what_is_no_replay() {
        assertThat(Jupiter.run(Nonsense.class).thrown())
                .hasMessageContaining("@Replay of " + Nonsense.class.getName() + ".runs")
                .hasMessageContaining("'w0:1::' is no replay");
        assertThat(said).isEmpty();
    }

    static class Alone {
        @Test
        @Exhaustive
        void runs() {}
    }

    @Test
    void refuses_what_belongs_beside_it_and_is_alone() {
        assertThat(Jupiter.run(Alone.class).thrown()).hasMessageContaining("stand beside @SimTest");
    }

    static class All {
        @SimTest
        @Exhaustive
        void complete() {
            Weft.group(
                    g -> {
                        for (int i = 0; i < 2; i++) {
                            g.start(Weft::checkpoint);
                        }
                    });
        }
    }

    static class Some {
        @SimTest
        @Exhaustive(maxRuns = 5)
        void bounded() {
            Weft.group(
                    g -> {
                        for (int i = 0; i < 4; i++) {
                            g.start(Weft::checkpoint);
                        }
                    });
        }
    }

    @Test
    void publishes_whether_all_orders_were_tried() {
        assertThat(Jupiter.run(All.class).published("weft.sim"))
                .containsExactly("complete: 6 orders");
        assertThat(Jupiter.run(Some.class).published("weft.sim"))
                .containsExactly("bounded: 5 orders");
    }

    static class Sweeping {
        static int cancelled;
        static int expired;
        static int failed;
        static int broken;

        @SimTest(runs = 1)
        @CancelEverywhere("worker")
        void cancels() {
            Weft.group(
                    g ->
                            g.start(
                                    "worker",
                                    () -> {
                                        cancelled++;
                                        Weft.sleep(Duration.ofMillis(1));
                                        cancelled--;
                                    }));
        }

        @SimTest(runs = 1)
        @ExpireEverywhere("main")
        void expires() {
            try {
                Weft.timeout(Duration.ofSeconds(9), () -> Weft.sleep(Duration.ofMillis(1)));
            } catch (TimeoutException e) {
                expired++;
            }
        }

        @SimTest(runs = 1)
        @FailEverywhere
        void fails(Sim sim) {
            for (int i = 0; i < 3; i++) {
                try {
                    sim.mayFail("disk", () -> new IOException("full"));
                } catch (IOException e) {
                    failed++;
                }
            }
        }

        @SimTest(runs = 1)
        @BreakEverywhere
        void breaks() {
            try (var server = TcpServer.listen("localhost", 80);
                    var _ = TcpStream.connect("localhost", 80)) {
                assertThat(server.localAddress().getPort()).isEqualTo(80);
            } catch (ConnectFailedException e) {
                broken++;
            }
        }
    }

    @Test
    void sweeps() {
        assertThat(Jupiter.run(Sweeping.class).ends())
                .containsExactly(
                        "breaks() SUCCESSFUL",
                        "cancels() SUCCESSFUL",
                        "expires() SUCCESSFUL",
                        "fails(Sim) SUCCESSFUL");
        assertThat(Sweeping.cancelled).isPositive();
        assertThat(Sweeping.expired).isPositive();
        assertThat(Sweeping.failed).isEqualTo(3);
        assertThat(Sweeping.broken).isEqualTo(1);
    }

    static class Misspelt {
        @SimTest
        @CancelEverywhere("wroker")
        void cancels() {
            Weft.group(g -> g.start("worker", () -> Weft.sleep(Duration.ofMillis(1))));
        }
    }

    @Test
    void refuses_a_sweep_that_meets_nothing() {
        assertThat(Jupiter.run(Misspelt.class).thrown())
                .hasMessageContaining("no task was named 'wroker'; there were [main, ")
                .hasMessageContaining("worker");
    }

    static class Both {
        @SimTest
        @Exhaustive
        @CancelEverywhere("main")
        void runs() {}
    }

    @Test
    void refuses_two_explorations_in_one() {
        assertThat(Jupiter.run(Both.class).thrown()).hasMessageContaining("two explorations");
    }

    // ---- several at once

    static class Many {
        private static final AtomicInteger runs = new AtomicInteger();

        private int mine;

        @BeforeEach
        void begins(TestInfo info, Sim sim) {
            Weft.sleep(Duration.ofMillis(sim.random().nextInt(5)));
            mine++;
        }

        @SimTest
        void a() {
            work();
        }

        @SimTest
        void b() {
            work();
        }

        @SimTest
        void c() {
            work();
        }

        @SimTest
        void d() {
            work();
        }

        private void work() {
            Weft.group(
                    g -> {
                        for (int i = 0; i < 3; i++) {
                            g.start(() -> Weft.sleep(Duration.ofMillis(1)));
                        }
                    });
            runs.incrementAndGet();
            assertThat(mine).isEqualTo(1);
        }
    }

    @Test
    void runs_beside_others_at_the_same_time() {
        Map<String, String> parallel =
                Map.of(
                        "junit.jupiter.execution.parallel.enabled",
                        "true",
                        "junit.jupiter.execution.parallel.mode.default",
                        "concurrent",
                        "junit.jupiter.execution.parallel.config.strategy",
                        "fixed",
                        "junit.jupiter.execution.parallel.config.fixed.parallelism",
                        "4",
                        "weft.sim.scale",
                        "5");
        Jupiter done = Jupiter.run(Many.class, parallel);
        assertThat(done.failures()).isEmpty();
        assertThat(done.ends())
                .containsExactly(
                        "a() SUCCESSFUL", "b() SUCCESSFUL", "c() SUCCESSFUL", "d() SUCCESSFUL");
        assertThat(Many.runs.get()).isGreaterThanOrEqualTo(4 * 500);
    }
}
