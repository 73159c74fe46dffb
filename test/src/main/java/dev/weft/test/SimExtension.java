package dev.weft.test;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

import java.lang.System.Logger.Level;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts an exploration in place of the method of a {@link SimTest}. JUnit's own round of
 * {@code @BeforeEach} and {@code @AfterEach} is left out: each run has its own. The annotations
 * register it; public for JUnit's sake.
 */
public final class SimExtension implements InvocationInterceptor, ParameterResolver {
    private static final System.Logger LOG = System.getLogger("dev.weft.test");
    private static final Namespace OURS = Namespace.create(SimExtension.class);

    /** For JUnit. */
    public SimExtension() {}

    // ---- in place of what JUnit would run

    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        Optional<SimTest> test = annotation(context, SimTest.class);
        if (test.isEmpty()) {
            throw new IllegalArgumentException(
                    "@Replay, @Exhaustive and @...Everywhere stand beside @SimTest, which "
                            + name(context)
                            + " has not");
        }
        invocation.skip();
        SimRound round = new SimRound(context, method.getExecutable(), method.getArguments());
        context.getStore(OURS).put(SimRound.class, round);
        try {
            explore(test.get(), round, context);
        } catch (Throwable t) {
            if (Thread.currentThread().isInterrupted()) { // by @Timeout: the session ended by it
                throw new IllegalStateException(
                        "interrupted in run " + round.runs() + " of " + name(context), t);
            }
            throw t;
        }
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        interceptTestMethod(invocation, method, context);
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context) {
        invocation.skip();
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context) {
        invocation.skip();
    }

    // ---- exploring

    private static void explore(SimTest test, SimRound round, ExtensionContext context) {
        Explorer explorer = explorer(test, context);
        List<Replay> replays =
                AnnotationSupport.findRepeatableAnnotations(
                        context.getRequiredTestMethod(), Replay.class);
        List<Decisions> pinned = new ArrayList<>();
        replays.forEach(replay -> pinned.add(decisions(replay, context)));
        for (int i = 0; i < pinned.size(); i++) {
            if (!explorer.replay(pinned.get(i), round)) {
                String stale =
                        replays.get(i).value()
                                + " can't happen as it says: the program has changed";
                LOG.log(Level.WARNING, name(context) + ": @Replay " + stale);
                context.publishReportEntry("weft.replay", stale);
            }
        }
        if (replays.stream().noneMatch(Replay::only)) {
            Exploration done = explorer.run(round);
            boolean inOrders = annotation(context, Exhaustive.class).isPresent();
            String what =
                    inOrders
                            ? done.inOrders()
                            : done.runs() + " runs of seed " + seed(test, context);
            LOG.log(inOrders ? Level.INFO : Level.DEBUG, name(context) + ": " + what);
            context.publishReportEntry("weft.sim", what);
        }
    }

    private static Decisions decisions(Replay replay, ExtensionContext context) {
        try {
            return Decisions.parse(replay.value());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "@Replay of " + name(context) + ": " + e.getMessage(), e);
        }
    }

    private static Explorer explorer(SimTest test, ExtensionContext context) {
        long scale = number(context, "weft.sim.scale").orElse(1L);
        Optional<Exhaustive> exhaustive = annotation(context, Exhaustive.class);
        int runs = exhaustive.map(Exhaustive::maxRuns).orElse(test.runs());
        Explorer explorer =
                new Explorer()
                        .runs(Math.clamp(runs * scale, 0, Integer.MAX_VALUE))
                        .seed(seed(test, context))
                        .sweepOrders(test.sweepOrders())
                        .mostSteps(test.mostSteps());
        var cancelled = annotation(context, CancelEverywhere.class);
        if (cancelled.isPresent()) {
            explorer = explorer.cancelling(cancelled.get().value());
        }
        var expired = annotation(context, ExpireEverywhere.class);
        if (expired.isPresent()) {
            explorer = explorer.expiring(expired.get().value());
        }
        if (annotation(context, FailEverywhere.class).isPresent()) {
            explorer = explorer.failing();
        }
        if (annotation(context, BreakEverywhere.class).isPresent()) {
            explorer = explorer.breaking();
        }
        return exhaustive.isPresent() ? explorer.exhaustively() : explorer;
    }

    private static long seed(SimTest test, ExtensionContext context) {
        return number(context, "weft.sim.seed")
                .orElseGet(
                        () ->
                                test.seed() != 0
                                        ? test.seed()
                                        : Long.valueOf(name(context).hashCode() & 0xffff));
    }

    private static Optional<Long> number(ExtensionContext context, String parameter) {
        return context.getConfigurationParameter(
                parameter,
                text -> {
                    try {
                        return Long.valueOf(text.strip());
                    } catch (NumberFormatException e) {
                        throw new IllegalArgumentException(
                                parameter + " is a number, not '" + text + "'", e);
                    }
                });
    }

    private static <A extends Annotation> Optional<A> annotation(
            ExtensionContext context, Class<A> type) {
        return AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), type);
    }

    private static String name(ExtensionContext context) {
        return context.getRequiredTestClass().getName()
                + "."
                + context.getRequiredTestMethod().getName();
    }

    // ---- parameters

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Sim.class;
    }

    /** Outside a run, where what would be called is left out, there is none. */
    @Override
    public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (!(parameter.getDeclaringExecutable() instanceof Method)) {
            throw new ParameterResolutionException(
                    "a Sim is a parameter of @SimTest methods, @BeforeEach and @AfterEach, not of a"
                        + " constructor: JUnit makes an instance outside of the simulation too");
        }
        SimRound round = context.getStore(OURS).get(SimRound.class, SimRound.class);
        return round == null ? null : round.sim();
    }
}
