package dev.weft;

import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;

/** The exceptions by which the JDK says that a blocking call was interrupted. */
final class Interrupts {
    private Interrupts() {}

    private static final int MAX_CAUSES = 100;

    /** Whether such an exception is in the chain of causes. */
    static boolean isBehind(Throwable thrown) {
        int depth = 0;
        for (Throwable t = thrown; t != null && depth < MAX_CAUSES; t = t.getCause(), depth++) {
            if (isInterrupt(t)) {
                return true;
            }
        }
        return false;
    }

    static boolean isInterrupt(Throwable t) {
        return t instanceof InterruptedException
                || t instanceof ClosedByInterruptException
                || (t instanceof InterruptedIOException && !(t instanceof SocketTimeoutException))
                || (t instanceof SocketException && "Closed by interrupt".equals(t.getMessage()));
    }
}
