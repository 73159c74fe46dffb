package dev.weft.net;

import dev.weft.Group;
import dev.weft.Weft;

/** Both directions between two streams. */
final class Relay {
    private Relay() {}

    static void run(ByteStream one, ByteStream other) {
        Weft.group(
                group -> {
                    group.start(() -> forward(group, one, other));
                    forward(group, other, one);
                });
    }

    private static void forward(Group group, ByteStream from, ByteStream to) {
        from.transferTo(to);
        try {
            to.shutdownOutput();
        } catch (UnsupportedOperationException overTls) {
            group.cancel("one side has ended, and the other can't be half closed");
        }
    }
}
