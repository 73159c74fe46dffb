package dev.weft;

import static dev.weft.Sim.sleep;
import static dev.weft.Sim.turns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

// rules 4: "TaskLocal<T> is inherited in every mode"
class TaskLocalTest {
    private static final TaskLocal<String> USER = TaskLocal.newInstance();
    private static final TaskLocal<Integer> DEPTH = TaskLocal.newInstance();

    private final List<String> seen = new ArrayList<>();

    private void see(String where) {
        seen.add(where + ": " + USER.orElse("nobody"));
    }

    @Test
    void isBoundForTheBodyAndAsBeforeAfterIt() {
        Sim.run(
                () -> {
                    see("before");
                    String value =
                            USER.where(
                                    "ann",
                                    () -> {
                                        see("outer");
                                        USER.where("bob", () -> see("inner"));
                                        sleep(1);
                                        see("outer again");
                                        return "value";
                                    });
                    see("after");
                    assertThat(value).isEqualTo("value");
                });
        assertThat(seen)
                .containsExactly(
                        "before: nobody",
                        "outer: ann",
                        "inner: bob",
                        "outer again: ann",
                        "after: nobody");
    }

    @Test
    void isBoundAsBeforeAfterAFailureAndACancellationToo() {
        Sim.run(
                () -> {
                    IOException failure = new IOException("x");
                    assertThatThrownBy(
                                    () ->
                                            USER.where(
                                                    "ann",
                                                    () -> {
                                                        throw failure;
                                                    }))
                            .isSameAs(failure);
                    assertThat(USER.isBound()).isFalse();
                    Weft.moveOnAfter(Sim.ms(1), () -> USER.where("ann", Sim::sleepForever));
                    assertThat(USER.isBound()).isFalse();
                });
    }

    @Test
    void saysHowToBindItIfItIsNot() {
        Sim.run(
                () -> {
                    assertThatThrownBy(USER::get)
                            .isInstanceOf(NoSuchElementException.class)
                            .hasMessageContaining("not bound")
                            .hasMessageContaining("where(value, body)");
                    assertThat(USER.orElse("nobody")).isEqualTo("nobody");
                });
    }

    @Test
    void mayBeBoundToNull() {
        TaskLocal<@Nullable String> local = TaskLocal.newInstance();
        Sim.run(
                () ->
                        local.where(
                                null,
                                () -> {
                                    assertThat(local.isBound()).isTrue();
                                    assertThat(local.get()).isNull();
                                    assertThat(local.orElse("other")).isNull();
                                }));
    }

    @Test
    void severalDoNotDisturbEachOther() {
        Sim.run(
                () ->
                        USER.where(
                                "ann",
                                () ->
                                        DEPTH.where(
                                                1,
                                                () -> {
                                                    USER.where(
                                                            "bob",
                                                            () ->
                                                                    assertThat(DEPTH.get())
                                                                            .isEqualTo(1));
                                                    assertThat(USER.get()).isEqualTo("ann");
                                                })));
    }

    @Test
    void childrenOfEveryKindInheritIt() {
        Sim.run(
                () ->
                        USER.where(
                                "ann",
                                () -> {
                                    Weft.group(
                                            g -> {
                                                g.start(() -> see("child"));
                                                g.background(() -> see("daemon"));
                                                g.start(
                                                        () ->
                                                                Weft.group(
                                                                        h ->
                                                                                h.start(
                                                                                        () ->
                                                                                                see(
                                                                                                        "grandchild"))));
                                            });
                                    Weft.gather(() -> see("gather"), () -> see("gather"));
                                    Weft.forEach(List.of(1), 1, n -> see("forEach"));
                                    Weft.supervisor(g -> g.start(() -> see("supervised")));
                                    Weft.background(() -> see("background")).await();
                                }));
        assertThat(seen).hasSize(8).allMatch(s -> s.endsWith(": ann"));
    }

    @Test
    void aTaskKeepsWhatWasBoundWhenItStartedThoughItsStarterHasLeftTheBody() {
        Sim.run(
                () -> {
                    Task<String> task =
                            USER.where(
                                    "ann",
                                    () ->
                                            Weft.background(
                                                    () -> {
                                                        sleep(10);
                                                        return USER.get();
                                                    }));
                    assertThat(USER.isBound()).isFalse();
                    assertThat(task.await()).isEqualTo("ann");
                });
    }

    @Test
    void inheritsFromWhoeverStartsATaskNotFromTheGroupsOwner() {
        Sim.run(
                () ->
                        USER.where(
                                "owner",
                                () ->
                                        Weft.group(
                                                g ->
                                                        Weft.background(
                                                                        () ->
                                                                                USER.where(
                                                                                        "starter",
                                                                                        () ->
                                                                                                g
                                                                                                        .start(
                                                                                                                () ->
                                                                                                                        see(
                                                                                                                                "child"))))
                                                                .await())));
        assertThat(seen).containsExactly("child: starter");
    }

    @Test
    void whatAChildBindsItsParentAndItsSiblingsNeverSee() {
        Sim.run(
                () ->
                        USER.where(
                                "parent",
                                () ->
                                        Weft.group(
                                                g -> {
                                                    g.start(() -> USER.where("a", () -> turns(5)));
                                                    g.start(
                                                            () -> {
                                                                turns(2);
                                                                see("sibling");
                                                            });
                                                    turns(2);
                                                    see("parent");
                                                })));
        assertThat(seen).containsExactlyInAnyOrder("sibling: parent", "parent: parent");
    }

    @Test
    void isThereAfterAWaitOfTheJdkToo() throws Exception {
        Sim.run(
                () ->
                        USER.where(
                                "ann",
                                () -> {
                                    Thread.sleep(1);
                                    see("after a wait of the JDK");
                                    Weft.group(
                                            g -> {
                                                Thread.sleep(1);
                                                g.start(() -> see("child"));
                                            });
                                }));
        assertThat(seen).containsExactly("after a wait of the JDK: ann", "child: ann");
    }

    @Test
    void whatATaskHandsToItsLoopStartsWithItsBindings() {
        Sim.run(
                () ->
                        USER.where(
                                "ann",
                                () -> {
                                    CompletableFuture<String> seenThere = new CompletableFuture<>();
                                    Loop loop = Loop.current();
                                    loop.execute(() -> seenThere.complete(USER.orElse("nobody")));
                                    assertThat(Weft.await(seenThere)).isEqualTo("ann");
                                }));
    }

    @Test
    void theProgramStartsWithWhatItsCallerHasBound() {
        String user = USER.where("ann", () -> Sim.run(() -> USER.get()));
        assertThat(user).isEqualTo("ann");
        assertThat(USER.isBound()).isFalse();
    }

    @Test
    void whatAThreadHandsOverStartsWithTheThreadsBindings() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        TaskLocal<String> local = TaskLocal.newInstance();
        local.where(
                "bound",
                () -> {
                    try (Runner runner = Runner.create()) {
                        Loop loop = runner.loop();
                        runner.run(() -> seen.add("run " + local.orElse("none")));
                        seen.add("submit " + loop.submit(() -> local.orElse("none")).join());
                        String called = loop.call(() -> local.orElse("none"));
                        seen.add("call " + called);
                        CountDownLatch done = new CountDownLatch(1);
                        loop.execute(
                                () -> {
                                    seen.add("execute " + local.orElse("none"));
                                    done.countDown();
                                });
                        done.await();
                    }
                    Loops.run(1, loops -> seen.add("loops " + local.orElse("none")));
                });
        assertThat(seen)
                .containsExactly(
                        "run bound", "submit bound", "call bound", "execute bound", "loops bound");
    }
}
