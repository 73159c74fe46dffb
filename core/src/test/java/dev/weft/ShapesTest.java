package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.sync.ChannelClosedException;
import dev.weft.sync.Lock;
import dev.weft.sync.Queue;
import dev.weft.sync.QueueShutDownException;
import dev.weft.sync.Semaphore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

/**
 * How calls look: most of what is claimed here is claimed by compiling, with every lint and Error
 * Prone as errors.
 */
class ShapesTest {
    private static final Duration SOON = Duration.ofMillis(5);

    private final List<String> said = new ArrayList<>();

    private void say(String what) {
        said.add(what);
    }

    private static String read(String name) throws IOException {
        if (name.isEmpty()) {
            throw new FileNotFoundException("no name");
        }
        return "content of " + name;
    }

    // rules 1: "A lambda without parameter has two overloads, value ... and void"
    @Test
    void aLambdaWithoutParameterGivesAValueOrNone() {
        String value = Sim.run(() -> Weft.shield(SOON, () -> "value"));
        Sim.run(
                () -> {
                    Weft.shield(SOON, () -> say("none"));
                    Weft.gather(() -> say("a"), () -> say("b"));
                    Task<@Nullable Void> none = Weft.background(() -> say("background"));
                    Task<Integer> one = Weft.background(() -> 1);
                    none.await();
                    assertThat(one.await()).isEqualTo(1);
                });
        assertThat(value).isEqualTo("value");
        assertThat(said).containsExactly("none", "a", "b", "background");
    }

    // rules 1: "A lambda with a parameter is never overloaded ... the same for `supervisor`"
    @Test
    void aLambdaWithAParameterSaysByTheNameWhetherThereIsAValue() {
        Sim.run(
                () -> {
                    Weft.group(g -> g.start(() -> say("child"))); // an expression with a value
                    Weft.supervisor(g -> g.start(() -> say("child on its own")));
                    int one = Weft.groupCall(g -> g.start(() -> 1).await());
                    int two = Weft.supervisorCall(g -> g.start(() -> 2).await());
                    assertThat(one + two).isEqualTo(3);
                });
        assertThat(said).containsExactly("child", "child on its own");
    }

    // rules 1: "A lambda with a parameter is never overloaded"
    @Test
    void whatASelectIsToDoMayBeAReferenceToAnOverloadedMethod() {
        Sim.run(
                () -> {
                    Queue<String> queue = new Queue<>();
                    queue.put("x");
                    queue.put("y");
                    Weft.select(queue.getting().then(this::overloaded));
                    Weft.select(Clause.otherwise().thenRun(this::overloaded));
                    String mapped = Weft.select(queue.getting().map(this::overloaded));
                    String called = Weft.select(Clause.otherwise().thenCall(this::overloaded));
                    say(mapped + called);
                });
        assertThat(said).containsExactly("x", "nothing", "y", "nothing", "ynothing");
    }

    private String overloaded() {
        return overloaded("nothing");
    }

    private String overloaded(String given) {
        say(given);
        return given;
    }

    // rules 1: "In-place calls ... carry `X extends Exception` by inference"
    @Test
    void aCallInPlaceThrowsWhatItsBodyDeclares() {
        Retry once = Retry.attempts(1);
        Sim.run(
                () -> {
                    // no catch here is for more than IOException, and each body throws one
                    assertThat(
                                    List.<Body<?, IOException>>of(
                                            () -> Weft.groupCall(g -> read("")),
                                            () -> Weft.shield(SOON, () -> read("")),
                                            () -> Weft.strict(() -> read("")),
                                            () -> Weft.moveOnAfter(SOON, () -> read("")),
                                            () -> Weft.offload(() -> read("")),
                                            () -> Weft.gather(() -> read("a"), () -> read("")),
                                            () -> Weft.gather(List.of(""), 1, ShapesTest::read),
                                            () -> Weft.race(() -> read("")),
                                            () -> Weft.retry(once, () -> read(""))))
                            .allSatisfy(
                                    call -> {
                                        try {
                                            call.run();
                                        } catch (FileNotFoundException expected) {
                                            return;
                                        } catch (IOException other) {
                                            throw new AssertionError(other);
                                        }
                                        throw new AssertionError("nothing was thrown");
                                    });
                });
        assertThatThrownBy(() -> runDeclaringIoException(""))
                .isInstanceOf(FileNotFoundException.class);
    }

