package dev.weft.test;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Another JVM: its start here, and JUnit as the main class there. */
final class Forked {
    private Forked() {}

    /** Runs test classes and says what came of them; ends with 1 if a test failed. */
    static void main(String[] types) {
        var tests = Arrays.stream(types).map(type -> selectClass(type)).toList();
        var listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request().selectors(tests).build(), listener);
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var summary = listener.getSummary();
        summary.printFailuresTo(out, 3);
        out.println(
                "JUnit "
                        + selectClass("x").getClass().getPackage().getImplementationVersion()
                        + ": "
                        + summary.getTestsSucceededCount()
                        + " passed, "
                        + summary.getTotalFailureCount()
                        + " failed");
        System.exit(summary.getTotalFailureCount() == 0 ? 0 : 1);
    }

    /** What the tests of these types said, and the exit status in its last line. */
    static String run(List<String> flags, String classPath, Class<?>... types)
            throws IOException, InterruptedException {
        List<String> names = Arrays.stream(types).map(Class::getName).toList();
        return java(flags, classPath, Forked.class, names);
    }

    /** What a program said, and the exit status in its last line. */
    static String java(List<String> flags, String classPath, Class<?> main, List<String> args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(args);
        Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return said + "exit " + java.waitFor();
    }
}
