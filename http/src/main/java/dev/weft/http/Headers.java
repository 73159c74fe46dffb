package dev.weft.http;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The fields of a message's header in the order of the wire; names are compared without regard to
 * case, a name may occur more than once (RFC 9110 section 5). Immutable, any thread.
 */
public final class Headers implements Iterable<Header> {

    private static final Headers EMPTY = new Headers(new String[0], 0);

    /** name, value, name, value, ... */
    private final String[] fields;

    private final int used;

    Headers(String[] fields, int used) {
        this.fields = fields;
        this.used = used;
    }

    /** No field at all. */
    public static Headers empty() {
        return EMPTY;
    }

    /**
     * Fields from names and values in turn.
     *
     * @throws IllegalArgumentException if their number is odd, a name isn't a token or a value
     *     holds a control character
     */
    public static Headers of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "names and values in turn, but there are " + namesAndValues.length);
        }
        for (int i = 0; i < namesAndValues.length; i += 2) {
            FieldSyntax.checkName(namesAndValues[i]);
            FieldSyntax.checkValue(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Headers(namesAndValues.clone(), namesAndValues.length);
    }

    /** The first value of that name. */
    public Optional<String> first(String name) {
        return Optional.ofNullable(value(name));
    }

    /** All values of that name in order; empty if there is none. */
    public List<String> all(String name) {
        var found = new ArrayList<String>(2);
        for (int i = 0; i < used; i += 2) {
            if (fields[i].equalsIgnoreCase(name)) {
                found.add(fields[i + 1]);
            }
        }
        return found;
    }

    /** Whether the name occurs. */
    public boolean contains(String name) {
        return value(name) != null;
    }

    /** How many fields there are. */
    public int size() {
        return used / 2;
    }

    /** These fields and one more, at the end. */
    public Headers and(String name, String value) {
        FieldSyntax.checkName(name);
        FieldSyntax.checkValue(name, value);
        String[] more = Arrays.copyOf(fields, used + 2);
        more[used] = name;
        more[used + 1] = value;
        return new Headers(more, used + 2);
    }

    /** These fields without those of that name. */
    public Headers without(String name) {
        if (!contains(name)) {
            return this;
        }
        String[] rest = new String[used];
        int n = 0;
        for (int i = 0; i < used; i += 2) {
            if (!fields[i].equalsIgnoreCase(name)) {
                rest[n++] = fields[i];
                rest[n++] = fields[i + 1];
            }
        }
        return new Headers(rest, n);
    }

    @Nullable String value(String name) {
        for (int i = 0; i < used; i += 2) {
            if (fields[i].length() == name.length() && fields[i].equalsIgnoreCase(name)) {
                return fields[i + 1];
            }
        }
        return null;
    }

    /** Whether a comma-separated list under that name holds the token (RFC 9110 section 5.6.1). */
    boolean listHas(String name, String token) {
        for (int i = 0; i < used; i += 2) {
            if (fields[i].length() == name.length()
                    && fields[i].equalsIgnoreCase(name)
                    && FieldSyntax.listHas(fields[i + 1], token)) {
                return true;
            }
        }
        return false;
    }

    String nameAt(int index) {
        return fields[2 * index];
    }

    String valueAt(int index) {
        return fields[2 * index + 1];
    }

    @Override
    public Iterator<Header> iterator() {
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < used;
            }

            @Override
            public Header next() {
                if (at >= used) {
                    throw new NoSuchElementException();
                }
                at += 2;
                return new Header(fields[at - 2], fields[at - 1]);
            }
        };
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (int i = 0; i < used; i += 2) {
            text.append(fields[i]).append(": ").append(fields[i + 1]).append('\n');
        }
        return text.toString();
    }
}
