package dev.weft.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program of the tests in a JVM of its own. */
final class Jvm {
    private Jvm() {}

    static Command command(Class<?> program, String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
        words.add("--enable-native-access=ALL-UNNAMED");
        words.add("-Dweft.slow-step=0");
        words.add("-cp");
        words.add(System.getProperty("java.class.path"));
        words.add(program.getName());
        words.addAll(List.of(arguments));
        return Command.exec(words);
    }

    /** The same as a part of a shell's line, which names the program with {@code "$@"}. */
    static Command inShell(String line, Command program) {
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", line, "sh"));
        words.addAll(program.words());
        return Command.exec(words);
    }
}
