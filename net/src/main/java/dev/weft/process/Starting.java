package dev.weft.process;

import dev.weft.OffloadOptions;
import dev.weft.Weft;
import dev.weft.net.Descriptors;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Objects;

/** How a child comes to be: which of the two ways, and what becomes of it when nobody waits. */
final class Starting {
    private Starting() {}

    static Child start(Command command) {
        Descriptors.whenLoopEnds("Command.start", () -> {})
                .close(); // refuses where there is no loop for it
        @Nullable Adopter[] started = new Adopter[1];
        try {
            Weft.offload(
                    OffloadOptions.defaults().name("start " + command.name()),
                    () -> started[0] = startHere(command));
            Weft.checkCancelled();
        } catch (Throwable e) {
            Adopter orphan = started[0];
            if (orphan != null) {
                new Child(command.grace(Duration.ZERO), orphan.adopt()).close();
            }
            throw e;
        }
        return new Child(command, Objects.requireNonNull(started[0], "what was started").adopt());
    }

    /** Takes a process that has been started over to the loop. */
    private interface Adopter {
        Running adopt();
    }

    /** On a thread that may block. */
    private static Adopter startHere(Command command) {
        Posix posix = posix();
        if (posix != null) {
            Spawned spawned = Spawned.start(posix, command);
            return () -> new NativeChild(posix, spawned, command);
        }
        if (command.ownGroup()) {
            throw new UnsupportedOperationException(
                    command
                            + ": a group of its own needs Linux and --enable-native-access; here"
                            + " children are started through the JDK");
        }
        Process process = JdkChild.start(command);
        return () -> new JdkChild(process, command);
    }

    /** {@code -Dweft.process=jdk} has all children started through the JDK. */
    private static @Nullable Posix posix() {
        return "jdk".equals(System.getProperty("weft.process")) || !Descriptors.areAvailable()
                ? null
                : Posix.orNull();
    }
}
