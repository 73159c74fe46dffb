package dev.weft;

import org.jspecify.annotations.Nullable;

/** A clause that does something with what its source gave. */
final class Handled<T extends @Nullable Object, R extends @Nullable Object, X extends Exception>
        extends Clause<R, X> {
    private final Source<T> source;
    private final Each<? super T, ? extends R, ? extends X> handler;

    Handled(Source<T> source, Each<? super T, ? extends R, ? extends X> handler) {
        this.source = source;
        this.handler = handler;
    }

    @Override
    Source<T> source() {
        return source;
    }

    @Override
    R takeNow() throws X {
        return handler.apply(source.take());
    }

    @Override
    R takeHandedOver(@Nullable Object value) throws X {
        return handler.apply(source.received(value));
    }
}
