package dev.weft;

import static dev.weft.Sim.ms;
import static dev.weft.Sim.s;
import static dev.weft.Sim.sleep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weft.sync.Queue;
import dev.weft.sync.Semaphore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

/** {@link Loop#tree}, {@link Loop#tasks} and {@link Task#path}. */
class TaskTreeTest {
    /** The text without what differs from run to run: numbers of tasks and lines. */
    private static String text(TaskTree tree) {
        return tree.toString()
                .replaceAll("loop 'weft-\\d+'", "loop")
                .replaceAll(" #\\d+", "")
                .replaceAll("task-\\d+", "task-N")
                .replaceAll("\\(TaskTreeTest.java:\\d+\\)", "");
    }

    private static TaskInfo find(TaskTree tree, String name) {
        return tree.tasks().stream().filter(t -> t.name().equals(name)).findAny().orElseThrow();
    }

    private static TaskInfo.Wait waitOf(TaskTree tree, String name) {
        return Objects.requireNonNull(find(tree, name).awaits(), name);
    }

    // ---- who is there

    @Test
    void aProgramThatDoesNothingIsOneTask() {
        TaskTree tree = Sim.run(() -> Loop.current().tree());
        assertThat(text(tree))
                .isEqualTo(
                        """
                        loop: 1 task
                        main  runs  at TaskTreeTest.aProgramThatDoesNothingIsOneTask
                        """);
        assertThat(tree.exact()).isTrue();
        assertThat(tree.time()).isEqualTo(Instant.EPOCH);
        TaskInfo main = tree.tasks().getFirst();
        assertThat(main.kind()).isEqualTo(TaskInfo.Kind.MAIN);
        assertThat(main.parent()).isZero();
        assertThat(main.group()).isEqualTo(-1);
        assertThat(main.state()).isEqualTo(TaskInfo.State.RUNNING);
        assertThat(main.awaits()).isNull();
    }

    @Test
    void aTreeOfGroupsBackgroundTasksAndDaemons() {
        TaskTree[] seen = new TaskTree[1];
        Sim.run(
                () -> {
                    Weft.background(() -> Weft.sleep(ms(500)));
                    Weft.group(
                            g -> {
                                g.start("parent", TaskTreeTest::twoChildren);
                                g.background(() -> Weft.sleep(s(7800)));
                                g.start(
                                        "looker",
                                        () -> {
                                            sleep(250);
                                            seen[0] = Loop.current().tree();
                                        });
                            });
                });
        assertThat(text(seen[0]))
                .isEqualTo(
                        """
                        loop: 7 tasks
                        main  Group.join for 250ms  at TaskTreeTest.aTreeOfGroupsBackgroundTasksAndDaemons
                        ├─ parent  Group.join for 250ms  at TaskTreeTest.twoChildren
                        │  ├─ left  Weft.sleep for 250ms, 50ms left  at TaskTreeTest.twoChildren
                        │  └─ right  Weft.sleep for 250ms, 150ms left  at TaskTreeTest.twoChildren
                        ├─ task-N  daemon, Weft.sleep for 250ms, 2h10m left  at TaskTreeTest.aTreeOfGroupsBackgroundTasksAndDaemons
                        └─ looker  runs  at TaskTreeTest.aTreeOfGroupsBackgroundTasksAndDaemons
                        background
                        └─ task-N  Weft.sleep for 250ms, 250ms left  at TaskTreeTest.aTreeOfGroupsBackgroundTasksAndDaemons
                        """);
        assertThat(seen[0].tasks())
                .extracting(TaskInfo::kind)
                .containsExactly(
                        TaskInfo.Kind.MAIN,
                        TaskInfo.Kind.BACKGROUND,
                        TaskInfo.Kind.CHILD,
                        TaskInfo.Kind.CHILD,
                        TaskInfo.Kind.CHILD,
                        TaskInfo.Kind.DAEMON,
                        TaskInfo.Kind.CHILD);
    }

    private static void twoChildren() {
        Weft.group(
                g -> {
                    g.start("left", () -> Weft.sleep(ms(300)));
                    g.start("right", () -> Weft.sleep(ms(400)));
                });
    }

    @Test
    void tasksOfAGatherStandUnderItsName() {
        TaskTree[] seen = new TaskTree[1];
        Sim.run(
                () ->
                        Weft.gather(
                                () -> sleep(20),
                                () -> {
                                    sleep(10);
                                    seen[0] = Loop.current().tree(0);
                                }));
        assertThat(text(seen[0]))
                .isEqualTo(
                        """
                        loop: 3 tasks
                        main  Group.join for 10ms
                        └─ gather
                           ├─ task-N  Weft.sleep for 10ms, 10ms left  of TaskTreeTest
                           └─ task-N  runs  of TaskTreeTest
                        """);
    }

