package dev.weft;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.HashSet;
import java.util.Set;

/**
 * Lets a task inherit the {@link ScopedValue} bindings of whoever starts it, and an offloaded call
 * those of its task. A thread keeps them in a field, an immutable list: a new one gets the same, so
 * what either binds later is its own.
 *
 * <p>A thread that runs already cannot be given the list, since it caches what it looks up, and
 * finds the list on its stack when the field has been lost. It binds the same values itself.
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

    /** What is bound for the caller; null if nothing is, or if the JDK does not tell. */
    static @Nullable Object here() {
        VarHandle bindings = BINDINGS;
        MethodHandle search = SEARCH;
        if (bindings == null || search == null) {
            return null;
        }
        Object here = (Object) bindings.get(Thread.currentThread());
        return here == NONE ? null : here == null ? searched(search) : here;
    }

    /** Before {@code child} is started, by the thread that it inherits from. */
    static void inherit(Thread child) {
        VarHandle bindings = BINDINGS;
        Object here = here();
        if (bindings != null && here != null) {
            bindings.set(child, here);
        }
    }

    /**
     * Runs {@code body} with all bound that was bound where {@link #here} gave {@code bindings};
     * what else this thread has bound stays.
     */
    static <T extends @Nullable Object, X extends Exception> T with(
            @Nullable Object bindings, Body<T, X> body) throws X {
        Snapshots known = bindings == null ? null : Snapshots.KNOWN;
        ScopedValue.Carrier all = known == null || bindings == null ? null : known.inOne(bindings);
        return all == null ? body.run() : all.call(body::run);
    }

    private static Object searched(MethodHandle search) {
        try {
            return (Object) search.invokeExact();
        } catch (Throwable e) {
            throw Throwing.sneaky(e);
        }
    }

    /**
     * The JDK's list, read: a snapshot for each call that has bound something, the innermost first,
     * and in it a carrier for each value, the last first.
     */
    private record Snapshots(
            VarHandle carrier, VarHandle outer, VarHandle key, VarHandle value, VarHandle before) {
        static final @Nullable Snapshots KNOWN = find();

        private static @Nullable Snapshots find() {
            try {
                var lookup =
                        MethodHandles.privateLookupIn(ScopedValue.class, MethodHandles.lookup());
                Class<?> snapshot = Class.forName("java.lang.ScopedValue$Snapshot");
                Class<?> carrier = ScopedValue.Carrier.class;
                return new Snapshots(
                        lookup.findVarHandle(snapshot, "bindings", carrier),
                        lookup.findVarHandle(snapshot, "prev", snapshot),
                        lookup.findVarHandle(carrier, "key", ScopedValue.class),
                        lookup.findVarHandle(carrier, "value", Object.class),
                        lookup.findVarHandle(carrier, "prev", carrier));
            } catch (ReflectiveOperationException | RuntimeException anotherJdk) {
                return null;
            }
        }

        ScopedValue.@Nullable Carrier inOne(Object bindings) {
            ScopedValue.Carrier all = null;
            Set<Object> seen = new HashSet<>(); // what is bound further in hides the rest
            for (Object s = bindings; s != null; s = (Object) outer.get(s)) {
                for (Object c = (Object) carrier.get(s); c != null; c = (Object) before.get(c)) {
                    @SuppressWarnings("unchecked") // of whatever type, as its value is
                    ScopedValue<@Nullable Object> k = (ScopedValue<@Nullable Object>) key.get(c);
                    if (seen.add(k)) {
                        Object v = (Object) value.get(c);
                        all = all == null ? ScopedValue.where(k, v) : all.where(k, v);
                    }
                }
            }
            return all;
        }
    }
}
