package dev.weft.net;

import static dev.weft.net.TestLoop.serving;
import static dev.weft.net.TestLoop.until;

import dev.weft.Weft;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.ArrayList;

/** Over loopback, with each driver. */
@ParameterizedClass
@MethodSource("dev.weft.net.TestLoop#drivers")
class TcpStreamContractTest extends StreamContract {
    private final String driver;

    TcpStreamContractTest(String driver) {
        this.driver = driver;
    }

    @Override
    <X extends Exception> void connected(Case<X> body) throws Exception {
        var accepted = new ArrayList<ByteStream>();
        TestLoop.run(
                driver,
                () ->
                        serving(
                                peer -> {
                                    accepted.add(peer);
                                    Weft.sleep(Duration.ofDays(1));
                                },
                                port -> {
                                    ByteStream left = TcpStream.connect("127.0.0.1", port);
                                    until(() -> !accepted.isEmpty());
                                    ByteStream right = accepted.getFirst();
                                    try {
                                        Weft.group(group -> body.run(group, left, right));
                                    } finally {
                                        left.abort();
                                        right.abort();
                                    }
                                }));
    }
}