    private static String runDeclaringIoException(String name) throws IOException {
        return Sim.run(() -> read(name));
    }

    // rules 1: "A `Task<T>` erases it: `await()` declares nothing and throws the very object;
    // `await(IOException.class)` lets javac see it"
    @Test
    void aTaskErasesWhatItsBodyDeclares() {
        var thrown = new IOException("on purpose");
        Sim.run(
                () ->
                        Weft.supervisor(
                                g -> {
                                    Task<String> task =
                                            g.start(
                                                    () -> {
                                                        throw thrown;
                                                    });
                                    assertThat(Sim.thrownBy(() -> task.await())).isSameAs(thrown);
                                    try {
                                        String s = task.await(IOException.class);
                                        throw new AssertionError(s);
                                    } catch (IOException seen) {
                                        assertThat(seen).isSameAs(thrown);
                                    }
                                }));
    }

    // rules 1: "A child's checked exception that nobody awaited leaves its group undeclared"
    @Test
    void aChildsCheckedExceptionLeavesItsGroupUndeclared() {
        Sim.run(
                () -> {
                    Action<RuntimeException> undeclared =
                            () ->
                                    Weft.group(
                                            g -> {
                                                g.start(() -> read(""));
                                            });
                    assertThat(Sim.thrownBy(undeclared)).isInstanceOf(FileNotFoundException.class);
                });
    }

    // rules 1: "All failures of Weft's own are unchecked ... `timeout` alone throws"
    @Test
    void onlyTimeoutThrowsACheckedException() {
        Sim.run(
                () -> {
                    assertThat(RuntimeException.class)
                            .isAssignableFrom(QueueShutDownException.class)
                            .isAssignableFrom(ChannelClosedException.class)
                            .isAssignableFrom(CancellationException.class);
                    try {
                        Weft.timeout(SOON, () -> Weft.sleep(Duration.ofDays(1)));
                    } catch (TimeoutException checked) {
                        say("timed out");
                    }
                });
        assertThat(said).containsExactly("timed out");
    }

    // rules 1: "a combinator cancels only what it started"
    @Test
    void aCombinatorLeavesTasksAloneThatItDidNotStart() {
        Sim.run(
                () -> {
                    Task<String> mine =
                            Weft.background(
                                    () -> {
                                        Sim.sleep(20);
                                        return "mine";
                                    });
                    assertThat(
                                    Sim.thrownBy(
                                            () ->
                                                    Weft.gather(
                                                            () -> mine.await(),
                                                            () -> {
                                                                throw new IOException("other");
                                                            })))
                            .hasMessage("other");
                    String first = Weft.race(() -> mine.await(), () -> "first");
                    assertThat(first).isEqualTo("first");
                    assertThat(mine.isDone()).isFalse();
                    assertThat(mine.await()).isEqualTo("mine");
                });
    }

    // rules 1: "`acquire()` returns a permit whose `close()` throws nothing and may be called
    // twice"
    @SuppressWarnings("try") // the first close is the point
    @Test
    void aPermitIsClosedWithoutACatchAndTwiceDoesNoHarm() {
        Sim.run(
                () -> {
                    var semaphore = new Semaphore(1);
                    var lock = new Lock();
                    try (var permit = semaphore.acquire();
                            var _ = lock.acquire()) {
                        permit.close();
                        say("inside");
                    }
                    assertThat(semaphore.available()).isEqualTo(1);
                    assertThat(lock.locked()).isFalse();
                });
        assertThat(said).containsExactly("inside");
    }

    @Test
    void anEndlessBlockIsAnActionOrABody() {
        Sim.run(
                () -> {
                    Queue<String> queue = new Queue<>();
                    Task<@Nullable Void> pump =
                            Weft.background(
                                    () -> {
                                        while (true) {
                                            say(queue.get());
                                        }
                                    });
                    queue.put("x");
                    Sim.sleep(1);
                    pump.cancel("enough");
                });
        assertThat(said).containsExactly("x");
    }
}
