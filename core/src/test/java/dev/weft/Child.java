package dev.weft;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own: for what can be tested once in a process, or ends it. */
final class Child implements AutoCloseable {
    static final String CLASS_PATH_FLAG = "--add-opens=java.base/java.lang=ALL-UNNAMED";

    /** Has the child run in the mode that this JVM is in. */
    static final String SAME_MODE =
            Switching.PORTABLE ? "-Dweft.test.portable=true" : CLASS_PATH_FLAG;

    private final Process process;
    private final BufferedReader output;
    private final List<String> lines = new ArrayList<>();

    private Child(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(arguments);
        try {
            process = new ProcessBuilder(Sigint.heardBy(command)).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** A program on the class path. */
    static Child onClassPath(Class<?> main, String... flags) {
        List<String> arguments = new ArrayList<>(List.of(flags));
        arguments.addAll(List.of("-cp", classes(Weft.class) + File.pathSeparator + classes(main)));
        arguments.add(main.getName());
        return new Child(arguments);
    }

    /** A program inside Weft's module, on the module path. */
    static Child onModulePath(Class<?> main, String... flags) {
        List<String> arguments = new ArrayList<>(List.of(flags));
        arguments.addAll(
                List.of(
                        "--module-path",
                        classes(Weft.class),
                        "--patch-module",
                        "dev.weft.core=" + classes(main),
                        "-m",
                        "dev.weft.core/" + main.getName()));
        return new Child(arguments);
    }

    private static String classes(Class<?> c) {
        try {
            return Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Reads until a line contains {@code text}; fails if the output ends before. */
    String awaitLine(String text) throws IOException {
        for (String line; (line = output.readLine()) != null; ) {
            lines.add(line);
            if (line.contains(text)) {
                return line;
            }
        }
        throw new AssertionError("no line with '" + text + "' in " + lines);
    }

    /** Sends a signal, such as {@code INT}. */
    void kill(String signal) throws IOException, InterruptedException {
        if (signal.equals("INT")) {
            Sigint.assumeHeard();
        }
        int status =
                new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                        .inheritIO()
                        .start()
                        .waitFor();
        if (status != 0) {
            throw new AssertionError("kill failed with " + status);
        }
    }

    /** Reads the rest and waits for the end. */
    int exitStatus() throws IOException, InterruptedException {
        for (String line; (line = output.readLine()) != null; ) {
            lines.add(line);
        }
        return process.waitFor();
    }

    /** What it has printed, as far as it was read. */
    String printed() {
        return String.join("\n", lines);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
