package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The command as a process of its own, from the classes under test. */
final class Command implements AutoCloseable {

    /** What a process that has ended leaves. */
    record Ended(int status, String out, String err) {}

    private final Process process;
    private final CompletableFuture<String> out;
    private final CompletableFuture<String> err;

    private Command(Process process) {
        this.process = process;
        this.out = read(process.getInputStream());
        this.err = read(process.getErrorStream());
    }

    /** Runs it to its end, with nothing on standard input. */
    static Ended run(String... arguments) {
        try (var command = start(arguments)) {
            command.input("");
            return command.end();
        }
    }

    static Command start(String... arguments) {
        return new Command(launch(line(arguments)));
    }

    /** By a shell: {@code "$@"} in the script is what starts it, up to these arguments. */
    static Ended shell(String script, String... arguments) {
        try (var command = new Command(launch(shellLine(script, arguments)))) {
            command.input("");
            return command.end();
        }
    }

    static List<String> shellLine(String script, String... arguments) {
        var line = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        line.addAll(line(arguments));
        return line;
    }

    /** Without anybody who reads what it prints. */
    static Process launch(List<String> line) {
        try {
            var builder = new ProcessBuilder(Sigint.heardBy(line));
            builder.environment().remove("COLUMNS");
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What starts it, as words. */
    static List<String> line(String... arguments) {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
        line.add("--enable-native-access=ALL-UNNAMED");
        line.add("-XX:+UseSerialGC");
        line.add("-XX:TieredStopAtLevel=1");
        line.add("-Dweft.warm-poller=false");
        line.add("-Dio.netty.leakDetection.level=paranoid");
        line.add("-cp");
        line.add(System.getProperty("java.class.path"));
        line.add(Main.class.getName());
        line.addAll(List.of(arguments));
        return line;
    }

    long pid() {
        return process.pid();
    }

    /** All of standard input. */
    void input(String text) {
        input(text.getBytes(StandardCharsets.UTF_8));
    }

    /** All of standard input. */
    void input(byte[] bytes) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Some of standard input, which stays open. */
    void say(String text) {
        try {
            process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void signal(String name) {
        signal(process, name);
    }

    static void signal(Process process, String name) {
        if (name.equals("INT")) {
            Sigint.assumeHeard();
        }
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for its end, and sees that it left neither a stack trace nor a leak report. */
    Ended end() {
        int status = await(process);
        var ended = new Ended(status, out.join(), err.join());
        assertThat(ended.err()).doesNotContain("\tat ").doesNotContain("Exception in thread");
        assertThat(ended.err()).doesNotContain("LEAK:");
        return ended;
    }

    /** Waits for its end; one that hangs is killed, and a failure. */
    static int await(Process process) {
        try {
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("it hangs");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static CompletableFuture<String> read(InputStream stream) {
        var text = new CompletableFuture<String>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                text.complete(
                                        new String(stream.readAllBytes(), StandardCharsets.UTF_8));
                            } catch (IOException e) {
                                text.completeExceptionally(e);
                            }
                        });
        return text;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
