package dev.weft.examples;

import module java.base;

import dev.weft.Weft;
import dev.weft.net.ByteSource;
import dev.weft.net.Stdio;
import dev.weft.process.Command;
import dev.weft.process.ExitStatus;
import dev.weft.process.Input;

/**
 * Runs shell commands in parallel, a few at a time: those that are its arguments, or else each line
 * of its input. Every line of output begins with the command's number. With {@code -f} the first
 * failure stops the others; Ctrl-C always does.
 *
 * <pre>ParallelCommands [-j 4] [-f] [command...]</pre>
 */
final class ParallelCommands {
    private static int atOnce = Runtime.getRuntime().availableProcessors();
    private static boolean failsFast;
    private static int failed;

    static void main(String[] arguments) {
        List<String> lines = options(arguments);
        Weft.run(
                () -> {
                    if (lines.isEmpty()) {
                        readAll(lines);
                    }
                    List<Integer> numbers = IntStream.range(0, lines.size()).boxed().toList();
                    Weft.forEach(numbers, atOnce, n -> run(n + 1, lines.get(n)));
                });
        System.exit(failed == 0 ? 0 : 1);
    }

    static List<String> options(String[] arguments) {
        var words = new ArrayList<>(List.of(arguments));
        while (!words.isEmpty() && words.getFirst().startsWith("-")) {
            switch (words.removeFirst()) {
                case "-f" -> failsFast = true;
                case "-j" -> atOnce = Integer.parseInt(words.removeFirst());
                case String other -> throw new IllegalArgumentException(other + ": use -f or -j 4");
            }
        }
        return words;
    }

    static void readAll(List<String> lines) {
        try (var stdin = Stdio.in()) {
            for (String line = stdin.readLine(); line != null; line = stdin.readLine()) {
                lines.add(line);
            }
        }
    }

    static void run(int number, String line) {
        Command command = Command.shell(line).stdin(Input.empty()).mergeStderr().inOwnGroup();
        try (var child = command.start()) {
            print(number, child.stdout());
            ExitStatus status = child.await();
            if (!status.isSuccess()) {
                IO.println(number + ": " + status);
                failed++;
                if (failsFast) {
                    throw new IllegalStateException("command " + number + ": " + status);
                }
            }
        }
    }

    static void print(int number, ByteSource output) {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            IO.println(number + "| " + line);
        }
    }
}
