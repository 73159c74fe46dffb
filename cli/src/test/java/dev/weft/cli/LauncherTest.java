package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;

/** The {@code ./weft} script with a jar that has been built, and a script in place of the JVM. */
class LauncherTest {
    @TempDir private Path root;
    private Path java;

    @BeforeEach
    void copyLauncher() throws IOException {
        Path project = Path.of("..");
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")));
        Files.copy(
                project.resolve("weft"), root.resolve("weft"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(
                project.resolve(".ci/jdk.sh"),
                Files.createDirectory(root.resolve(".ci")).resolve("jdk.sh"));
        Files.writeString(root.resolve("pom.xml"), "");
        Files.createDirectories(root.resolve("cli/src/main"));
        Files.writeString(root.resolve("cli/pom.xml"), "");
        Path target = Files.createDirectory(root.resolve("cli/target"));
        Path jar = Files.writeString(target.resolve("weft-cli.jar"), "");
        Path tried = Files.writeString(target.resolve("weft-cli.aot.tried"), ""); // no training
        var later = Files.getLastModifiedTime(jar).toInstant().plusSeconds(1);
        Files.setLastModifiedTime(tried, FileTime.from(later));
        Files.writeString(root.resolve("release"), "JAVA_VERSION=\"25\"\n");
        java = Files.createDirectory(root.resolve("bin")).resolve("java");
    }

    @ParameterizedTest
    @CsvSource({
        "LC_ALL=C, C.UTF-8",
        "LC_ALL=POSIX, C.UTF-8",
        "LC_ALL= LC_CTYPE= LANG=, C.UTF-8",
        "LC_ALL=no_SUCH.UTF-8, C.UTF-8",
        "LC_ALL=C.UTF-8, C.UTF-8",
        "LC_ALL= LC_CTYPE= LANG=C.UTF-8, ''"
    })
    void should_give_the_jvm_a_charset_with_all_characters(String environment, String expected)
            throws Exception {
        assertThat(launch("echo \"$LC_ALL\"", environment + " ./weft")).isEqualTo(expected + "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "./weft <&-, cat <&0",
        "./weft >&-, echo x >&1",
        "./weft 2>&-, echo x >&2",
        "./weft <&- 2>&-, cat <&0",
        "./weft <&- 2>&-, echo x >&2"
    })
    void should_not_let_another_file_become_a_stream_that_is_closed(String line, String use)
            throws Exception {
        launch(use + " && said=works || said=fails; echo $said >\"$0.said\"", line);

        assertThat(java.resolveSibling("java.said")).hasContent("fails\n");
    }

    @Test
    void should_pass_on_streams_and_arguments_as_they_are() throws Exception {
        assertThat(launch("cat; for last do :; done; echo \"$last\"", "echo in | ./weft 'a  *'"))
                .isEqualTo("in\na  *\n");
    }

    private String launch(String jvm, String line) throws IOException {
        Files.writeString(java, "#!/bin/sh\n" + jvm + "\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        var process =
                Command.launch(
                        List.of(
                                "sh",
                                "-c",
                                "cd '" + root + "' && export WEFT_JAVA_HOME=\"$PWD\" && " + line));
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Command.await(process);
        return out;
    }
}
