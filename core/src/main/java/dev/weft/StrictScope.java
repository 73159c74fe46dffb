package dev.weft;

/** A scope in which a cancellation is due at every wait, however often it has been delivered. */
final class StrictScope extends OwnedScope {
    private StrictScope(LoopTask<?> owner) {
        super(owner);
    }

    static StrictScope open() {
        StrictScope scope = new StrictScope(LoopTask.current());
        scope.enter();
        return scope;
    }

    @Override
    String describe() {
        return "strict";
    }
}
