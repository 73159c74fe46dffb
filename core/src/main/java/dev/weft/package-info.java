/**
 * Tasks on one event loop, in direct style.
 *
 * <pre>{@code
 * int total = Weft.run(() -> Weft.groupCall(g -> {
 *     var a = g.start(() -> size("a"));
 *     var b = g.start(() -> size("b"));
 *     return a.await() + b.await();
 * }));
 * }</pre>
 *
 * <p>Only what is marked {@code @Nullable} may be null, and values of type parameters that say so;
 * any other null is refused at once by the call that it was passed to.
 *
 * <p>{@link dev.weft.Weft} has the calls of every day. {@link dev.weft.WaitList} and {@link
 * dev.weft.Driver} are for authors of primitives and of drivers.
 */
@NullMarked
package dev.weft;

import org.jspecify.annotations.NullMarked;
