package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Loop;
import dev.weft.Weft;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** However the bytes of an answer are cut into pieces, they mean the same. */
@Timeout(60)
class SplitsTest {

    private static final String BIG = "0123456789abcdef".repeat(2000);

    /** What a reader of the stream sees: everything up to the end or the first error. */
    private static String read(byte[] stream, Random cuts) throws Exception {
        return Weft.run(
                () -> {
                    var channel = new EmbeddedChannel();
                    Wire wire = Wire.attach(channel, false);
                    var feeder =
                            Weft.background(
                                    () -> {
                                        for (int at = 0; at < stream.length; ) {
                                            int n =
                                                    Math.min(
                                                            stream.length - at,
                                                            1
                                                                    + cuts.nextInt(
                                                                            cuts.nextInt(10) == 0
                                                                                    ? 9000
                                                                                    : 9));
                                            channel.writeInbound(
                                                    Unpooled.copiedBuffer(stream, at, n));
                                            at += n;
                                            if (cuts.nextBoolean()) {
                                                Weft.checkpoint();
                                            }
                                        }
                                        channel.close().syncUninterruptibly();
                                    });
                    String seen = answers(wire, cuts);
                    feeder.await();
                    wire.close();
                    return seen;
                });
    }

    private static String answers(Wire wire, Random cuts) {
        var deadline = new Deadline(Loop.current(), null, null);
        var parser = new HeaderParser(wire);
        var seen = new StringBuilder();
        byte[] piece = new byte[4096];
        try {
            while (true) {
                parser.begin();
                int stop = parser.line(deadline);
                if (stop < 0) {
                    return seen.append("end").toString();
                }
                StatusLine line = StatusLine.parse(wire, parser, stop);
                Headers headers = parser.fields(deadline);
                long length = Framing.ofResponse(headers, line.http11(), line.status(), false);
                seen.append(line).append(headers);
                var body = new BodyReader(wire, parser, length);
                for (int n = 0;
                        n >= 0;
                        n = body.read(piece, 0, 1 + cuts.nextInt(piece.length), deadline)) {
                    seen.append(new String(piece, 0, n, StandardCharsets.ISO_8859_1));
                }
            }
        } catch (BadMessage | Broken e) {
            return seen.append(e.getClass().getSimpleName()).append(e.getMessage()).toString();
        }
    }

    private static byte[] stream(Random random) {
        var out = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            switch (random.nextInt(5)) {
                case 0 ->
                        out.append("HTTP/1.1 200 OK\r\nContent-Length: 32000\r\nA: b\r\n\r\n")
                                .append(BIG);
                case 1 ->
                        out.append("HTTP/1.1 204 No Content\r\nX: ")
                                .append("y".repeat(random.nextInt(8000)))
                                .append("\r\n\r\n");
                case 2 -> {
                    out.append("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    for (int c = random.nextInt(30); c > 0; c--) {
                        int n = 1 + random.nextInt(3000);
                        out.append(Integer.toHexString(n))
                                .append(";x=y\r\n")
                                .append(BIG, 0, n)
                                .append("\r\n");
                    }
                    out.append("0\r\nT: v\r\n\r\n");
                }
                case 3 -> out.append("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nabcde");
                default ->
                        out.append(
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
            }
        }
        byte[] bytes = out.toString().getBytes(StandardCharsets.ISO_8859_1);
        if (random.nextInt(3) == 0) {
            bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
        } else if (random.nextInt(3) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void the_result_does_not_depend_on_the_cuts(long seed) throws Exception {
        var random = new Random(seed);
        for (int round = 0; round < 8; round++) {
            byte[] stream = stream(random);
            String expected = read(stream, new Random(0));
            for (int i = 0; i < 4; i++) {
                long cuts = random.nextLong();
                assertThat(read(stream, new Random(cuts)))
                        .as("seed %d round %d cuts %d", seed, round, cuts)
                        .isEqualTo(expected);
            }
        }
    }
}
