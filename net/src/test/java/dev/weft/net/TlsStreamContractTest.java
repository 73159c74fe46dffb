package dev.weft.net;

import static dev.weft.net.TestLoop.serving;
import static dev.weft.net.TestLoop.until;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Task;
import dev.weft.Weft;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** TLS over streams of several kinds, also over TLS, and connections that were secured later. */
@ParameterizedClass
@EnumSource(TlsStreamContractTest.Kind.class)
class TlsStreamContractTest extends StreamContract {
    private static final TlsOptions SERVER = Certificates.good();
    private static final TlsOptions CLIENT =
            TlsOptions.client().trust(Certificates.authority()).serverName("localhost");

    enum Kind {
        MEMORY,
        MEMORY_TLS_1_2,
        MEMORY_OPENSSL,
        FOREIGN,
        TLS,
        TCP,
        TCP_OPENSSL,
        TCP_UPGRADED,
        TCP_UPGRADED_OPENSSL,
        UNIX_UPGRADED
    }

    private final Kind kind;
    private final TlsOptions server;
    private final TlsOptions client;

    TlsStreamContractTest(Kind kind) {
        this.kind = kind;
        switch (kind) {
            case MEMORY_OPENSSL, TCP_OPENSSL, TCP_UPGRADED_OPENSSL -> {
                assumeTrue(TlsEngine.OPENSSL.isAvailable(), "no netty-tcnative here");
                server = SERVER.engine(TlsEngine.OPENSSL);
                client = CLIENT.engine(TlsEngine.OPENSSL);
            }
            case MEMORY_TLS_1_2 -> {
                server = SERVER;
                client = CLIENT.versions("TLSv1.2");
            }
            default -> {
                server = SERVER;
                client = CLIENT;
            }
        }
    }

    @Override
    boolean endsOneWay() {
        return false;
    }

    /** Unix sockets don't. */
    @Override
    boolean resets() {
        return kind != Kind.UNIX_UPGRADED;
    }

    @Override
    boolean takesWritesBack() {
        return kind != Kind.FOREIGN;
    }

    @Override
    <X extends Exception> void connected(Case<X> body) throws Exception {
        Case<X> secured =
                (group, left, right) -> {
                    StreamPair pair = secure(left, right);
                    try {
                        Weft.group(inner -> body.run(inner, pair.left(), pair.right()));
                    } finally {
                        pair.left().abort();
                        pair.right().abort();
                    }
                };
        switch (kind) {
            case MEMORY, MEMORY_TLS_1_2, MEMORY_OPENSSL -> inMemory(secured);
            case FOREIGN ->
                    inMemory(
                            (group, left, right) ->
                                    secured.run(group, new Foreign(left), new Foreign(right)));
            case TLS ->
                    inMemory(
                            (group, left, right) -> {
                                StreamPair pair = secure(left, right);
                                secured.run(group, pair.left(), pair.right());
                            });
            case TCP, TCP_OPENSSL -> overTcp(secured);
            case TCP_UPGRADED, TCP_UPGRADED_OPENSSL -> overTcp(upgraded(body));
            case UNIX_UPGRADED -> overUnix(upgraded(body));
        }
    }

    private StreamPair secure(ByteStream left, ByteStream right) {
        return Weft.groupCall(
                group -> {
                    Task<TlsStream> accepted = group.start(() -> TlsStream.server(right, server));
                    return new StreamPair(TlsStream.client(left, client), accepted.await());
                });
    }

    private <X extends Exception> Case<X> upgraded(Case<X> body) {
        return (group, left, right) -> {
            Weft.group(
                    handshakes -> {
                        handshakes.start(() -> ((ChannelStream) right).startTls(server));
                        ((ChannelStream) left).startTls(client);
                    });
            body.run(group, left, right);
        };
    }

    private static <X extends Exception> void inMemory(Case<X> body) throws Exception {
        Weft.run(
                () ->
                        Weft.timeout(
                                Duration.ofSeconds(30),
                                () -> {
                                    try (var pair = StreamPair.inMemory()) {
                                        Weft.group(
                                                group ->
                                                        body.run(group, pair.left(), pair.right()));
                                    }
                                }));
    }

    private static <X extends Exception> void overTcp(Case<X> body) throws Exception {
        var accepted = new ArrayList<ByteStream>();
        TestLoop.run(
                TestLoop.driver(),
                () ->
                        serving(
                                peer -> {
                                    accepted.add(peer);
                                    Weft.sleep(Duration.ofDays(1));
                                },
                                port -> run(body, TcpStream.connect("localhost", port), accepted)));
    }

    private static <X extends Exception> void overUnix(Case<X> body) throws Exception {
        Path folder = Files.createTempDirectory("weft-tls");
        Path path = folder.resolve("socket");
        var accepted = new ArrayList<ByteStream>();
        try {
            TestLoop.run(
                    TestLoop.driver(),
                    () -> {
                        try (UnixServer server = UnixServer.listen(path)) {
                            Weft.group(
                                    group -> {
                                        group.background(
                                                () ->
                                                        server.serve(
                                                                peer -> {
                                                                    accepted.add(peer);
                                                                    Weft.sleep(Duration.ofDays(1));
                                                                }));
                                        run(body, UnixStream.connect(path), accepted);
                                    });
                        }
                    });
        } finally {
            Files.delete(folder);
        }
    }

    private static <X extends Exception> void run(
            Case<X> body, ByteStream left, List<ByteStream> accepted) throws X {
        until(() -> !accepted.isEmpty());
        ByteStream right = accepted.getFirst();
        try {
            Weft.group(group -> body.run(group, left, right));
        } finally {
            left.abort();
            right.abort();
        }
    }

    /** A stream that a program has made itself. */
    private record Foreign(ByteStream inner) implements ByteStream {
        @Override
        public Bytes read(int max) {
            return inner.read(max);
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            return inner.read(target, offset, length);
        }

        @Override
        public Bytes readExactly(int length) {
            return inner.readExactly(length);
        }

        @Override
        public Bytes readUntil(byte[] separator, int limit) {
            return inner.readUntil(separator, limit);
        }

        @Override
        public Bytes readUntil(List<byte[]> separators, int limit) {
            return inner.readUntil(separators, limit);
        }

        @Override
        public Bytes readAll(int limit) {
            return inner.readAll(limit);
        }

        @Override
        public byte[] peek(int length) {
            return inner.peek(length);
        }

        @Override
        public @Nullable String readLine(int limit) {
            return inner.readLine(limit);
        }

        @Override
        public void write(Bytes bytes) {
            inner.write(bytes);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            inner.write(bytes, offset, length);
        }

        @Override
        public void flush() {
            inner.flush();
        }

        @Override
        public void shutdownOutput() {
            inner.shutdownOutput();
        }

        @Override
        public void close() {
            inner.close();
        }

        @Override
        public void abort() {
            inner.abort();
        }

        @Override
        public boolean isClosed() {
            return inner.isClosed();
        }
    }
}
