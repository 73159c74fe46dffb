package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Addresses in the order in which to try them: the families in turn (RFC 8305, section 4). */
final class AddressTurns {
    private final ArrayDeque<InetAddress> six = new ArrayDeque<>();
    private final ArrayDeque<InetAddress> four = new ArrayDeque<>();
    private final Set<InetAddress> known = new HashSet<>();
    private @Nullable Boolean sixIsNext;

    /** Those that are new come after the others of their family. */
    void add(List<InetAddress> addresses) {
        for (InetAddress address : addresses) {
            if (known.add(address)) {
                boolean isSix = address instanceof Inet6Address;
                (isSix ? six : four).add(address);
                sixIsNext = sixIsNext == null ? isSix : sixIsNext;
            }
        }
    }

    boolean isEmpty() {
        return six.isEmpty() && four.isEmpty();
    }

    @Nullable InetAddress next() {
        if (isEmpty()) {
            return null;
        }
        boolean takeSix = four.isEmpty() || (sixIsNext != null && sixIsNext && !six.isEmpty());
        sixIsNext = !takeSix;
        return (takeSix ? six : four).poll();
    }
}
