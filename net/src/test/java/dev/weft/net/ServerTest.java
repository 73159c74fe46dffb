package dev.weft.net;

import static dev.weft.net.TestLoop.run;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Task;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.Objects;

/** What needs the real system; the rest is in {@link ConnectionContractTest}. */
@ExtendWith(NoLeaks.class)
@ParameterizedClass
@MethodSource("dev.weft.net.TestLoop#drivers")
@Timeout(60)
class ServerTest {
    private final String driver;

    ServerTest(String driver) {
        this.driver = driver;
    }

    private static void askAndWait(int port) {
        try (var stream = TcpStream.connect("127.0.0.1", port)) {
            stream.write(new byte[1]);
            stream.readExactly(1).close();
        }
    }

    @Test
    void the_task_of_a_connection_is_named_after_the_client() throws Exception {
        run(
                driver,
                () ->
                        TestLoop.serving(
                                peer ->
                                        peer.write(
                                                Bytes.utf8(
                                                        Objects.requireNonNull(Task.current())
                                                                .name())),
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port);
                                            Bytes name = stream.readAll(100)) {
                                        assertThat(name.toString(UTF_8))
                                                .isEqualTo(
                                                        "connection from 127.0.0.1:"
                                                                + stream.localAddress().getPort());
                                    }
                                }));
    }

    @Test
    void running_out_of_descriptors_is_reported_and_survived() throws Exception {
        try (var log = new Log()) {
            run(
                    driver,
                    () -> {
                        try (var server = TcpServer.listen("127.0.0.1", 0)) {
                            Weft.group(
                                    group -> {
                                        group.background(() -> server.serve(TestLoop::echo));
                                        int port = server.localAddress().getPort();
                                        askAndWait(port);
                                        var inside = InsideNetty.mark();
                                        inside.enter();
                                        try {
                                            server.channel
                                                    .pipeline()
                                                    .fireExceptionCaught(
                                                            new IOException(
                                                                    "accept: Too many open files"));
                                        } finally {
                                            inside.exit();
                                        }
                                        askAndWait(port);
                                    });
                        }
                    });
            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(
                            record ->
                                    assertThat(record.getMessage())
                                            .contains("Too many open files")
                                            .doesNotContain(":0:"));
        }
    }
}
