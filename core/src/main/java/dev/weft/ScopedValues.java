package dev.weft;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;

/**
 * Lets a task inherit the {@link ScopedValue} bindings of whoever starts it. A thread keeps them in
 * a field, an immutable list: the child gets the same one, so what either binds later is its own.
 */
final class ScopedValues {
    /** In place of bindings, in a thread that has never had any. */
    private static final Object NONE = Thread.class;

    private static final @Nullable VarHandle BINDINGS;

    /** {@code ()Object}; the JDK forgets the field's value when a stack overflows. */
    private static final @Nullable MethodHandle SEARCH;

    static {
        VarHandle field = null;
        MethodHandle search = null;
        try {
            var lookup = MethodHandles.lookup();
            field =
                    MethodHandles.privateLookupIn(Thread.class, lookup)
                            .findVarHandle(Thread.class, "scopedValueBindings", Object.class);
            search =
                    MethodHandles.privateLookupIn(ScopedValue.class, lookup)
                            .findStatic(
                                    ScopedValue.class,
                                    "scopedValueBindings",
                                    MethodType.methodType(
                                            Class.forName("java.lang.ScopedValue$Snapshot")))
                            .asType(MethodType.methodType(Object.class));
        } catch (ReflectiveOperationException | RuntimeException e) {
            search = null; // another JDK: then nothing is inherited
        }
        BINDINGS = field;
        SEARCH = search;
    }

    private ScopedValues() {}

    /** Before {@code child} is started, by the thread that it inherits from. */
    static void inherit(Thread child) {
        VarHandle bindings = BINDINGS;
        MethodHandle search = SEARCH;
        if (bindings == null || search == null) {
            return;
        }
        Object here = (Object) bindings.get(Thread.currentThread());
        if (here != NONE) {
            bindings.set(child, here == null ? searched(search) : here);
        }
    }

    private static Object searched(MethodHandle search) {
        try {
            return (Object) search.invokeExact();
        } catch (Throwable e) {
            throw Throwing.sneaky(e);
        }
    }
}
