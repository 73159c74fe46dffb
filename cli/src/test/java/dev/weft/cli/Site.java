package dev.weft.cli;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * A site on loopback that does exactly what each path says, well-behaved or not. Plain JDK sockets,
 * a thread per connection: it shares nothing with what it tests.
 */
final class Site implements AutoCloseable {
    private final ServerSocket server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> requests = new ConcurrentHashMap<>();
    private final AtomicInteger total = new AtomicInteger();
    private final AtomicInteger under = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch bombed = new CountDownLatch(1);
    private final String scheme;

    private Site(ServerSocket server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        threads.execute(this::accept);
    }

    static Site open() {
        try {
            return new Site(new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress()), "http");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With TLS, or whatever the socket speaks. */
    static Site on(ServerSocket server) {
        return new Site(server, "https");
    }

    String url(String path) {
        return scheme + "://127.0.0.1:" + server.getLocalPort() + path;
    }

    int port() {
        return server.getLocalPort();
    }

    /** How often the path was asked for. */
    int requests(String path) {
        return requests.getOrDefault(path, 0);
    }

    int requests() {
        return total.get();
    }

    /** The most requests that were answered at once. */
    int most() {
        return most.get();
    }

    /** Waits until so many requests have arrived. */
    void awaitRequests(int count) throws InterruptedException {
        while (total.get() < count) {
            Thread.sleep(5);
        }
    }

    /** Waits until there have been requests, and have been no more for a while. */
    void awaitQuiet() throws InterruptedException {
        int before = -1;
        while (before <= 0 || before != total.get()) {
            before = total.get();
            Thread.sleep(500);
        }
    }

    /** Waits until a client has hung up on {@code /bomb}. */
    void awaitBombed() throws InterruptedException {
        bombed.await();
    }

    /** Lets {@code /hold} answer. */
    void release() {
        released.countDown();
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            var out = socket.getOutputStream();
            if (beginsWithTls(in)) {
                write(out, "HTTP/1.1 400 This Is Plain HTTP\r\nConnection: close\r\n\r\n");
                return;
            }
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String path = line.split(" ", 3)[1];
                skipHeader(in);
                int nth = requests.merge(path, 1, Integer::sum);
                total.incrementAndGet();
                most.accumulateAndGet(under.incrementAndGet(), Math::max);
                try {
                    if (!answer(path, nth, socket, out)) {
                        return;
                    }
                } finally {
                    under.decrementAndGet();
                }
            }
        } catch (IOException | InterruptedException e) {
            return; // the client, or the test, has gone
        } finally {
            sockets.remove(socket);
        }
    }

    private static boolean beginsWithTls(BufferedReader in) throws IOException {
        in.mark(1);
        boolean handshake = in.read() == 0x16;
        in.reset();
        return handshake;
    }

    private static void skipHeader(BufferedReader in) throws IOException {
        String line;
        do {
            line = in.readLine();
        } while (line != null && !line.isEmpty());
    }

    /** Answers and says whether the connection can take another request. */
    private boolean answer(String path, int nth, Socket socket, OutputStream out)
            throws IOException, InterruptedException {
        List<String> words = Arrays.asList(path.split("[/?]", -1));
        String word = words.size() > 2 ? words.get(2) : "";
        switch (words.get(1)) {
            case "ok" -> ok(out, "This is page " + word);
            case "slow" -> {
                Thread.sleep(Integer.parseInt(word));
                ok(out, "slowly");
            }
            case "hold" -> {
                released.await();
                ok(out, "held");
            }
            case "size" -> ok(out, "x".repeat(Integer.parseInt(word)));
            case "latin" ->
                    head(
                            out,
                            "200 OK",
                            "Content-Type: text/plain; charset=iso-8859-1\r\n",
                            "été".getBytes(StandardCharsets.ISO_8859_1));
            case "escape" -> ok(out, "\u001b[2J\u0007\r\nred\u202e");
            case "status" ->
                    head(out, word + " Whatever", "", "sorry".getBytes(StandardCharsets.UTF_8));
            case "flaky" -> second(out, nth, "503 Busy", "");
            case "limited" -> second(out, nth, "429 Slow Down", "Retry-After: " + word + "\r\n");
            case "dated" ->
                    second(out, nth, "503 Busy", "Retry-After: " + inSeconds(word) + "\r\n");
            case "redirect" -> redirect(out, Integer.parseInt(word));
            case "circle" -> head(out, "302 Found", "Location: /circle\r\n", new byte[0]);
            case "nowhere" -> head(out, "302 Found", "", new byte[0]);
            case "gopher" -> head(out, "301 Moved", "Location: gopher://x/\r\n", new byte[0]);
            case "gzip" -> gzip(out, gzip("compressed ".repeat(1_000)));
            case "gzip-corrupt" -> gzip(out, "no gzip at all".getBytes(StandardCharsets.UTF_8));
            case "gzip-cut" -> {
                byte[] packed = gzip("compressed ".repeat(1_000));
                gzip(out, Arrays.copyOf(packed, packed.length - 9));
            }
            case "bomb" -> bomb(out);
            case "silent" -> released.await();
            case "stall" -> {
                write(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart of it");
                released.await();
            }
            case "drop" -> {
                return false;
            }
            case "reset" -> {
                socket.setSoLinger(true, 0);
                return false;
            }
            case "short" -> {
                write(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart of it");
                return false;
            }
            case "chunk-cut" -> {
                write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
                return false;
            }
            case "chunk-bad" -> {
                write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n");
                return false;
            }
            case "lengths" -> {
                write(
                        out,
                        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!");
                return false;
            }
            case "garbage" -> {
                write(out, "this is not HTTP\r\n\r\n");
                return false;
            }
            default ->
                    head(out, "404 Not Found", "", "no such page".getBytes(StandardCharsets.UTF_8));
        }
        return true;
    }

    private static void ok(OutputStream out, String text) throws IOException {
        head(out, "200 OK", "Content-Type: text/plain\r\n", text.getBytes(StandardCharsets.UTF_8));
    }

    private static void second(OutputStream out, int nth, String first, String header)
            throws IOException {
        if (nth == 1) {
            head(out, first, header, new byte[0]);
        } else {
            ok(out, "at last");
        }
    }

    private static void redirect(OutputStream out, int left) throws IOException {
        if (left == 0) {
            ok(out, "arrived");
        } else {
            head(out, "302 Found", "Location: /redirect/" + (left - 1) + "\r\n", new byte[0]);
        }
    }

    private static void gzip(OutputStream out, byte[] packed) throws IOException {
        head(out, "200 OK", "Content-Encoding: gzip\r\n", packed);
    }

    private static void head(OutputStream out, String status, String header, byte[] body)
            throws IOException {
        var answer = new ByteArrayOutputStream();
        write(answer, "HTTP/1.1 " + status + "\r\n" + header);
        write(answer, "Content-Length: " + body.length + "\r\n\r\n");
        answer.write(body);
        out.write(answer.toByteArray());
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String inSeconds(String seconds) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(Long.parseLong(seconds)));
    }

    private static byte[] gzip(String text) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return packed.toByteArray();
    }

    /**
     * About 10 MiB that inflate to 10 GiB: a MiB of zeros, deflated so that it can be repeated,
     * 10,240 times.
     */
    private void bomb(OutputStream out) throws IOException {
        var deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(new byte[1 << 20]);
        byte[] packed = new byte[64 * 1024];
        int length = deflater.deflate(packed, 0, packed.length, Deflater.FULL_FLUSH);
        deflater.end();
        try {
            write(out, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n");
            out.write(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, -1});
            for (int i = 0; i < 10 * 1024; i++) {
                out.write(packed, 0, length);
            }
        } finally {
            bombed.countDown();
        }
        throw new IOException("done");
    }

    @Override
    public void close() {
        closeQuietly(server);
        sockets.forEach(Site::closeQuietly);
        threads.shutdownNow();
    }

    private static void closeQuietly(@Nullable AutoCloseable closeable) {
        try {
            if (closeable != null) {
                closeable.close();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
