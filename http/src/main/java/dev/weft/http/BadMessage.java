package dev.weft.http;

import org.jspecify.annotations.Nullable;

/**
 * What came over the wire breaks the rules. Inside the module only: the client turns it into {@link
 * HttpException.Protocol} or {@link HttpException.TooLarge}, the server into a status.
 */
final class BadMessage extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What a server answers. */
    final int status;

    BadMessage(int status, String what, @Nullable Throwable cause) {
        super(what, cause, false, false);
        this.status = status;
    }

    static BadMessage syntax(String what) {
        return new BadMessage(400, what, null);
    }

    static BadMessage headerTooLarge(String what) {
        return new BadMessage(431, what, null);
    }

    static BadMessage tooLarge(String what) {
        return new BadMessage(413, what, null);
    }

    /** The text, with what the failure itself has to say behind it. */
    static String about(String what, Throwable failure) {
        String more = failure.getMessage();
        return more == null || more.isBlank() ? what : what + ": " + more;
    }

    static BadMessage corrupt(String what, @Nullable Throwable cause) {
        return new BadMessage(400, what, cause);
    }
}
