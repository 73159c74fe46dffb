package dev.weft;

import org.jspecify.annotations.Nullable;

/** Values that went through a field or a list that forgot their type. */
final class Erased {
    private Erased() {}

    /** The value as what it was; null only if {@code T} allows it. */
    @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
    static <T extends @Nullable Object> T value(@Nullable Object value) {
        return (T) value;
    }
}
