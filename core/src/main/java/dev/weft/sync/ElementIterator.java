package dev.weft.sync;

import org.jspecify.annotations.Nullable;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/** Takes elements one by one, one ahead at most, until there is none any more. */
final class ElementIterator<E> implements Iterator<E> {
    private final Supplier<? extends @Nullable E> receive;
    private @Nullable E next;

    ElementIterator(Supplier<? extends @Nullable E> receive) {
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
    public E next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("there are no more elements");
        }
        E element = next;
        next = null;
        return element;
    }
}
