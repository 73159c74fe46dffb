package dev.weft;

import org.jspecify.annotations.Nullable;

/** What is never ready, and waits in no list. */
class Never<T extends @Nullable Object> extends Source<T> {
    static final Source<?> NEVER = new Never<>();

    /** The select takes it when nothing else is ready. */
    static final Source<@Nullable Void> OTHERWISE = new Never<>();

    private Never() {}

    /** Happens after a time, for which the select sets a timer. */
    static final class After extends Never<@Nullable Void> {
        final long nanos;

        After(long nanos) {
            this.nanos = nanos;
        }

        @Override
        protected boolean isReady() {
            return nanos == 0;
        }
    }

    @Override
    protected final WaitList waiters() {
        throw new IllegalStateException("waits nowhere");
    }

    @Override
    protected boolean isReady() {
        return false;
    }

    @Override
    protected final T take() {
        return Erased.value(null);
    }

    @Override
    protected final T received(@Nullable Object handedOver) {
        return Erased.value(null);
    }
}
