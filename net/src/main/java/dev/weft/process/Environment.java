package dev.weft.process;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A child's environment variables. Immutable; <em>any thread</em>.
 *
 * @param inherits whether this program's are there, but for those that are named here
 * @param added names and values
 * @param removed names that are not inherited
 */
public record Environment(boolean inherits, Map<String, String> added, Set<String> removed) {
    private static final Environment SAME = new Environment(true, Map.of(), Set.of());
    private static final Environment NONE = new Environment(false, Map.of(), Set.of());

    /**
     * A child's environment variables.
     *
     * @throws IllegalArgumentException if a name is empty or has a {@code =}, or if there is a NUL
     *     character
     */
    public Environment {
        added = Map.copyOf(added);
        removed = Set.copyOf(removed);
        added.forEach(
                (name, value) -> {
                    requireName(name);
                    Words.requireNoNul(value, "the environment variable " + name);
                });
        removed.forEach(Environment::requireName);
    }

    private static void requireName(String name) {
        Words.requireNoNul(name, "the name of an environment variable");
        if (name.isEmpty() || name.indexOf('=') >= 0) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' is no name of an environment variable: it must not be empty nor"
                            + " have a '='; pass name and value one by one");
        }
    }

    /** The same as this program's. */
    static Environment same() {
        return SAME;
    }

    /** Empty. */
    static Environment none() {
        return NONE;
    }

    Environment with(String name, String value) {
        Map<String, String> more = new HashMap<>(added);
        more.put(name, value);
        Set<String> fewer = new HashSet<>(removed);
        fewer.remove(name);
        return new Environment(inherits, more, fewer);
    }

    Environment without(String name) {
        Map<String, String> fewer = new HashMap<>(added);
        fewer.remove(name);
        Set<String> more = new HashSet<>(removed);
        more.add(name);
        return new Environment(inherits, fewer, more);
    }

    boolean takesOver(String name) {
        return inherits && !added.containsKey(name) && !removed.contains(name);
    }

    /** What the child's {@code PATH} is. */
    String path() {
        String own = takesOver("PATH") ? System.getenv("PATH") : added.get("PATH");
        return own == null ? "/usr/local/bin:/usr/bin:/bin" : own;
    }
}
