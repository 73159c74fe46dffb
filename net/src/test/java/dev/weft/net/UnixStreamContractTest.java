package dev.weft.net;

import static dev.weft.net.TestLoop.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;

/** Over Unix sockets, with each driver. */
@ParameterizedClass
@MethodSource("dev.weft.net.TestLoop#drivers")
class UnixStreamContractTest extends StreamContract {
    private final String driver;

    UnixStreamContractTest(String driver) {
        this.driver = driver;
    }

    @Override
    boolean resets() {
        return false;
    }

    @Override
    <X extends Exception> void connected(Case<X> body) throws Exception {
        Path folder = Files.createTempDirectory("weft-unix");
        try {
            TestLoop.run(driver, () -> over(folder.resolve("socket"), body));
        } finally {
            Files.delete(folder);
        }
    }

    /** Netty's other channels of Unix sockets close at the end of what comes. */
    @Override
    boolean writesAfterTheEnd() {
        return driver.equals("epoll");
    }

    @Test
    void with_the_other_drivers_the_end_of_one_direction_is_that_of_both() throws Exception {
        assumeFalse(writesAfterTheEnd());
        connected(
                (group, left, right) -> {
                    writeAndEnd(left, "question");
                    assertThat(readAll(right)).asString().isEqualTo("question");
                    assertThatExceptionOfType(ConnectionClosedException.class)
                            .isThrownBy(() -> right.write(new byte[1]));
                });
    }

    private static <X extends Exception> void over(Path path, Case<X> body) throws X {
        var accepted = new ArrayList<ByteStream>();
        try (UnixServer server = UnixServer.listen(path)) {
            Weft.group(
                    serving -> {
                        serving.background(
                                () ->
                                        server.serve(
                                                peer -> {
                                                    accepted.add(peer);
                                                    Weft.sleep(Duration.ofDays(1));
                                                }));
                        ByteStream left = UnixStream.connect(path);
                        until(() -> !accepted.isEmpty());
                        ByteStream right = accepted.getFirst();
                        try {
                            Weft.group(group -> body.run(group, left, right));
                        } finally {
                            left.abort();
                            right.abort();
                        }
                    });
        }
    }
}
