package dev.weft.net;

import static dev.weft.net.TestLoop.openChannels;
import static dev.weft.net.TestLoop.run;
import static dev.weft.net.TestLoop.serving;
import static dev.weft.net.TestLoop.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.Task;
import dev.weft.Weft;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

@ExtendWith(NoLeaks.class)
@ParameterizedClass
@MethodSource("dev.weft.net.TestLoop#drivers")
@Timeout(60)
class StreamTest {
    private final String driver;

    StreamTest(String driver) {
        this.driver = driver;
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static byte[] readAll(ByteStream stream) throws IOException {
        return stream.input().readAllBytes();
    }

    // ---- reading

    @Test
    void what_the_other_side_says_before_it_closes_at_once_is_read_whole() throws Exception {
        try (var server = new HangUp("220 ready")) {
            run(
                    driver,
                    () ->
                            Weft.forEach(
                                    Collections.nCopies(300, server.port()),
                                    10,
                                    port -> {
                                        try (var stream = TcpStream.connect("localhost", port)) {
                                            assertThat(stream.readLine()).isEqualTo("220 ready");
                                            assertThat(stream.readLine()).isNull();
                                        }
                                    }));
        }
    }

    @Test
    void echoes_what_it_is_sent() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                TestLoop::echo,
                                port -> {
                                    byte[] sent = random(300_000);
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        Weft.group(
                                                group -> {
                                                    group.start(() -> stream.write(sent));
                                                    try (Bytes back =
                                                            stream.readExactly(sent.length)) {
                                                        assertThat(back.toArray()).isEqualTo(sent);
                                                    }
                                                });
                                    }
                                }));
    }

    @Test
    void a_read_at_the_end_gives_nothing_again_and_again() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> peer.write(Bytes.utf8("bye")),
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        assertThat(readAll(stream)).asString().isEqualTo("bye");
                                        assertThat(stream.read().isEmpty()).isTrue();
                                        assertThat(stream.read(new byte[1], 0, 1)).isEqualTo(-1);
                                        assertThat(stream.readLine()).isNull();
                                    }
                                }));
    }

    @Test
    void the_other_direction_goes_on_after_shutdownOutput() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> peer.write(readAll(peer)),
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        stream.write("question".getBytes(UTF_8));
                                        stream.shutdownOutput();
                                        assertThat(readAll(stream))
                                                .asString()
                                                .isEqualTo("question");
                                        assertThatIllegalStateException()
                                                .isThrownBy(() -> stream.write(new byte[1]))
                                                .withMessageContaining("after shutdownOutput");
                                    }
                                }));
    }

    @Test
    void readExactly_puts_pieces_together_and_says_what_is_missing() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> {
                                    peer.write("ab".getBytes(UTF_8));
                                    peer.flush();
                                    peer.readExactly(1).close();
                                    peer.write("cde".getBytes(UTF_8));
                                },
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        assertThat(stream.readExactly(0).isEmpty()).isTrue();
                                        try (Bytes one = stream.readExactly(1)) {
                                            assertThat(one.at(0)).isEqualTo((byte) 'a');
                                        }
                                        stream.write(new byte[1]);
                                        try (Bytes three = stream.readExactly(3)) {
                                            assertThat(three.toString(UTF_8)).isEqualTo("bcd");
                                        }
                                        assertThatExceptionOfType(EndOfStreamException.class)
                                                .isThrownBy(() -> stream.readExactly(3))
                                                .withMessageContaining("127.0.0.1:" + port)
                                                .withMessageContaining("after 1 of 3 bytes")
                                                .matches(e -> e.available() == 1);
                                        assertThat(readAll(stream)).asString().isEqualTo("e");
                                    }
                                }));
    }

    @Test
    void readLine_knows_both_ends_of_line_and_a_last_line_without() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> peer.write("one\ntwo\r\n\nfür".getBytes(UTF_8)),
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        List<@Nullable String> lines = new ArrayList<>();
                                        for (int i = 0; i < 5; i++) {
                                            lines.add(stream.readLine());
                                        }
                                        assertThat(lines)
                                                .containsExactly("one", "two", "", "für", null);
                                    }
                                }));
    }

    @Test
    void a_line_that_is_too_long_is_refused_and_still_there() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> peer.write("0123456789\n".getBytes(UTF_8)),
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        assertThatExceptionOfType(LimitExceededException.class)
                                                .isThrownBy(() -> stream.readLine(5))
                                                .matches(e -> e.limit() == 5);
                                        assertThat(stream.readLine(11)).isEqualTo("0123456789");
                                    }
                                }));
    }

    @Test
    void readUntil_gives_all_with_the_separator() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> {
                                    peer.write("head\r\n\r".getBytes(UTF_8));
                                    peer.flush();
                                    peer.readExactly(1).close();
                                    peer.write("\nbody".getBytes(UTF_8));
                                },
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        stream.write(new byte[1]);
                                        byte[] separator = "\r\n\r\n".getBytes(UTF_8);
                                        try (Bytes head = stream.readUntil(separator, 100)) {
                                            assertThat(head.toString(UTF_8))
                                                    .isEqualTo("head\r\n\r\n");
                                        }
                                        assertThatExceptionOfType(EndOfStreamException.class)
                                                .isThrownBy(() -> stream.readUntil(separator, 100));
                                        assertThat(readAll(stream)).asString().isEqualTo("body");
                                    }
                                }));
    }

    @Test
    void a_reset_is_seen_as_a_reset_after_what_had_come() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> {
                                    peer.write("part".getBytes(UTF_8));
                                    peer.flush();
                                    peer.readExactly(1).close();
                                    peer.abort();
                                },
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        stream.readExactly(1).close();
                                        stream.write(new byte[1]);
                                        assertThatExceptionOfType(ConnectionResetException.class)
                                                .isThrownBy(() -> stream.readExactly(100))
                                                .withMessage(
                                                        "127.0.0.1:"
                                                                + port
                                                                + ": connection reset by peer");
                                        try (Bytes rest = stream.read()) {
                                            assertThat(rest.toString(UTF_8)).isEqualTo("art");
                                        }
                                        assertThat(stream.isClosed()).isTrue();
                                        assertThatExceptionOfType(ConnectionResetException.class)
                                                .isThrownBy(() -> stream.write(new byte[1]));
                                    }
                                }));
    }

    // ---- waiting and being cancelled

    @Test
    void a_second_reader_is_refused() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                TestLoop::echo,
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        Weft.group(
                                                group -> {
                                                    var first =
                                                            group.background(
                                                                    () -> stream.readExactly(1));
                                                    until(() -> stream.handler.readers.size() == 1);
                                                    assertThatIllegalStateException()
                                                            .isThrownBy(stream::read)
                                                            .withMessageContaining(
                                                                    "is being read by")
                                                            .withMessageContaining("Queue");
                                                    assertThat(first.isDone()).isFalse();
                                                });
                                    }
                                }));
    }

    @Test
    void a_cancelled_read_takes_nothing() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                TestLoop::echo,
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        stream.write("ab".getBytes(UTF_8));
                                        boolean finished =
                                                Weft.moveOnAfter(
                                                        Duration.ofMillis(50),
                                                        () -> stream.readExactly(3).close());
                                        assertThat(finished).isFalse();
                                        stream.write("c".getBytes(UTF_8));
                                        try (Bytes all = stream.readExactly(3)) {
                                            assertThat(all.toString(UTF_8)).isEqualTo("abc");
                                        }
                                    }
                                }));
    }

    @Test
    void nobody_reading_holds_the_writer_up_and_memory_stays_bounded() throws Exception {
        run(
                driver,
                () ->
                        Weft.group(
                                group -> {
                                    long total = 256L << 20;
                                    var accepted = new ArrayList<TcpStream>();
                                    var mayRead = new Gate();
                                    var server = TcpServer.listen("127.0.0.1", 0);
                                    long[] received = {0};
                                    group.background(
                                            () ->
                                                    server.serve(
                                                            peer -> {
                                                                accepted.add(peer);
                                                                mayRead.await();
                                                                Bytes bytes = peer.read();
                                                                while (!bytes.isEmpty()) {
                                                                    received[0] += bytes.length();
                                                                    bytes.close();
                                                                    bytes = peer.read();
                                                                }
                                                            }));
                                    var stream =
                                            TcpStream.connect(
                                                    "127.0.0.1", server.localAddress().getPort());
                                    long[] written = {0};
                                    Task<?> writer =
                                            group.start(
                                                    () -> {
                                                        byte[] piece = new byte[32 * 1024];
                                                        while (written[0] < total) {
                                                            stream.write(piece);
                                                            written[0] += piece.length;
                                                        }
                                                        stream.close();
                                                    });
                                    until(() -> stream.handler.writers.size() == 1);
                                    until(() -> isStill(written));
                                    assertThat(writer.isDone()).isFalse();
                                    assertThat(stream.pendingBytes()).isLessThan(160 * 1024);
                                    assertThat(accepted.getFirst().handler.inbound.size())
                                            .isLessThanOrEqualTo(2 * ByteStream.READ_AHEAD);
                                    mayRead.open();
                                    writer.await();
                                    until(() -> received[0] == total);
                                    server.close();
                                }));
    }

    private static boolean isStill(long[] counter) {
        long before = counter[0];
        Weft.sleep(Duration.ofMillis(30));
        return counter[0] == before;
    }

    /** Holds a server's handler up. */
    private static final class Gate {
        private boolean open;

        void open() {
            open = true;
        }

        void await() {
            until(() -> open);
        }
    }

    @Test
    void a_cancelled_write_has_written_nothing_and_gives_its_bytes_back() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> Weft.sleep(Duration.ofDays(1)),
                                port -> {
                                    var stream = TcpStream.connect("127.0.0.1", port);
                                    try {
                                        fill(stream);
                                        long pending = stream.pendingBytes();
                                        assertThat(
                                                        Weft.moveOnAfter(
                                                                Duration.ofMillis(20),
                                                                () -> stream.write(direct(1000))))
                                                .isFalse();
                                        assertThat(stream.pendingBytes()).isEqualTo(pending);
                                    } finally {
                                        stream.abort();
                                    }
                                }));
    }

    /** Bytes that the leak detector watches. */
    private static Bytes direct(int length) {
        return direct(new byte[length]);
    }

    private static Bytes direct(byte[] content) {
        return new Bytes(ByteBufAllocator.DEFAULT.directBuffer(content.length).writeBytes(content));
    }

    /** Writes until there is no room any more. */
    private static void fill(TcpStream stream) {
        byte[] piece = new byte[64 * 1024];
        while (Weft.moveOnAfter(Duration.ofMillis(100), () -> stream.write(piece))) {
            // until a write waits
        }
    }

    @Test
    void a_second_writer_is_refused_while_the_first_waits() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> Weft.sleep(Duration.ofDays(1)),
                                port -> {
                                    var stream = TcpStream.connect("127.0.0.1", port);
                                    try {
                                        fill(stream);
                                        Weft.group(
                                                group -> {
                                                    group.background(() -> stream.write(direct(1)));
                                                    until(() -> stream.handler.writers.size() == 1);
                                                    assertThatIllegalStateException()
                                                            .isThrownBy(
                                                                    () -> stream.write(new byte[1]))
                                                            .withMessageContaining(
                                                                    "is being written by");
                                                });
                                    } finally {
                                        stream.abort();
                                    }
                                }));
    }

    // ---- writing

    @Test
    void writes_of_one_step_come_in_order_however_they_are_made() throws Exception {
        var received = new StringBuilder();
        run(
                driver,
                () ->
                        serving(
                                peer -> {
                                    peer.write("a".getBytes(UTF_8));
                                    peer.write(Bytes.utf8("b"));
                                    peer.write(Bytes.empty());
                                    peer.write("c".getBytes(UTF_8));
                                    peer.flush();
                                    peer.write("d".getBytes(UTF_8));
                                    until(() -> peer.pendingBytes() == 0);
                                    peer.write("e".getBytes(UTF_8));
                                    peer.shutdownOutput();
                                },
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        received.append(new String(readAll(stream), UTF_8));
                                    }
                                }));
        assertThat(received).hasToString("abcde");
    }

    @Test
    void a_single_write_larger_than_the_socket_takes_goes_out_whole() throws Exception {
        byte[] sent = random(16_000_000);
        run(
                driver,
                () ->
                        serving(
                                peer -> {
                                    peer.write(direct(sent));
                                    until(() -> peer.pendingBytes() == 0);
                                },
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        assertThat(readAll(stream)).isEqualTo(sent);
                                    }
                                }));
    }

    @Test
    void a_single_write_waits_for_what_the_socket_did_not_take() throws Exception {
        try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            run(
                    driver,
                    () -> {
                        try (var stream = TcpStream.connect("127.0.0.1", listening.getLocalPort());
                                Socket peer = listening.accept()) {
                            long written = 0;
                            byte[] piece = new byte[30_000];
                            do {
                                stream.write(direct(piece));
                                written += piece.length;
                                Weft.sleep(Duration.ofMillis(1));
                            } while (stream.pendingBytes() == 0);
                            InputStream in = peer.getInputStream();
                            int left = (int) written + 1;
                            // no wait, and so no poll, before the next write
                            for (int n = in.available(); n > 0; n = in.available()) {
                                left -= in.readNBytes(n).length;
                            }
                            assertThat(stream.pendingBytes()).isPositive();
                            stream.write(direct(new byte[] {1}));
                            until(() -> stream.pendingBytes() == 0);
                            assertThat(in.readNBytes(left)).endsWith(1).containsOnlyOnce(1);
                        }
                    });
        }
    }

    @Test
    void what_was_written_and_not_sent_yet_is_pending() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> readAll(peer),
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        stream.write(direct(1000));
                                        assertThat(stream.pendingBytes())
                                                .isGreaterThanOrEqualTo(1000);
                                        until(() -> stream.pendingBytes() == 0);
                                    }
                                }));
    }

    @Test
    void a_write_that_meets_a_reset_breaks_the_stream() throws Exception {
        try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            run(
                    driver,
                    () -> {
                        try (var stream =
                                TcpStream.connect("127.0.0.1", listening.getLocalPort())) {
                            Socket peer = listening.accept();
                            peer.setSoLinger(true, 0);
                            peer.close();
                            stream.write(direct(1000));
                            until(stream::isClosed);
                            assertThatExceptionOfType(ConnectionResetException.class)
                                    .isThrownBy(() -> stream.write(new byte[1]))
                                    .withMessageEndingWith(": connection reset by peer");
                        }
                    });
        }
    }

    @Test
    void an_abort_gives_back_what_was_written_just_before() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> readAll(peer),
                                port -> {
                                    var stream = TcpStream.connect("127.0.0.1", port);
                                    stream.write(direct(1000));
                                    stream.abort();
                                    assertThat(stream.pendingBytes()).isZero();
                                }));
    }

    // ---- closing

    @Test
    void close_sends_what_was_written() throws Exception {
        run(
                driver,
                () ->
                        Weft.group(
                                group -> {
                                    byte[] sent = random(2_000_000);
                                    var server = TcpServer.listen("127.0.0.1", 0);
                                    byte[][] received = {null};
                                    var serving =
                                            group.start(
                                                    () ->
                                                            server.serve(
                                                                    peer ->
                                                                            received[0] =
                                                                                    readAll(peer)));
                                    var stream =
                                            TcpStream.connect(
                                                    "127.0.0.1", server.localAddress().getPort());
                                    stream.write(sent);
                                    stream.close();
                                    stream.close();
                                    until(() -> received[0] != null);
                                    assertThat(received[0]).isEqualTo(sent);
                                    server.close();
                                    serving.await();
                                }));
    }

    @Test
    void a_cancelled_close_has_closed() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> Weft.sleep(Duration.ofDays(1)),
                                port -> {
                                    var stream = TcpStream.connect("127.0.0.1", port);
                                    fill(stream);
                                    assertThat(
                                                    Weft.moveOnAfter(
                                                            Duration.ofMillis(20), stream::close))
                                            .isFalse();
                                    assertThat(stream.isClosed()).isTrue();
                                }));
    }

    @Test
    void close_waits_for_a_side_that_does_not_read_but_not_for_ever() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> Weft.sleep(Duration.ofDays(1)),
                                port -> {
                                    var stream = TcpStream.connect("127.0.0.1", port);
                                    fill(stream);
                                    long begin = System.nanoTime();
                                    stream.close();
                                    assertThat(System.nanoTime() - begin)
                                            .isGreaterThan(Duration.ofSeconds(4).toNanos());
                                    until(() -> openChannels() <= 2);
                                }));
    }

    @Test
    void close_ends_the_wait_of_a_reader() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                TestLoop::echo,
                                port ->
                                        Weft.group(
                                                group -> {
                                                    var stream =
                                                            TcpStream.connect("127.0.0.1", port);
                                                    var reader =
                                                            group.start(
                                                                    () -> {
                                                                        assertThatExceptionOfType(
                                                                                        ConnectionClosedException
                                                                                                .class)
                                                                                .isThrownBy(
                                                                                        stream
                                                                                                ::read)
                                                                                .withMessageContaining(
                                                                                        "this side"
                                                                                            + " has closed");
                                                                    });
                                                    until(() -> stream.handler.readers.size() == 1);
                                                    stream.close();
                                                    reader.await();
                                                    assertThatExceptionOfType(
                                                                    ConnectionClosedException.class)
                                                            .isThrownBy(
                                                                    () ->
                                                                            stream.write(
                                                                                    new byte[1]));
                                                })));
    }

    @Test
    void bytes_that_nobody_read_are_freed_by_close() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> peer.write(random(50_000)),
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        stream.readExactly(1).close();
                                        until(() -> stream.handler.inbound.size() > 0);
                                    }
                                }));
    }

    // ---- adapters and the escape hatch

    @Test
    void the_adapters_copy_and_speak_the_language_of_the_JDK() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> {
                                    peer.input().transferTo(peer.output());
                                    peer.abort();
                                },
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        var out = stream.output();
                                        out.write('a');
                                        out.write("bc".getBytes(UTF_8));
                                        out.flush();
                                        assertThat(stream.input().readNBytes(3))
                                                .asString()
                                                .isEqualTo("abc");
                                        out.close();
                                        assertThatExceptionOfType(IOException.class)
                                                .isThrownBy(() -> stream.input().read())
                                                .withCauseInstanceOf(
                                                        ConnectionClosedException.class);
                                    }
                                }));
    }

    @Test
    void a_detached_channel_gives_what_had_come_to_the_handlers_added() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> {
                                    peer.write("greeting".getBytes(UTF_8));
                                    peer.flush();
                                    peer.readExactly(1).close();
                                    peer.write("more".getBytes(UTF_8));
                                },
                                port -> {
                                    var stream = TcpStream.connect("127.0.0.1", port);
                                    stream.readExactly(1).close();
                                    until(() -> stream.handler.inbound.size() == 7);
                                    InsideNetty inside = InsideNetty.mark();
                                    Channel channel = stream.detach();
                                    var received = new StringBuilder();
                                    inside.enter();
                                    try {
                                        channel.pipeline().addLast(new Collecting(received));
                                        assertThat(received).isEmpty();
                                        channel.config().setAutoRead(true);
                                        assertThat(received).hasToString("reeting");
                                        var _ =
                                                channel.writeAndFlush(
                                                        channel.alloc().buffer().writeByte(1));
                                    } finally {
                                        inside.exit();
                                    }
                                    until(() -> !channel.isOpen());
                                    assertThat(received).hasToString("reetingmore");
                                    assertThatExceptionOfType(ConnectionClosedException.class)
                                            .isThrownBy(stream::read);
                                }));
    }

    @Test
    void what_was_written_just_before_a_detach_goes_out_first() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                peer -> {
                                    peer.write("first ".getBytes(UTF_8));
                                    InsideNetty inside = InsideNetty.mark();
                                    Channel channel = peer.detach();
                                    inside.enter();
                                    try {
                                        ByteBuf second = channel.alloc().directBuffer(6);
                                        second.writeBytes("second".getBytes(UTF_8));
                                        var _ = channel.write(second);
                                        var _ = channel.flush();
                                        var _ = channel.close();
                                    } finally {
                                        inside.exit();
                                    }
                                },
                                port -> {
                                    try (var stream = TcpStream.connect("127.0.0.1", port)) {
                                        assertThat(readAll(stream))
                                                .asString(UTF_8)
                                                .isEqualTo("first second");
                                    }
                                }));
    }

    private static final class Collecting extends ChannelInboundHandlerAdapter {
        private final StringBuilder received;

        Collecting(StringBuilder received) {
            this.received = received;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            received.append(bytes.toString(UTF_8));
            bytes.release();
        }
    }

    @Test
    void two_hundred_connections_at_once() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                TestLoop::echo,
                                port ->
                                        Weft.group(
                                                group -> {
                                                    for (int i = 0; i < 200; i++) {
                                                        byte[] mine = random(1000 + i);
                                                        group.start(() -> roundTrip(port, mine));
                                                    }
                                                })));
    }

    private static void roundTrip(int port, byte[] sent) {
        try (var stream = TcpStream.connect("127.0.0.1", port)) {
            for (int i = 0; i < 5; i++) {
                stream.write(sent);
                try (Bytes back = stream.readExactly(sent.length)) {
                    assertThat(back.toArray()).isEqualTo(sent);
                }
            }
        }
    }
}
