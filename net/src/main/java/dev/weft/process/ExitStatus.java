package dev.weft.process;

/**
 * How a child ended. <em>Any thread</em>.
 *
 * @param code what it passed to {@code exit}, 0 to 255; 128 and the signal's number, as in a shell,
 *     if a signal killed it; 255 if somebody else in this process has taken its status
 * @param signal the number of the signal that killed it; 0 if none did. Where children are started
 *     through the JDK this is always 0, since the JDK tells the code alone
 */
public record ExitStatus(int code, int signal) {

    static ExitStatus exited(int code) {
        return new ExitStatus(code, 0);
    }

    static ExitStatus killed(int signal) {
        return new ExitStatus(128 + signal, signal);
    }

    /** Whether the code is 0. */
    public boolean isSuccess() {
        return code == 0;
    }

    /** Whether a signal killed it. */
    public boolean isKilled() {
        return signal != 0;
    }

    @Override
    public String toString() {
        return isKilled() ? "killed by " + Signal.describe(signal) : "exit status " + code;
    }
}
