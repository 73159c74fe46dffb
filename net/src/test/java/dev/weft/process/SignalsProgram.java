package dev.weft.process;

import dev.weft.Weft;

import java.time.Duration;

/** For {@link SignalsTest}: what a signal does while it is received, and after. */
final class SignalsProgram {
    private SignalsProgram() {}

    public static void main(String[] arguments) {
        Weft.run(
                () -> {
                    take();
                    try {
                        Weft.sleep(Duration.ofHours(1));
                    } finally {
                        IO.println("cancelled");
                    }
                });
    }

    private static void take() {
        try (var signals = Signals.receive(Signal.TERM)) {
            IO.println("open");
            IO.println("got " + signals.next());
            IO.println("got " + signals.next());
        }
        IO.println("closed");
    }
}
