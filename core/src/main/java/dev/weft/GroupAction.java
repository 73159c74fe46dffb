package dev.weft;

/** The body of {@link Weft#group}: starts children in the group. */
@FunctionalInterface
public interface GroupAction<X extends Exception> {
    void run(Group group) throws X;
}
