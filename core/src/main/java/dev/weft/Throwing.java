package dev.weft;

/** Throwing what the compiler does not see. */
final class Throwing {
    private Throwing() {}

    /**
     * Throws {@code t} itself, checked or not; the return type lets the caller write {@code throw}.
     */
    static RuntimeException sneaky(Throwable t) {
        return Throwing.<RuntimeException>raise(t);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> RuntimeException raise(Throwable t) throws X {
        throw (X) t;
    }
}
