package dev.weft;

/** One request to cancel a scope. Compared by identity: a scope absorbs its own request only. */
final class CancelRequest {
    private final Scope scope;
    private final String reason;
    private final String by;

    CancelRequest(Scope scope, String reason, String by) {
        this.scope = scope;
        this.reason = reason;
        this.by = by;
    }

    Scope scope() {
        return scope;
    }

    String reason() {
        return reason;
    }

    String by() {
        return by;
    }
}
