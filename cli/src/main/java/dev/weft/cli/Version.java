package dev.weft.cli;

import picocli.CommandLine.IVersionProvider;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** What {@code --version} says. The build fills the resource in. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"weft " + number() + " on Java " + System.getProperty("java.version")};
    }

    static String number() {
        try (InputStream in = Version.class.getResourceAsStream("version.txt")) {
            String text =
                    in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
            return text.isEmpty() || text.startsWith("$") ? "(unbuilt)" : text;
        } catch (IOException e) {
            return "(unbuilt)";
        }
    }
}
