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

    /** As {@link #background(Body)}, with a name for messages and dumps. */
    <T extends @Nullable Object> Task<T> background(String name, Body<T, ?> body);

    /** As {@link #background(String, Body)}, without a value. */
    Task<@Nullable Void> background(String name, Action<?> body);

    /**
     * Starts a child and waits until it says that it is ready: a server that listens, a consumer
     * that has subscribed (Trio's {@code nursery.start}). From then on it is a child like any
     * other.
     *
     * <p>What it throws before it is ready is thrown here and does not fail the group; if it ends
     * without having been ready, or is cancelled by somebody else, this call says so. If the caller
     * is cancelled before the child is ready, the child is cancelled and joined first; once it has
     * said that it is ready, it goes on, and the caller gets the value and the request at its next
     * wait.
     *
     * <p>{@code ready} never waits. It is called by the child's own task and once; a further call
     * fails there, and one that comes when the caller has been cancelled does nothing.
     *
     * @return what the child passed to {@code ready}
     * @throws X what the child threw before it was ready
     * @throws IllegalStateException if it ended without having been ready, if the group has ended,
     *     or on another loop
     * @throws java.util.concurrent.CancellationException if it was cancelled before it was ready
     */
    <R extends @Nullable Object, X extends Exception> R startReady(ReadyAction<R, X> body) throws X;

    /** As {@link #startReady(ReadyAction)}, with a name for messages and dumps. */
    <R extends @Nullable Object, X extends Exception> R startReady(
            String name, ReadyAction<R, X> body) throws X;

    /**
     * Has the group close {@code resource} when body and children have ended: the last one first,
     * in the group's own task, each under a {@link Weft#shield} of its own that lasts as long as
     * the grace (5 s). So what children use outlives them. {@code var server =
     * g.use(TcpServer.listen(...))} never loses it, cancelled or not: this call is no wait.
     *
     * <p>What a close throws is a failure of the group, as if the body had thrown it. Each call
     * means one close. A group keeps what it was given until its end: give each connection of a
     * server a group of its own.
     *
     * @return {@code resource}
     * @throws IllegalStateException if the group has ended; then {@code resource} has been closed;
     *     on another loop, where it has not
     */
    <C extends AutoCloseable> C use(C resource);

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