    @Test
    void manyTasksThatDoTheSameAreOneLine() {
        TaskTree[] seen = new TaskTree[1];
        Sim.run(
                () -> {
                    Queue<String> jobs = new Queue<>();
                    Weft.group(
                            g -> {
                                for (int i = 0; i < 100; i++) {
                                    g.background(() -> jobs.get());
                                    sleep(i == 50 ? 1000 : 0);
                                }
                                seen[0] = Loop.current().tree();
                            });
                });
        assertThat(text(seen[0]))
                .isEqualTo(
                        """
                        loop: 101 tasks
                        main  runs  at TaskTreeTest.manyTasksThatDoTheSameAreOneLine
                        └─ task-N and 99 like it  daemon, Queue.get for 0s to 1s  at TaskTreeTest.manyTasksThatDoTheSameAreOneLine
                        """);
    }

    @Test
    void theTextHasAtMostAThousandLinesAndSaysHowManyItLeavesOut() {
        TaskTree[] seen = new TaskTree[1];
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < 800; i++) {
                                        g.background(
                                                () -> Weft.group(h -> h.start(() -> sleep(9))));
                                    }
                                    sleep(1);
                                    seen[0] = Loop.current().tree(0);
                                }));
        assertThat(seen[0].tasks()).hasSize(1601);
        assertThat(seen[0].toString().lines())
                .hasSize(1002)
                .last()
                .isEqualTo("... and 601 more lines");
    }

    @Test
    void aTreeDeeperThanAnyStackIsRead() {
        TaskTree[] seen = new TaskTree[1];
        Sim.run(() -> nest(2_000, seen));
        assertThat(seen[0].tasks()).hasSize(2_001);
        assertThat(seen[0].toString()).contains("deeper than is shown").hasLineCount(67);
        assertThat(seen[0].cycles()).isEmpty();
        assertThat(seen[0].tasks().getLast().path()).startsWith(".../").hasSizeLessThan(300);
    }

    private static void nest(int depth, TaskTree[] seen) {
        Weft.group(
                g ->
                        g.start(
                                () -> {
                                    if (depth > 1) {
                                        nest(depth - 1, seen);
                                    } else {
                                        seen[0] = Loop.current().tree(0);
                                    }
                                }));
    }

    // ---- states

    @Test
    void aTaskIsNotBegunThenReadyThenWaitingThenGone() {
        List<Object> states = new ArrayList<>();
        Sim.run(
                () -> {
                    Loop loop = Loop.current();
                    Task<?> task =
                            Weft.background(
                                    () -> {
                                        Weft.checkpoint();
                                        sleep(10);
                                    });
                    states.add(find(loop.tree(), task.name()).state());
                    Weft.checkpoint();
                    states.add(find(loop.tree(), task.name()).state());
                    Weft.checkpoint();
                    states.add(find(loop.tree(), task.name()).state());
                    task.cancel("enough");
                    states.add(find(loop.tree(), task.name()).state());
                    Weft.checkpoint();
                    states.add(loop.tree().tasks().size());
                });
        assertThat(states)
                .containsExactly(
                        TaskInfo.State.NOT_BEGUN,
                        TaskInfo.State.READY,
                        TaskInfo.State.WAITING,
                        TaskInfo.State.READY,
                        1);
    }

    @Test
    void aTaskWhoseWaitHasHappenedIsReady() {
        Sim.run(
                () -> {
                    Queue<String> queue = new Queue<>();
                    Task<?> getter = Weft.background(() -> queue.get());
                    Weft.checkpoint();
                    queue.put("x");
                    assertThat(find(Loop.current().tree(), getter.name()).state())
                            .isEqualTo(TaskInfo.State.READY);
                    assertThat(find(Loop.current().tree(), getter.name()).awaits()).isNull();
                });
    }

    @Test
    void aTaskInsideTheJdkIsNamedByTheCallThatTheProgramMade() {
        ReentrantLock lock = new ReentrantLock();
        CountDownLatch latch = new CountDownLatch(1);
        Sim.run(
                () -> {
                    lock.lock();
                    Weft.group(
                            g -> {
                                g.start("locker", () -> lock(lock));
                                g.start("latch", () -> latch.await());
                                g.start("sleeper", () -> Thread.sleep(5));
                                Weft.checkpoint();
                                TaskTree tree = Loop.current().tree();
                                assertThat(find(tree, "locker").state())
                                        .isEqualTo(TaskInfo.State.IN_JDK);
                                assertThat(waitOf(tree, "locker").what())
                                        .isEqualTo("ReentrantLock.lock");
                                assertThat(waitOf(tree, "latch").what())
                                        .isEqualTo("CountDownLatch.await");
                                assertThat(waitOf(tree, "sleeper").what())
                                        .isEqualTo("Thread.sleep");
                                assertThat(waitOf(tree, "sleeper").time()).isNull();
                                lock.unlock();
                                latch.countDown();
                            });
                });
    }

    @SuppressWarnings("LockNotBeforeTry") // nothing happens in between
    private static void lock(ReentrantLock lock) {
        lock.lock();
        lock.unlock();
    }

    @Test
    void aVirtualThreadThatInheritedTheLoopIsForeignOnceItHasUsedIt() throws Exception {
        Sim.run(
                () -> {
                    Thread thread = Thread.ofVirtual().name("stranger").start(() -> sleep(10));
                    Weft.checkpoint();
                    TaskTree tree = Loop.current().tree();
                    assertThat(find(tree, "stranger").kind()).isEqualTo(TaskInfo.Kind.FOREIGN);
                    assertThat(find(tree, "stranger").path()).isEqualTo("background/stranger");
                    assertThat(tree.toString()).contains("not Weft's, Weft.sleep");
                    thread.join();
                    assertThat(Loop.current().tree().tasks()).hasSize(1);
                });
    }

    // ---- what a task waits for

    @Test
    void anAwaitNamesTheTaskAndAJoinTheChildren() {
        Sim.run(
                () -> {
                    Task<?> slow = Weft.background(() -> sleep(100));
                    Weft.group(
                            g -> {
                                g.start("waiter", () -> slow.await());
                                g.start("both", () -> twoChildren());
                                sleep(10);
                                TaskTree tree = Loop.current().tree();
                                assertThat(waitOf(tree, "waiter"))
                                        .isEqualTo(
                                                new TaskInfo.Wait(
                                                        "Task.await",
                                                        ms(10),
                                                        null,
                                                        List.of(find(tree, slow.name()).id())));
                                assertThat(waitOf(tree, "both").tasks())
                                        .containsExactly(
                                                find(tree, "left").id(), find(tree, "right").id());
                                assertThat(tree.toString())
                                        .contains("Task.await for 10ms <- " + slow.name());
                            });
                });
    }

    @Test
    void aWaitListSaysWhoHoldsWhatIsWaitedFor() {
        Sim.run(
                () -> {
                    Task<?> me = Task.current();
                    WaitList list = new WaitList("Thing.acquire", () -> List.of(me));
                    Weft.group(
                            g -> {
                                g.start("waiter", () -> list.await());
                                Weft.checkpoint();
                                TaskTree tree = Loop.current().tree();
                                assertThat(waitOf(tree, "waiter").tasks())
                                        .containsExactly(find(tree, "main").id());
                                assertThat(tree.toString())
                                        .contains("Thing.acquire for 0s <- main");
                                list.wakeFirst(null);
                            });
                });
    }

    @Test
    void aWaitIsTimedFromItsTurnOn() {
        Sim.run(
                () -> {
                    Semaphore none = new Semaphore(0);
                    Task<?> waiter =
                            Weft.background(
                                    () -> {
                                        none.acquire();
                                        none.acquire();
                                    });
                    sleep(30);
                    Loop loop = Loop.current();
                    assertThat(waitOf(loop.tree(), waiter.name()).time()).isEqualTo(ms(30));
                    none.release();
                    sleep(7);
                    assertThat(waitOf(loop.tree(), waiter.name()).time()).isEqualTo(ms(7));
                });
    }

    // ---- scopes and cancellation

    @Test
    void timeoutsAndShieldsSayHowLongTheyHaveToGo() {
        Sim.run(
                () -> {
                    Weft.group(
                            g -> {
                                g.background(
                                        () ->
                                                Weft.timeout(
                                                        s(2),
                                                        () -> Weft.shield(s(1), () -> sleep(500))));
                                sleep(100);
                                TaskTree tree = Loop.current().tree();
                                TaskInfo task = tree.tasks().getLast();
                                assertThat(task.scopes())
                                        .containsExactly(
                                                new TaskInfo.InScope(
                                                        "timeout of 2s", "", ms(1900), null),
                                                new TaskInfo.InScope(
                                                        "shield of 1s", "", ms(900), null));
                                assertThat(tree.toString())
                                        .contains("[timeout of 2s: 1.9s left]")
                                        .contains("[shield of 1s: 900ms left]");
                            });
                });
    }

    @Test
    void aCancellationIsShownWithReasonAndStage() {
        Sim.run(
                () -> {
                    Task<?> masked = Weft.background(() -> Weft.shield(s(1), () -> sleep(100)));
                    Task<?> cleaning =
                            Weft.background(
                                    () -> {
                                        try {
                                            sleep(1000);
                                        } finally {
                                            sleep(100);
                                        }
                                    });
                    sleep(1);
                    masked.cancel("no need");
                    cleaning.cancel("too slow");
                    sleep(1);
                    TaskTree tree = Loop.current().tree();
                    assertThat(find(tree, masked.name()).cancellations())
                            .containsExactly(
                                    new TaskInfo.Cancellation(
                                            "task '" + masked.name() + "'",
                                            "no need",
                                            "main",
                                            TaskInfo.Stage.PENDING));
                    assertThat(find(tree, cleaning.name()).cancellations())
                            .extracting(TaskInfo.Cancellation::stage)
                            .containsExactly(TaskInfo.Stage.DELIVERED);
                    assertThat(tree.toString())
                            .contains("[cancelled by main: no need, pending]")
                            .contains("[cancelled by main: too slow, unwinding]");
                });
    }

    // ---- cycles

    @Test
    void tasksThatWaitForEachOtherAreACycle() {
        Sim.run(
                () -> {
                    Map<String, Task<?>> holder = new java.util.HashMap<>();
                    WaitList a = new WaitList("A.lock", () -> List.of(holder.get("a")));
                    WaitList b = new WaitList("B.lock", () -> List.of(holder.get("b")));
                    Weft.group(
                            g -> {
                                holder.put("a", g.start("has a", () -> b.await()));
                                holder.put("b", g.start("has b", () -> a.await()));
                                Task<@Nullable Object> third = g.start("third", () -> a.await());
                                Weft.checkpoint();
                                TaskTree tree = Loop.current().tree();
                                assertThat(tree.cycles())
                                        .containsExactly(
                                                List.of(
                                                        find(tree, "has a").id(),
                                                        find(tree, "has b").id()));
                                assertThat(tree.toString())
                                        .endsWith(
                                                "cycle: main/has a -> main/has b -> main/has"
                                                        + " a\n");
                                assertThat(third.isDone()).isFalse();
                                g.cancel("seen");
                            });
                });
    }

    @Test
    void aChildThatWaitsForItsParentIsACycle() {
        Sim.run(
                () -> {
                    Task<?> main = Task.current();
                    Weft.moveOnAfter(
                            ms(10),
                            () ->
                                    Weft.group(
                                            g -> {
                                                g.start("child", () -> main.await());
                                                g.start(
                                                        "looker",
                                                        () -> {
                                                            sleep(5);
                                                            assertThat(
                                                                            Loop.current()
                                                                                    .tree()
                                                                                    .cycles())
                                                                    .hasSize(1);
                                                        });
                                            }));
                });
    }

    // ---- paths

    @Test
    void aPathNamesParentsAndGroupsThatHaveAName() {
        List<String> paths = new ArrayList<>();
        Sim.run(
                () -> {
                    paths.add(Task.current().path());
                    Weft.background(() -> paths.add(Task.current().path()));
                    Weft.group(
                            g ->
                                    g.start(
                                            "a",
                                            () -> {
                                                paths.add(Task.current().path());
                                                Weft.gather(
                                                        () -> paths.add(Task.current().path()),
                                                        () -> true);
                                            }));
                });
        assertThat(paths.stream().map(p -> p.replaceAll("\\d+", "N")))
                .containsExactly("main", "background/task-N", "main/a", "main/a/gather/task-N");
    }

    @Test
    void aTaskThatHasEndedStillKnowsItsPath() {
        Task<?>[] ended = new Task<?>[1];
        Sim.run(() -> Weft.group(g -> ended[0] = g.start("a", () -> sleep(1))));
        assertThat(ended[0].path()).isEqualTo("main/a");
    }

    // ---- where it runs

    @Test
    void theStackBeginsWithTheCallThatTheProgramMade() {
        Sim.run(
                () -> {
                    Task<?> task = Weft.background(() -> outer());
                    Weft.checkpoint();
                    TaskInfo info = find(Loop.current().tree(2), task.name());
                    assertThat(info.stack())
                            .extracting(StackTraceElement::getMethodName)
                            .containsExactly("inner", "outer");
                    assertThat(info.at()).isEqualTo(info.stack().getFirst());
                    assertThat(find(Loop.current().tree(0), task.name()).stack()).isEmpty();
                });
    }

    private static void outer() {
        inner();
    }

    private static void inner() {
        new Queue<String>().get();
    }

    @Test
    void aBodyIsKnownByItsClassBeforeItHasBegun() {
        Sim.run(
                () -> {
                    Task<?> task = Weft.background(() -> sleep(1));
                    assertThat(find(Loop.current().tree(), task.name()).body())
                            .isEqualTo(TaskTreeTest.class.getName());
                    assertThat(Loop.current().tree().toString())
                            .contains("not begun  of TaskTreeTest");
                });
    }

    @Test
    void aNegativeNumberOfFramesIsRefused() {
        Sim.run(
                () ->
                        assertThatIllegalArgumentException()
                                .isThrownBy(() -> Loop.current().tree(-1))
                                .withMessageContaining("-1"));
    }

    // ---- from other threads

    @Test
    void anotherThreadGetsTheLoopsAnswer() {
        Sim.run(
                () -> {
                    Loop loop = Loop.current();
                    Task<?> task = Weft.background(() -> new Queue<String>().get());
                    CompletableFuture<TaskTree> answer = CompletableFuture.supplyAsync(loop::tree);
                    TaskTree tree = Weft.await(answer);
                    assertThat(tree.exact()).isTrue();
                    assertThat(waitOf(tree, "main").what()).isEqualTo("Weft.await of a stage");
                    assertThat(find(tree, task.name()).state()).isEqualTo(TaskInfo.State.WAITING);
                    assertThat(Weft.await(CompletableFuture.supplyAsync(loop::tasks)))
                            .containsExactly(Task.current(), task);
                });
    }

    @Test
    void aLoopThatIsHeldUpIsReadFromOutside() throws Exception {
        CompletableFuture<Loop> loop = new CompletableFuture<>();
        CountDownLatch seen = new CountDownLatch(1);
        CompletableFuture<TaskTree> answer =
                loop.thenApplyAsync(
                        l -> {
                            TaskTree tree = l.tree();
                            seen.countDown();
                            return tree;
                        });
        try (Logged _ = Logged.open()) { // the watchdog notices as well
            Weft.run(
                    () ->
                            Weft.group(
                                    g -> {
                                        g.start("waiter", () -> sleep(1));
                                        g.start("hog", () -> hog(loop, seen));
                                    }));
        }
        TaskTree tree = answer.get();
        assertThat(tree.exact()).isFalse();
        assertThat(tree.toString())
                .contains("it does not answer", "hog", "runs", "TaskTreeTest.hog");
        assertThat(find(tree, "hog").state()).isEqualTo(TaskInfo.State.RUNNING);
        assertThat(find(tree, "waiter").state()).isEqualTo(TaskInfo.State.WAITING);
    }

    private static void hog(CompletableFuture<Loop> loop, CountDownLatch seen) {
        loop.complete(Loop.current());
        while (seen.getCount() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aLoopThatHasEndedHasNoTasks() {
        Loop loop = Sim.run(Loop::current);
        assertThat(loop.tasks()).isEmpty();
        assertThat(loop.tree().tasks()).isEmpty();
        assertThat(loop.tree().exact()).isTrue();
    }

    // ---- Loop.tasks

    @Test
    void tasksAreThoseThatHaveNotEndedParentsFirst() {
        Sim.run(
                () -> {
                    Task<?> ended = Weft.background(() -> {});
                    ended.await();
                    Task<?> background = Weft.background(() -> sleep(10));
                    Weft.group(
                            g -> {
                                Task<?> child = g.start(() -> sleep(10));
                                assertThat(Loop.current().tasks())
                                        .containsExactly(Task.current(), background, child);
                            });
                });
    }

    @Test
    void recordsKeepTheirValuesWhateverTheLoopDoesAfterwards() {
        TaskTree tree =
                Sim.run(
                        () -> {
                            Weft.background(() -> sleep(10));
                            sleep(1);
                            return Loop.current().tree();
                        });
        assertThat(tree.tasks()).hasSize(2);
        assertThat(tree).isEqualTo(new TaskTree(tree.loop(), tree.time(), true, tree.tasks()));
        assertThat(waitOf(tree, tree.tasks().get(1).name()).left()).isEqualTo(Duration.ofMillis(9));
    }

    @Test
    void asManyFramesAsThereAreMayBeAskedFor() {
        Sim.run(
                () ->
                        assertThat(Loop.current().tree(Integer.MAX_VALUE).tasks())
                                .singleElement()
                                .satisfies(main -> assertThat(main.stack()).isNotEmpty()));
    }
}
