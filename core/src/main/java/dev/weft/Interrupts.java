package dev.weft;

import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;

/** The exceptions by which the JDK says that a blocking call was interrupted. */
final class Interrupts {
    private Interrupts() {}

    static boolean isInterrupt(Throwable t) {
        return t instanceof InterruptedException
                || t instanceof ClosedByInterruptException
                || (t instanceof InterruptedIOException && !(t instanceof SocketTimeoutException))
                || (t instanceof SocketException && "Closed by interrupt".equals(t.getMessage()));
    }
}
