package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.weft.Weft;
import dev.weft.file.Disk;
import dev.weft.file.FileWatch;
import dev.weft.file.OpenFile;
import dev.weft.net.Bytes;
import dev.weft.net.Stdio;
import dev.weft.process.Signal;
import dev.weft.process.Signals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

/** Files in a simulation are the machine's; what comes from outside of itself is refused. */
@Timeout(60) // of a hang
class SimFilesTest {
    @TempDir Path folder;

    @Test
    void filesAreReadAndWritten() {
        Path file = folder.resolve("file");
        Sim.with(
                sim -> {
                    Disk.replace(file, new byte[] {'a', '\n', 'b'});
                    try (var lines = Disk.lines(file, 10)) {
                        assertThat(lines).containsExactly("a", "b");
                    }
                    try (var open = OpenFile.open(file, CREATE, READ, WRITE);
                            var sink = open.sink(1)) {
                        sink.write(Bytes.utf8("new"));
                        sink.flush();
                        assertThat(open.size()).isEqualTo(4);
                    }
                    assertThat(sim.elapsed()).isZero();
                });
        assertThat(file).hasContent("anew");
    }

    @Test
    void whateverTheOrderAFileIsReplacedAsAWhole() {
        Path file = folder.resolve("file");
        Sim.exploring()
                .runs(50)
                .run(
                        sim -> {
                            Disk.write(file, "old");
                            Weft.group(
                                    group -> {
                                        var replacing =
                                                group.start(
                                                        () -> Disk.replace(file, new byte[] {'n'}));
                                        group.start(() -> replacing.cancel("at some time"));
                                        group.start(
                                                () ->
                                                        assertThat(Disk.readString(file, 10))
                                                                .isIn("old", "n"));
                                    });
                            try (var files = Files.list(folder)) {
                                assertThat(files).containsExactly(file);
                            }
                        });
    }

    @Test
    void aFileThatIsLeftOpenFailsTheRun() {
        Path file = folder.resolve("file");
        assertThatThrownBy(() -> Sim.run(() -> OpenFile.open(file, CREATE, WRITE)))
                .hasMessageContaining("OpenFile " + file);
    }

    @Test
    void signalsStandardInputAndWatchesAreRefused() {
        Sim.run(
                () -> {
                    assertThatIllegalStateException()
                            .isThrownBy(() -> Signals.receive(Signal.HUP))
                            .withMessageContaining("Signals.receive is of the operating system");
                    assertThatIllegalStateException()
                            .isThrownBy(Stdio::in)
                            .withMessageContaining("can't be simulated");
                    assertThatIllegalStateException()
                            .isThrownBy(() -> FileWatch.of(folder))
                            .withMessageContaining("FileWatch.of is of the operating system");
                });
    }
}
