package dev.weft;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Base64;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The container that a loop's threads are started in. The JDK's root container keeps each virtual
 * thread in a concurrent set, so that thread dumps find it; this one keeps nothing, and when a dump
 * is taken it asks the loop.
 *
 * <p>It has to extend {@code jdk.internal.vm.ThreadContainer}, so it is defined into {@code
 * java.lang}, through the door that {@link Internals} needs open anyway. Where that fails, threads
 * are started in the root container.
 */
final class DumpContainer {
    /**
     * The class file of {@code java.lang.WeftThreads}; {@code DumpContainerTest} has the recipe and
     * compares.
     */
    static final String CLASS_FILE =
            """
            yv66vgAAAEUAIwEAFWphdmEvbGFuZy9XZWZ0VGhyZWFkcwcAAQEAH2pkay9pbnRlcm5hbC92bS9U
            aHJlYWRDb250YWluZXIHAAMBAARuYW1lAQASTGphdmEvbGFuZy9TdHJpbmc7AQAHdGhyZWFkcwEA
            HUxqYXZhL3V0aWwvZnVuY3Rpb24vU3VwcGxpZXI7AQAGPGluaXQ+AQAyKExqYXZhL2xhbmcvU3Ry
            aW5nO0xqYXZhL3V0aWwvZnVuY3Rpb24vU3VwcGxpZXI7KVYBAAQoWilWDAAJAAsKAAQADAwABQAG
            CQACAA4MAAcACAkAAgAQAQAgamRrL2ludGVybmFsL3ZtL1RocmVhZENvbnRhaW5lcnMHABIBABFy
            ZWdpc3RlckNvbnRhaW5lcgEANShMamRrL2ludGVybmFsL3ZtL1RocmVhZENvbnRhaW5lcjspTGph
            dmEvbGFuZy9PYmplY3Q7DAAUABUKABMAFgEAFCgpTGphdmEvbGFuZy9TdHJpbmc7AQAbKClMamF2
            YS91dGlsL3N0cmVhbS9TdHJlYW07AQAbamF2YS91dGlsL2Z1bmN0aW9uL1N1cHBsaWVyBwAaAQAD
            Z2V0AQAUKClMamF2YS9sYW5nL09iamVjdDsMABwAHQsAGwAeAQAXamF2YS91dGlsL3N0cmVhbS9T
            dHJlYW0HACABAARDb2RlADAAAgAEAAAAAgAQAAUABgAAABAABwAIAAAAAwAAAAkACgABACIAAAAh
            AAIAAwAAABUqBLcADSortQAPKiy1ABEquAAXV7EAAAAAAAEABQAYAAEAIgAAABEAAQABAAAABSq0
            AA+wAAAAAAABAAcAGQABACIAAAAZAAEAAQAAAA0qtAARuQAfAQDAACGwAAAAAAAA
            """;

    /** {@code (String, Supplier)Object} */
    private static final MethodHandle NEW;

    /** {@code (Thread, Object)void} */
    private static final MethodHandle START;

    static {
        MethodHandle create;
        MethodHandle start;
        try {
            var lookup = MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
            Class<?> type = lookup.defineClass(Base64.getMimeDecoder().decode(CLASS_FILE));
            create =
                    lookup.findConstructor(
                            type, MethodType.methodType(void.class, String.class, Supplier.class));
            start =
                    lookup.findVirtual(
                            Thread.class,
                            "start",
                            MethodType.methodType(void.class, type.getSuperclass()));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            create = MethodHandles.empty(createType());
            start = MethodHandles.dropArguments(rootStart(), 1, Object.class);
        }
        NEW = create.asType(createType());
        START = start.asType(MethodType.methodType(void.class, Thread.class, Object.class));
    }

    private final @Nullable Object container;

    /**
     * @param threads who is in it; read by other threads at any time
     */
    DumpContainer(String name, Supplier<Stream<Thread>> threads) {
        try {
            container = (Object) NEW.invokeExact(name, threads);
        } catch (Throwable e) {
            throw Throwing.sneaky(e);
        }
    }

    void start(Thread thread) {
        try {
            START.invokeExact(thread, container);
        } catch (Throwable e) {
            throw Throwing.sneaky(e);
        }
    }

    private static MethodType createType() {
        return MethodType.methodType(Object.class, String.class, Supplier.class);
    }

    private static MethodHandle rootStart() {
        try {
            return MethodHandles.lookup()
                    .findVirtual(Thread.class, "start", MethodType.methodType(void.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
