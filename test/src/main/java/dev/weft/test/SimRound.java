package dev.weft.test;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotatedMethods;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExecutableInvoker;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What each run of a {@link SimTest} does: what JUnit does for one test, in its order. */
final class SimRound implements Program<Exception> {
    /**
     * A test class, or one of those around it.
     *
     * @param ofJUnit JUnit's instance
     * @param maker makes another one; null if JUnit's serves for all runs
     * @param injected the fields in which extensions may have put something
     */
    private record Level(
            Object ofJUnit,
            @Nullable Constructor<?> maker,
            List<Field> injected,
            List<Method> before,
            List<Method> after) {}

    private final Method test;
    private final List<Object> arguments;
    private final ExecutableInvoker invoker;
    private final List<Level> levels = new ArrayList<>();
    private @Nullable Sim sim;
    private long runs;

    /**
     * @param arguments those that JUnit found for it, without a {@link Sim}
     */
    SimRound(ExtensionContext context, Method test, List<Object> arguments) {
        this.test = test;
        this.arguments = arguments;
        this.invoker = context.getExecutableInvoker();
        boolean isShared = false;
        for (Map.Entry<Class<?>, Boolean> c : classes(context).entrySet()) {
            isShared |= c.getValue(); // then those around it are as well
            Object ofJUnit = instance(context, c.getKey());
            levels.addFirst(level(c.getKey(), ofJUnit, isShared));
        }
        warm(test);
        for (Level level : levels) {
            level.before().forEach(SimRound::warm);
            level.after().forEach(SimRound::warm);
            if (level.maker() != null) {
                warm(level.maker());
            }
        }
    }

    /**
     * At a method's first call the JDK makes what calls it, under locks that other threads want
     * too: a task that had to wait for one would leave the simulation. A call that is refused for
     * what it is given gets so far.
     */
    private static void warm(Executable called) {
        try {
            if (called.trySetAccessible()) {
                Object[] tooMany = new Object[called.getParameterCount() + 1];
                if (called instanceof Method m) {
                    m.invoke(null, tooMany);
                } else {
                    ((Constructor<?>) called).newInstance(tooMany);
                }
            }
        } catch (ReflectiveOperationException | RuntimeException refused) {
            // as it should be
        }
    }

    /** The test class and those around it, innermost first, and whether one instance serves all. */
    private static Map<Class<?>, Boolean> classes(ExtensionContext context) {
        Map<Class<?>, Boolean> classes = new LinkedHashMap<>();
        for (ExtensionContext c = context; c != null; c = c.getParent().orElse(null)) {
            Class<?> type = c.getTestClass().orElse(null);
            Lifecycle cycle = c.getTestInstanceLifecycle().orElse(null);
            if (type != null && cycle != null) {
                classes.putIfAbsent(type, cycle == Lifecycle.PER_CLASS);
            }
        }
        return classes;
    }

    private static Object instance(ExtensionContext context, Class<?> type) {
        return context.getRequiredTestInstances()
                .findInstance(type)
                .orElseThrow(() -> new IllegalStateException("JUnit has no instance of " + type));
    }

    private static Level level(Class<?> type, Object ofJUnit, boolean isShared) {
        return new Level(
                ofJUnit,
                isShared ? null : maker(type),
                isShared ? List.of() : injected(type, ofJUnit),
                findAnnotatedMethods(type, BeforeEach.class, HierarchyTraversalMode.TOP_DOWN),
                findAnnotatedMethods(type, AfterEach.class, HierarchyTraversalMode.BOTTOM_UP));
    }

    /** JUnit insists on one constructor. */
    private static Constructor<?> maker(Class<?> type) {
        return Arrays.stream(type.getDeclaredConstructors())
                .filter(c -> !c.isSynthetic())
                .findFirst()
                .orElseThrow();
    }

    private static List<Field> injected(Class<?> type, Object ofJUnit) {
        return ReflectionSupport.findFields(
                type,
                f ->
                        !Modifier.isStatic(f.getModifiers())
                                && !Modifier.isFinal(f.getModifiers())
                                && !f.getType().isPrimitive()
                                && f.trySetAccessible()
                                && value(f, ofJUnit) != null,
                HierarchyTraversalMode.TOP_DOWN);
    }

    // ---- in a run

    @Override
    public void run(Sim ours) throws Exception {
        runs++;
        sim = ours;
        List<Object> instances = new ArrayList<>();
        for (Level level : levels) {
            instances.add(make(level, instances.isEmpty() ? null : instances.getLast()));
        }
        Throwable thrown = null;
        try {
            for (int i = 0; i < levels.size(); i++) {
                for (Method before : levels.get(i).before()) {
                    invoker.invoke(before, instances.get(i));
                }
            }
            ReflectionSupport.invokeMethod(test, instances.getLast(), arguments(ours));
        } catch (Throwable t) {
            thrown = t;
        }
        for (int i = levels.size() - 1; i >= 0; i--) {
            for (Method after : levels.get(i).after()) {
                try {
                    invoker.invoke(after, instances.get(i));
                } catch (Throwable t) {
                    thrown = both(thrown, t);
                }
            }
        }
        if (thrown != null) {
            throw Throwing.sneaky(thrown);
        }
    }

    private Object make(Level level, @Nullable Object outer) throws IllegalAccessException {
        Constructor<?> maker = level.maker();
        if (maker == null) {
            return level.ofJUnit();
        }
        boolean isInner =
                outer != null && !Modifier.isStatic(maker.getDeclaringClass().getModifiers());
        Object made = isInner ? invoker.invoke(maker, outer) : invoker.invoke(maker);
        for (Field field : level.injected()) {
            if (field.get(made) == null) {
                field.set(made, value(field, level.ofJUnit()));
            }
        }
        return made;
    }

    private static @Nullable Object value(Field field, Object of) {
        try {
            return field.get(of);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private Object[] arguments(Sim ours) {
        Class<?>[] types = test.getParameterTypes();
        Object[] all = arguments.toArray();
        for (int i = 0; i < types.length; i++) {
            if (types[i] == Sim.class) {
                all[i] = ours;
            }
        }
        return all;
    }

    /** As JUnit has it: the first counts, but a failure more than an assumption. */
    private static Throwable both(@Nullable Throwable first, Throwable second) {
        if (first == null || first == second) {
            return second;
        }
        boolean later = Aborted.is(first) && !Aborted.is(second);
        Throwable one = later ? second : first;
        one.addSuppressed(later ? first : second);
        return one;
    }

    /** Of the run that is going on. */
    @Nullable Sim sim() {
        return sim;
    }

    /** How many were begun. */
    long runs() {
        return runs;
    }
}
