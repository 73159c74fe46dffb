package dev.weft;

import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Queue;
import dev.weft.sync.Semaphore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/** Errors of use around offloaded calls fail at once, and say how to do it. */
class OffloadMisuseTest {
    private final List<String> trace = new CopyOnWriteArrayList<>();

    // ---- the loop's calls in a worker

    private static Map<String, Action<?>> callsOfTheLoop(Task<?> task, Group group, Scope scope) {
        Map<String, Action<?>> calls = new LinkedHashMap<>();
        calls.put("sleep", () -> Sim.sleep(1));
        calls.put("checkpoint", Weft::checkpoint);
        calls.put("timeout", () -> Weft.timeout(Sim.ms(1), () -> {}));
        calls.put("background", () -> Weft.background(() -> {}));
        calls.put("compute", () -> Weft.compute(() -> {}));
        calls.put("Queue.get", () -> new Queue<String>().get());
        calls.put("Semaphore.release", () -> new Semaphore(1).release());
        calls.put("Task.await", () -> task.await());
        calls.put("Task.current", Task::current);
        calls.put("Group.start", () -> group.start(() -> {}));
        calls.put("Scope.current", Scope::current);
        calls.put("Scope.cancel", () -> scope.cancel("enough"));
        calls.put("Loop.onClose", () -> task(task).loop.onClose(() -> {}));
        return calls;
    }

    private static LoopTask<?> task(Task<?> task) {
        return (LoopTask<?>) task;
    }

    private static Map<String, Throwable> failures(Map<String, Action<?>> calls) {
        Map<String, Throwable> failures = new LinkedHashMap<>();
        calls.forEach((name, call) -> failures.put(name, thrownBy(call)));
        return failures;
    }

    @Test
    void callsOfTheLoopSayInAWorkerThatOnLoopIsTheWayBack() {
        Sim.group(
                g -> {
                    Task<@Nullable Void> task = g.start(() -> {});
                    Scope scope = Scope.current();
                    Map<String, Action<?>> calls = callsOfTheLoop(task, g, scope);
                    Map<String, Throwable> failures =
                            Weft.<Map<String, Throwable>, RuntimeException>offload(
                                    OffloadOptions.defaults().name("the file"),
                                    () -> failures(calls));
                    assertThat(failures).hasSameSizeAs(calls);
                    failures.forEach(
                            (name, failure) ->
                                    assertThat(failure)
                                            .as(name)
                                            .isInstanceOf(IllegalStateException.class)
                                            .hasMessageContaining("Offload.onLoop(() -> ...)")
                                            .hasMessageContaining("task 'main'"));
                });
    }

    @Test
    void aThreadThatIsDoneWithACallIsToldOfTheOrdinaryWays() throws InterruptedException {
        Executor executor =
                call ->
                        Thread.ofPlatform()
                                .start(
                                        () -> {
                                            call.run();
                                            trace.add(thrownBy(Weft::checkpoint).getMessage());
                                        });
        Sim.run(
                () -> {
                    Weft.offload(executor, () -> {});
                    while (trace.isEmpty()) {
                        Weft.checkpoint();
                    }
                });
        assertThat(trace).singleElement().asString().contains("inside Weft.run");
        assertThat(trace).singleElement().asString().doesNotContain("onLoop");
    }

    // ---- null

    private void refuses(String argument, Action<?> call) {
        assertThat(thrownBy(call)).isInstanceOf(NullPointerException.class).hasMessage(argument);
    }

    @Test
    void aNullBodyIsRefusedBeforeAnythingHappens() {
        Body<String, RuntimeException> body = Erased.value(null);
        Action<RuntimeException> action = Erased.value(null);
        OffloadOptions options = OffloadOptions.defaults();
        Executor executor = call -> trace.add("executed");
        Sim.run(
                () -> {
                    refuses("the body", () -> Weft.offload(body));
                    refuses("the body", () -> Weft.offload(action));
                    refuses("the body", () -> Weft.offload(options, body));
                    refuses("the body", () -> Weft.offload(options, action));
                    refuses("the body", () -> Weft.offload(executor, body));
                    refuses("the body", () -> Weft.offload(executor, action));
                    refuses("the body", () -> Weft.compute(body));
                    refuses("the body", () -> Weft.compute(action));
                    refuses("the body", () -> Offload.onLoop(body));
                    refuses("the body", () -> Offload.onLoop(action));
                });
        assertThat(trace).isEmpty();
    }

    @Test
    void aNullBodyForTheLoopIsRefusedInTheWorker() {
        Body<String, RuntimeException> body = Erased.value(null);
        Action<RuntimeException> action = Erased.value(null);
        Sim.run(
                () ->
                        Weft.offload(
                                () -> {
                                    refuses("the body", () -> Offload.onLoop(body));
                                    refuses("the body", () -> Offload.onLoop(action));
                                }));
    }

    @Test
    void nullOptionsAndExecutorsAreRefused() {
        OffloadOptions options = Erased.value(null);
        Executor executor = Erased.value(null);
        Sim.run(
                () -> {
                    refuses("the options", () -> Weft.offload(options, () -> trace.add("ran")));
                    refuses("the executor", () -> Weft.offload(executor, () -> trace.add("ran")));
                });
        assertThat(trace).isEmpty();
    }

    @Test
    void optionsRefuseNull() {
        OffloadOptions options = OffloadOptions.defaults();
        refuses("the limiter", () -> OffloadOptions.limitedBy(Erased.value(null)));
        refuses("the executor", () -> OffloadOptions.on(Erased.value(null)));
        refuses("the limiter", () -> options.limiter(Erased.value(null)));
        refuses("the executor", () -> options.executor(Erased.value(null)));
        refuses("the name", () -> options.name(Erased.value(null)));
    }
}
