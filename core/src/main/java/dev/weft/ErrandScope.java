package dev.weft;

import org.jspecify.annotations.Nullable;

/** A stretch in which a task does something for the worker that waits for it. */
final class ErrandScope extends OwnedScope {
    /** The worker's; null if nothing bounds its call. */
    final @Nullable Token token;

    private ErrandScope(LoopTask<?> owner, @Nullable Token token) {
        super(owner);
        this.token = token;
    }

    static ErrandScope open(LoopTask<?> task, @Nullable Token token) {
        ErrandScope scope = new ErrandScope(task, token);
        scope.enter();
        return scope;
    }

    @Override
    String describe() {
        return "Offload.onLoop";
    }
}
