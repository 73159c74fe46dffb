package dev.weft.net;

import org.jspecify.annotations.Nullable;

/** The connection could not be secured, or its protection broke; {@link #kind} says why. */
public final class TlsException extends NetException {
    private static final long serialVersionUID = 1;

    /** Why not. */
    public enum Kind {
        /** The other side's certificate is not trusted, not valid now, or damaged. */
        CERTIFICATE,
        /** The certificate is for another name. */
        NAME,
        /** The two sides found no common ground, or one broke off or broke the rules. */
        HANDSHAKE,
        /** The files that this side's options name can't be used. */
        CONFIGURATION
    }

    private final Kind kind;

    TlsException(String target, Kind kind, String message, @Nullable Throwable cause) {
        super(target, message, cause);
        this.kind = kind;
    }

    /** Why not. */
    public Kind kind() {
        return kind;
    }
}
