package dev.weft;

import org.jspecify.annotations.Nullable;

/** The body of {@link Weft#groupCall}: starts children in the group and gives a value. */
@FunctionalInterface
public interface GroupBody<T extends @Nullable Object, X extends Exception> {
    T run(Group group) throws X;
}
