package dev.weft;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a process that a test starts hears SIGINT. A shell without job control starts what runs
 * in the background with SIGINT ignored, and all processes below inherit that, unless somebody
 * restores the default: {@code env} of newer coreutils does.
 */
final class Sigint {
    private static final List<String> RESTORING = List.of("env", "--default-signal=INT");
    private static final boolean CAN_BE_RESTORED = succeeds(heard(List.of("true")));
    private static final boolean IS_IGNORED = succeeds(List.of("sh", "-c", "kill -INT $$"));

    private Sigint() {}

    /** The command as one that hears it, where that can be had. */
    static List<String> heardBy(List<String> command) {
        return CAN_BE_RESTORED ? heard(command) : command;
    }

    /** Skips the test if a process that it has started may be deaf. */
    static void assumeHeard() {
        assumeTrue(
                CAN_BE_RESTORED || !IS_IGNORED,
                "SIGINT was ignored when the tests began, and there is no env --default-signal; run"
                        + " them in the foreground");
    }

    private static List<String> heard(List<String> command) {
        List<String> all = new ArrayList<>(RESTORING);
        all.addAll(command);
        return all;
    }

    private static boolean succeeds(List<String> command) {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException thereIsNone) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
