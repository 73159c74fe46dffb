package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;

/** The calls of {@link Weft} that run many bodies, each on a group of its own. */
final class Combinators {
    private Combinators() {}

    /** What a body did. */
    record Attempt<T extends @Nullable Object>(@Nullable T result, @Nullable Throwable thrown) {
        /** The value of a body that threw nothing. */
        T value() {
            return Erased.value(result);
        }
    }

    static <T extends @Nullable Object> Attempt<T> attempt(Body<T, ?> body) {
        try {
            return new Attempt<>(body.run(), null);
        } catch (Throwable t) {
            return new Attempt<>(null, t);
        }
    }

    static void requireAll(Body<?, ?>[] bodies) {
        Objects.requireNonNull(bodies, "the bodies");
        for (Body<?, ?> body : bodies) {
            Objects.requireNonNull(body, "one of the bodies");
        }
    }

    static <X extends Exception> void withGroup(
            String name, TaskGroup.Policy policy, GroupAction<X> body) throws X {
        Objects.requireNonNull(body, "the body");
        TaskGroup group = TaskGroup.open(name, policy);
        Throwable thrown = null;
        try {
            body.run(group);
        } catch (Throwable t) {
            thrown = t;
        }
        group.finish(thrown);
    }

    static <T extends @Nullable Object, X extends Exception> T inGroup(
            String name, TaskGroup.Policy policy, GroupBody<T, X> body) throws X {
        Objects.requireNonNull(body, "the body");
        TaskGroup group = TaskGroup.open(name, policy);
        Attempt<T> attempt = attempt(() -> body.run(group));
        group.finishCall(attempt.thrown());
        return attempt.value();
    }

    static void requireInputs(Iterable<?> inputs, Object each) {
        Objects.requireNonNull(inputs, "the inputs");
        Objects.requireNonNull(each, "the body for each input");
    }

    /** One body for each input. */
    static <A extends @Nullable Object, T extends @Nullable Object, X extends Exception>
            Body<? extends T, ? extends X>[] bodies(
                    Collection<? extends A> inputs,
                    Each<? super A, ? extends T, ? extends X> each) {
        requireInputs(inputs, each);
        @SuppressWarnings({"unchecked", "rawtypes"})
        Body<? extends T, ? extends X>[] bodies = new Body[inputs.size()];
        int n = 0;
        for (A input : inputs) {
            bodies[n++] = () -> each.apply(input);
        }
        return bodies;
    }

    static <T extends @Nullable Object, X extends Exception> List<T> gather(
            Body<? extends T, ? extends X>[] bodies) throws X {
        requireAll(bodies);
        LoopTask.current().checkCancelled();
        @SuppressWarnings({"unchecked", "rawtypes"})
        LoopTask<? extends T>[] tasks = new LoopTask[bodies.length];
        Combinators.<@Nullable Void, X>inGroup(
                "gather",
                TaskGroup.Policy.NEED_ALL,
                g -> {
                    for (int i = 0; i < bodies.length; i++) {
                        tasks[i] = (LoopTask<? extends T>) g.start(bodies[i]);
                    }
                    return null;
                });
        List<T> values = new ArrayList<>(tasks.length);
        for (LoopTask<? extends T> task : tasks) {
            values.add(task.value());
        }
        return Collections.unmodifiableList(values);
    }

    static <
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    R extends @Nullable Object,
                    X extends Exception>
            R gather(
                    Body<A, ? extends X> a,
                    Body<B, ? extends X> b,
                    BiFunction<? super A, ? super B, ? extends R> with)
                    throws X {
        Objects.requireNonNull(with, "the function that combines the values");
        @SuppressWarnings({"unchecked", "rawtypes"})
        Body<@Nullable Object, X>[] both = new Body[] {a, b};
        List<@Nullable Object> values = Combinators.<@Nullable Object, X>gather(both);
        return with.apply(Erased.value(values.get(0)), Erased.value(values.get(1)));
    }

    static <A extends @Nullable Object, T extends @Nullable Object, X extends Exception>
            List<T> gather(
                    Collection<? extends A> inputs,
                    int limit,
                    Each<? super A, ? extends T, ? extends X> each)
                    throws X {
        requireInputs(inputs, each);
        List<LoopTask<? extends T>> tasks = new ArrayList<>(inputs.size());
        Combinators.<@Nullable Void, X>inGroup(
                "gather",
                TaskGroup.Policy.NEED_ALL,
                g -> {
                    Limit room = new Limit("Weft.gather", limit);
                    for (A input : inputs) {
                        room.await();
                        tasks.add((LoopTask<? extends T>) room.start(g, () -> each.apply(input)));
                    }
                    return null;
                });
        List<T> values = new ArrayList<>(tasks.size());
        for (LoopTask<? extends T> task : tasks) {
            values.add(task.value());
        }
        return Collections.unmodifiableList(values);
    }

    static <A extends @Nullable Object, X extends Exception> void forEach(
            Iterable<? extends A> inputs, int limit, EachAction<? super A, ? extends X> each)
            throws X {
        requireInputs(inputs, each);
        Combinators.<@Nullable Void, X>inGroup(
                "forEach",
                TaskGroup.Policy.NEED_ALL,
                g -> {
                    Limit room = new Limit("Weft.forEach", limit);
                    Iterator<? extends A> iterator = inputs.iterator();
                    while (true) {
                        room.await(); // before an input is taken, so that none is taken and not run
                        if (!iterator.hasNext()) {
                            return null;
                        }
                        A input = iterator.next();
                        Action<X> one = () -> each.accept(input);
                        room.start(g, one.asBody());
                    }
                });
    }

    static <A extends @Nullable Object, T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(
            Collection<? extends A> inputs, int limit, Each<? super A, ? extends T, ?> each) {
        requireInputs(inputs, each);
        List<LoopTask<T>> tasks = new ArrayList<>(inputs.size());
        Combinators.<@Nullable Void, RuntimeException>inGroup(
                "gatherOutcomes",
                TaskGroup.Policy.ISOLATE,
                g -> {
                    Limit room = new Limit("Weft.gatherOutcomes", limit);
                    for (A input : inputs) {
                        room.await();
                        LoopTask<T> task = (LoopTask<T>) room.<T>start(g, () -> each.apply(input));
                        task.observed = true;
                        tasks.add(task);
                    }
                    return null;
                });
        List<Outcome<T>> outcomes = new ArrayList<>(tasks.size());
        for (LoopTask<T> task : tasks) {
            outcomes.add(task.ending());
        }
        return Collections.unmodifiableList(outcomes);
    }

    /** Room for so many children at a time. */
    private static final class Limit {
        private final WaitList room;
        private int free;

        Limit(String what, int limit) {
            if (limit < 1) {
                throw new IllegalArgumentException(
                        "the limit of " + what + " is " + limit + "; it must be at least 1");
            }
            Weft.checkCancelled();
            this.room = new WaitList(what + " (limit of " + limit + ")");
            this.free = limit;
        }

        /** Waits for room, which is the caller's from then on. */
        void await() {
            room.enter();
            if (free > 0) {
                free--;
            } else {
                room.await();
                Weft.checkCancelled(); // what failed may just have made this room
            }
        }

        <T extends @Nullable Object> Task<T> start(Group g, Body<? extends T, ?> body) {
            return g.<T>start(
                    () -> {
                        try {
                            return body.run();
                        } finally {
                            if (!room.wakeFirst(null)) {
                                free++;
                            }
                        }
                    });
        }
    }
}
