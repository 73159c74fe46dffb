package dev.weft.cli;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Whether standard output and standard error are terminals, and how wide they are. The JDK tells
 * neither, so the system is asked: {@code /proc} where there is one, else the programs {@code test}
 * and {@code stty}; where there is neither, it is none.
 */
record Terminal(boolean output, boolean error, int width) {
    private static final int PLAIN_WIDTH = 120;
    private static final int TERMINAL_WIDTH = 80;

    static Terminal detect() {
        boolean output = isTerminal(1);
        boolean error = isTerminal(2);
        return new Terminal(output, error, width(System.getenv(), output || error));
    }

    /** Whether a line can be redrawn on standard error. */
    boolean canRedraw() {
        return error && !"dumb".equals(System.getenv("TERM"));
    }

    private static boolean isTerminal(int descriptor) {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        try {
            if (Files.isSymbolicLink(link)) {
                String file = Files.readSymbolicLink(link).toString();
                return file.startsWith("/dev/pts/")
                        || file.startsWith("/dev/tty")
                        || file.equals("/dev/console");
            }
            var test = new ProcessBuilder("test", "-t", Integer.toString(descriptor));
            return test.inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static int width(Map<String, String> environment, boolean terminal) {
        String columns = environment.getOrDefault("COLUMNS", "");
        if (columns.matches("[1-9]\\d{0,4}")) {
            return Integer.parseInt(columns);
        }
        return terminal ? terminalWidth() : PLAIN_WIDTH;
    }

    private static int terminalWidth() {
        try {
            var stty =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(new File("/dev/tty"))
                            .redirectError(Redirect.DISCARD)
                            .start();
            String answer =
                    new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            if (stty.waitFor(1, TimeUnit.SECONDS) && answer.matches("\\d+ [1-9]\\d{0,4}\\s*")) {
                return Integer.parseInt(answer.substring(answer.indexOf(' ')).strip());
            }
        } catch (IOException e) {
            return TERMINAL_WIDTH;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return TERMINAL_WIDTH;
    }
}
