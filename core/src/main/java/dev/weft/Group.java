package dev.weft;

import org.jspecify.annotations.Nullable;

/**
 * Tasks that live and end together (Trio's nursery, asyncio's {@code TaskGroup}). Made by {@link
 * Weft#group} and {@link Weft#groupCall}, which return only when every child has ended.
 *
 * <p>The first failure, of a child or of the body, cancels the others; the group throws that
 * failure itself, with the others suppressed in it. A child that is cancelled by itself does not
 * fail the group. <em>Loop-confined</em>: any task of the loop that holds the group may start
 * children in it, until it has ended.
 */
public sealed interface Group permits TaskGroup {

    /**
     * Starts a child. Children take their first step in the order in which they were started. In a
     * group that has been cancelled the child still runs to its first wait, so that what was handed
     * to it is cleaned up.
     *
     * @throws IllegalStateException if the group has ended, or on another loop
     */
    <T extends @Nullable Object> Task<T> start(Body<T, ?> body);

    /** As {@link #start(Body)}, without a value. */
    Task<@Nullable Void> start(Action<?> body);

    /** As {@link #start(Body)}, with a name for messages and dumps. */
    <T extends @Nullable Object> Task<T> start(String name, Body<T, ?> body);

    /** As {@link #start(String, Body)}, without a value. */
    Task<@Nullable Void> start(String name, Action<?> body);

    /**
     * Starts a daemon child: it is cancelled when the body and the ordinary children are done. Its
     * failure fails the group like any other.
     */
    <T extends @Nullable Object> Task<T> background(Body<T, ?> body);

    /** As {@link #background(Body)}, without a value. */
    Task<@Nullable Void> background(Action<?> body);

    /**
     * Cancels body and children. {@link Weft#group} then returns, {@link Weft#groupCall} throws
     * {@link java.util.concurrent.CancellationException} unless its body gave a value all the same.
     * Calling it again does nothing.
     *
     * @return false if the group had ended
     */
    boolean cancel(String reason);

    /** The group's name. */
    String name();
}
