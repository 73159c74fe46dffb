package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What takes another JVM: JUnit 5, and one without the flag. */
class ForkedTest {
    private static final Predicate<String> JUNIT =
            Pattern.compile("[/\\\\]junit-[^/\\\\]*\\.jar$").asPredicate();

    /** Maven copied it there. */
    private static final Path JUNIT_5 = Path.of("target", "junit5").toAbsolutePath();

    private static String classPath(Predicate<String> entries) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entries)
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Test
    void all_of_it_works_with_junit_5_too() throws IOException, InterruptedException {
        assertThat(JUNIT_5).as("what mvn process-test-resources copies").isDirectory();
        assertThat(
                        Forked.run(
                                List.of("--add-opens", "java.base/java.lang=ALL-UNNAMED"),
                                JUNIT_5
                                        + File.separator
                                        + "*"
                                        + File.pathSeparator
                                        + classPath(JUNIT.negate()),
                                SimTestTest.class,
                                CheckpointsTest.class))
                .contains("JUnit 1.14.")
                .contains(" passed, 0 failed")
                .endsWith("exit 0");
    }

    static class Flagless {
        @SimTest
        void runs() {}

        @Test
        void runsOnce() {
            Sim.run(() -> {});
        }
    }

    @Test
    void a_missing_flag_is_named_with_where_to_put_it() throws IOException, InterruptedException {
        String flag = "--add-opens java.base/java.lang=ALL-UNNAMED";
        assertThat(Forked.run(List.of(), classPath(_ -> true), Flagless.class))
                .contains("0 passed, 2 failed")
                .contains("a simulation needs a JVM that was started with\n    " + flag)
                .contains("<argLine>" + flag + "</argLine>")
                .contains("IDE, in the VM options")
                .endsWith("exit 1");
    }
}
