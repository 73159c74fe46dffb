package dev.weft.test;

/** Throws what the compiler was told about elsewhere. */
final class Throwing {
    private Throwing() {}

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <X extends Throwable> RuntimeException sneaky(Throwable t) throws X {
        throw (X) t;
    }
}
