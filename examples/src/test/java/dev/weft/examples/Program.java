package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program of the examples as a process of its own, as a reader would run it. */
final class Program implements AutoCloseable {
    private static final String LISTENS = "listening on port ";

    private final Process process;
    private final BufferedReader output;

    Program(Class<?> program, String... args) throws IOException {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
        line.add("--enable-native-access=ALL-UNNAMED");
        line.add("-Dweft.slow-step=0");
        line.add("-cp");
        line.add(System.getProperty("java.class.path"));
        line.add(program.getName());
        line.addAll(List.of(args));
        process = new ProcessBuilder(line).redirectErrorStream(true).start();
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** All that it prints until it ends, which it has to do well. */
    List<String> lines() throws InterruptedException {
        List<String> lines = output.lines().toList();
        assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
        return lines;
    }

    /** The port that it says it listens on. */
    int port() throws IOException {
        String line = output.readLine();
        assertThat(line).startsWith(LISTENS);
        return Integer.parseInt(line.substring(LISTENS.length()));
    }

    Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port());
    }

    /** Ends it as Ctrl-C or a service manager would; gives its exit status. */
    int terminate() throws InterruptedException {
        process.destroy();
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            output.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
