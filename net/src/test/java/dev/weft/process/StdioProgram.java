package dev.weft.process;

import dev.weft.Weft;
import dev.weft.net.Bytes;
import dev.weft.net.ConnectionResetException;
import dev.weft.net.Stdio;

import java.time.Duration;
import java.util.Locale;

/** For {@link StdioTest}: what reads and writes its own standard streams. */
final class StdioProgram {
    private StdioProgram() {}

    public static void main(String[] arguments) {
        switch (arguments[0]) {
            case "upper" -> Weft.run(StdioProgram::upper);
            case "endless" -> Weft.run(StdioProgram::endless);
            case "parts" -> {
                Weft.run(StdioProgram::firstLine);
                Weft.run(StdioProgram::upper);
            }
            case "cancel" -> Weft.run(StdioProgram::cancelled);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void upper() {
        try (var in = Stdio.in();
                var out = Stdio.out()) {
            for (String line : in.lines()) {
                System.out.print("> ");
                out.write(Bytes.utf8(line.toUpperCase(Locale.ROOT) + "\n"));
                out.flush();
            }
        }
    }

    private static void endless() {
        try (var out = Stdio.out();
                var err = Stdio.err()) {
            try {
                while (true) {
                    out.write(Bytes.utf8("line\n"));
                }
            } catch (ConnectionResetException e) {
                err.write(Bytes.utf8(e.getMessage() + "\n"));
            }
        }
    }

    /** Left open: the loop's end closes it. */
    private static void firstLine() {
        IO.println("first: " + Stdio.in().readLine());
    }

    /** One source gives up while its read is under way; the next one gets what that reads. */
    private static void cancelled() {
        try (var in = Stdio.in()) {
            Weft.moveOnAfter(Duration.ofMillis(1), () -> IO.println(in.readLine()));
            try {
                Stdio.in();
            } catch (IllegalStateException e) {
                IO.println(String.valueOf(e.getMessage()).replaceAll(" in .*", ""));
            }
        }
        upper();
    }
}
