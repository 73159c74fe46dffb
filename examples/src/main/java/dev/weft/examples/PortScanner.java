package dev.weft.examples;

import dev.weft.Weft;
import dev.weft.net.ConnectFailedException;
import dev.weft.net.ConnectOptions;
import dev.weft.net.TcpStream;
import dev.weft.sync.RateLimiter;

import java.time.Duration;
import java.util.stream.IntStream;

/**
 * Says which ports of a host are open, at most so many attempts a second: {@code PortScanner
 * localhost 1 1024 200}. Scan what is yours.
 */
final class PortScanner {
    private static final int AT_ONCE = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    static void main(String[] args) {
        String host = args[0];
        var ports = IntStream.rangeClosed(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
        int perSecond = Integer.parseInt(args[3]);
        Weft.run(
                () -> {
                    var rate = RateLimiter.tokenBucket(perSecond, Duration.ofSeconds(1));
                    Weft.forEach(
                            ports.boxed().toList(),
                            AT_ONCE,
                            port -> {
                                rate.acquire();
                                if (isOpen(host, port)) {
                                    IO.println(port + " is open");
                                }
                            });
                });
    }

    private static boolean isOpen(String host, int port) {
        var target = ConnectOptions.of(host, port).connectTimeout(PATIENCE);
        try (var _ = TcpStream.connect(target)) {
            return true;
        } catch (ConnectFailedException closed) {
            return false;
        }
    }
}
