package dev.weft.sync;

import dev.weft.WaitList;

import org.jspecify.annotations.Nullable;

import java.util.Iterator;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A value that changes, for tasks that want the latest and need not see each (Tokio's {@code
 * watch}): configuration, progress, the state of a connection.
 *
 * <p><em>Loop-confined</em>. A cancelled wait leaves nothing behind; no change is taken for seen.
 *
 * <p>{@code for (var v : watch)} gives the value and then, after each change, the latest one, until
 * the watch is closed.
 */
public final class Watch<T> implements Iterable<T>, AutoCloseable {
    private final WaitList waiters = new WaitList("Watch.changed");
    private T value;
    private long version;
    private boolean closed;

    /** One that begins with this value. */
    public Watch(T value) {
        this.value = Objects.requireNonNull(value, "the value");
    }

    /** The latest value. */
    public T value() {
        return value;
    }

    /**
     * Sets the value, a change also if it equals the one before. All that wait go on, in the order
     * in which they came. Never waits.
     *
     * @throws ChannelClosedException if it is closed
     */
    public void set(T newValue) {
        Objects.requireNonNull(newValue, "the value");
        waiters.check();
        if (closed) {
            throw closedError();
        }
        value = newValue;
        version++;
        waiters.wakeAll(null);
    }

    /**
     * Sets the value to what {@code change} makes of it.
     *
     * @param change must not wait: what is set meanwhile would be lost
     * @return the new value
     * @throws ChannelClosedException if it is closed
     */
    public T update(UnaryOperator<T> change) {
        Objects.requireNonNull(change, "the change");
        T changed = change.apply(value);
        set(changed);
        return changed;
    }

    /**
     * Waits until {@code condition} holds for the value, which is looked at now and after each
     * change; a value that is replaced before this task runs is not looked at. Other tasks may
     * change it meanwhile if {@code condition} waits, and so may {@code condition}: then it is
     * looked at again.
     *
     * @return the value for which it held
     * @throws ChannelClosedException if the watch is, or meanwhile was, closed and the condition
     *     does not hold for its last value
     */
    public T awaitUntil(Predicate<? super T> condition) {
        Objects.requireNonNull(condition, "the condition");
        waiters.enter();
        while (true) {
            T looked = value;
            long seen = version;
            if (condition.test(looked)) {
                return looked;
            }
            if (seen == version) {
                awaitChange();
            } else {
                waiters.enter();
            }
        }
    }

    private void awaitChange() {
        if (closed) {
            throw closedError();
        }
        waiters.await();
    }

    /** Begins to observe: changes from now on. */
    public Observer<T> observe() {
        return new Observer<>(this, version);
    }

    /**
     * Knows which changes it has seen. <em>Loop-confined</em>; nothing is left behind by one that
     * is forgotten.
     */
    public static final class Observer<T> {
        private final Watch<T> watch;
        private long seen;

        private Observer(Watch<T> watch, long seen) {
            this.watch = watch;
            this.seen = seen;
        }

        /**
         * Waits for a change that it has not seen, and gives the latest value, which is seen then.
         *
         * @throws ChannelClosedException if the watch is, or meanwhile was, closed and its last
         *     value seen
         */
        public T changed() {
            watch.waiters.enter();
            while (!hasChanged()) {
                watch.awaitChange();
            }
            seen = watch.version;
            return watch.value;
        }

        /** Whether there is a change that it has not seen. */
        public boolean hasChanged() {
            return seen != watch.version;
        }
    }

    /** The value, and then the latest after each change, until the watch is closed. */
    @Override
    public Iterator<T> iterator() {
        Observer<T> observer = new Observer<>(this, version - 1);
        return new ElementIterator<>(() -> changedOrNull(observer));
    }

    private @Nullable T changedOrNull(Observer<T> observer) {
        try {
            return observer.changed();
        } catch (ChannelClosedException end) {
            return null;
        }
    }

    /**
     * There will be no more changes: tasks that wait for one throw, unless they have yet to see the
     * last. Never waits. Calling it again does nothing.
     */
    @Override
    public void close() {
        waiters.check();
        closed = true;
        waiters.wakeAll(null);
    }

    private static ChannelClosedException closedError() {
        return new ChannelClosedException("the watch was closed", null);
    }

    /** Whether it was closed. */
    public boolean isClosed() {
        return closed;
    }

    /** How many tasks wait for a change. */
    public int waiting() {
        return waiters.size();
    }

    @Override
    public String toString() {
        return "Watch[" + value + (closed ? ", closed" : "") + "]";
    }
}
