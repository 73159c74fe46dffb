package dev.weft;

import org.jspecify.annotations.Nullable;

import java.security.CodeSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Tells the program's own frames in a stack from those of the JDK and of Weft. Any thread. */
final class Frames {
    private static final Set<String> PARKING =
            Set.of(
                    "java.lang.VirtualThread",
                    "java.lang.System$1",
                    "jdk.internal.misc.Unsafe",
                    "jdk.internal.vm.Continuation",
                    "java.util.concurrent.locks.LockSupport");

    private static final Set<String> THREADS =
            Set.of("yield", "yield0", "getStackTrace", "asyncGetStackTrace");

    /** Of classes in Weft's own packages, whether they are Weft's: programs may have some, too. */
    private static final Map<String, Boolean> WEFTS = new ConcurrentHashMap<>();

    private Frames() {}

    /** From the call that the program, or the JDK on its behalf, made; at most {@code limit}. */
    static List<StackTraceElement> innermost(StackTraceElement[] stack, int limit) {
        int from = 0;
        while (from < stack.length && isMachinery(stack[from])) {
            from++;
        }
        int to = stack.length;
        while (to > from && isMachinery(stack[to - 1])) {
            to--;
        }
        return List.of(Arrays.copyOfRange(stack, from, from + Math.clamp(limit, 0, to - from)));
    }

    static boolean isMachinery(StackTraceElement frame) {
        String c = frame.getClassName();
        return PARKING.contains(c)
                || c.startsWith("java.lang.VirtualThread$")
                || (c.equals("java.lang.Thread") && THREADS.contains(frame.getMethodName()))
                || isWefts(c);
    }

    /** Whether the JDK or Weft has this frame. */
    static boolean isLibrary(StackTraceElement frame) {
        String c = frame.getClassName();
        return c.startsWith("java.")
                || c.startsWith("jdk.")
                || c.startsWith("javax.")
                || c.startsWith("sun.")
                || c.startsWith("com.sun.")
                || isWefts(c);
    }

    private static boolean isWefts(String c) {
        return c.startsWith("dev.weft.") && WEFTS.computeIfAbsent(c, Frames::liesWithUs);
    }

    private static boolean liesWithUs(String c) {
        if (c.startsWith("dev.weft.net.") || c.startsWith("dev.weft.http.")) {
            return !c.contains("Test");
        }
        if (c.indexOf('.', "dev.weft.".length()) >= 0 && !c.startsWith("dev.weft.sync.")) {
            return false;
        }
        int lambda = c.indexOf("$$Lambda");
        try {
            Class<?> found =
                    Class.forName(
                            lambda < 0 ? c : c.substring(0, lambda),
                            false,
                            Frames.class.getClassLoader());
            return Objects.equals(source(found), source(Frames.class));
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private static @Nullable Object source(Class<?> c) {
        CodeSource source = c.getProtectionDomain().getCodeSource();
        return source == null ? null : source.getLocation();
    }

    /** A frame as a person names it: {@code Main.fetch(Main.java:12)}. */
    static String show(StackTraceElement frame) {
        String c = frame.getClassName();
        String method = frame.getMethodName();
        if (method.startsWith("lambda$")) {
            int end = method.indexOf('$', "lambda$".length());
            method = end < 0 ? method : method.substring("lambda$".length(), end);
        }
        return c.substring(c.lastIndexOf('.') + 1)
                + "."
                + method
                + "("
                + (frame.getFileName() == null
                        ? "unknown source"
                        : frame.getLineNumber() < 0
                                ? frame.getFileName()
                                : frame.getFileName() + ":" + frame.getLineNumber())
                + ")";
    }

    /**
     * The class whose code a body is, of a lambda the class that it stands in; empty if that is
     * Weft's.
     */
    static String classOf(Object body) {
        String c = body.getClass().getName();
        int lambda = c.indexOf("$$Lambda");
        String host = lambda < 0 ? c : c.substring(0, lambda);
        return isWefts(host) ? "" : host;
    }
}
