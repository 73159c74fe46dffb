package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/** What comes, one after the other, until there is nothing more. */
final class Incoming<T> implements Iterator<T> {
    private final Supplier<@Nullable T> receive;
    private @Nullable T next;

    Incoming(Supplier<@Nullable T> receive) {
        this.receive = receive;
    }

    @Override
    public boolean hasNext() {
        if (next == null) {
            next = receive.get();
        }
        return next != null;
    }

    @Override
    public T next() {
        T element = hasNext() ? next : null;
        if (element == null) {
            throw new NoSuchElementException("the stream has ended");
        }
        next = null;
        return element;
    }
}
