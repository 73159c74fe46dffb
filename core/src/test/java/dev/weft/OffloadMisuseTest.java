package dev.weft;

import static dev.weft.Sim.thrownBy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/** Errors of use around offloaded calls fail at once, and say how to do it. */
class OffloadMisuseTest {
    private final List<String> trace = new CopyOnWriteArrayList<>();

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
