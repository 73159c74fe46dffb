package dev.weft.http;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.util.Native;

import dev.weft.Weft;

import org.brotli.dec.BrotliInputStream;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Undoes the codings that a body was sent in (RFC 9110 section 8.4), the last one first. */
final class ContentCoding {

    static final String ACCEPTED = "gzip, deflate, br, zstd";

    /** As many as anybody has a use for; each may inflate what the one before gave. */
    static final int MAX_STACKED = 3;

    /** RFC 9659: what goes over HTTP has a window of at most 8 MiB. */
    private static final int ZSTD_WINDOW_LOG = 23;

    private ContentCoding() {}

    /**
     * The codings in the order of their application; unknown ones included, {@code identity} left
     * out.
     */
    static List<String> of(Headers headers) {
        if (headers.value("content-encoding") == null) {
            return List.of();
        }
        var codings = new ArrayList<String>(2);
        for (String value : headers.all("content-encoding")) {
            for (String part : value.split(",", -1)) {
                String coding = part.strip().toLowerCase(Locale.ROOT);
                if (!coding.isEmpty() && !coding.equals("identity")) {
                    codings.add(coding);
                }
            }
        }
        return codings;
    }

    /** Whether all of them can be undone; a body in an unknown coding is given as it came. */
    static boolean isKnown(List<String> codings) {
        for (String coding : codings) {
            switch (coding) {
                case "gzip", "x-gzip", "deflate", "br", "zstd" -> {}
                default -> {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * @param raw the bytes of the body that came so far
     * @throws BadMessage for too many codings
     */
    static InputStream decode(
            InputStream body, List<String> codings, LongSupplier raw, int ratio, long max) {
        if (codings.size() > MAX_STACKED) {
            throw BadMessage.syntax("a body in " + codings.size() + " codings, one over the other");
        }
        InputStream decoded = body;
        for (int i = codings.size() - 1; i >= 0; i--) {
            String coding = codings.get(i);
            InputStream decoder = new LazyDecoder(decoded, coding);
            decoded = new DecodeLimit(decoder, coding, raw, ratio, max);
        }
        return decoded;
    }

    /**
     * Loads its decoder with the body's first byte, so that an empty body is empty in any coding.
     */
    private static final class LazyDecoder extends InputStream {
        private final InputStream coded;
        private final String coding;
        private InputStream decoder = InputStream.nullInputStream();
        private boolean started;

        LazyDecoder(InputStream coded, String coding) {
            this.coded = coded;
            this.coding = coding;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (!started) {
                started = true;
                int first = coded.read();
                if (first < 0) {
                    return -1;
                }
                decoder = start(new WithFirst(first, coded));
            }
            int n = decoder.read(into, offset, length);
            if (n < 0 && coded.read() >= 0) {
                throw new IOException("something follows the compressed data");
            }
            return n;
        }

        private InputStream start(InputStream in) throws IOException {
            return switch (coding) {
                case "br" -> new BrotliInputStream(in);
                case "zstd" -> Zstd.open(in);
                case "deflate" -> new InflateInput(in, false);
                default -> new InflateInput(in, true);
            };
        }

        @Override
        public void close() throws IOException {
            decoder.close();
            coded.close();
        }
    }

    /**
     * In a class of its own: its library is loaded with it, on another thread, because unpacking it
     * takes a fifth of a second.
     */
    private static final class Zstd {
        static InputStream open(InputStream in) throws IOException {
            if (!Native.isLoaded()) {
                Weft.offload(() -> Native.load());
            }
            return new ZstdInputStreamNoFinalizer(in).setLongMax(ZSTD_WINDOW_LOG);
        }
    }

    private static final class WithFirst extends InputStream {
        private int first;
        private final InputStream rest;

        WithFirst(int first, InputStream rest) {
            this.first = first;
            this.rest = rest;
        }

        @Override
        public int read() throws IOException {
            int b = first;
            first = -1;
            return b >= 0 ? b : rest.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (first < 0 || length == 0) {
                return rest.read(into, offset, length);
            }
            into[offset] = (byte) first;
            first = -1;
            return 1;
        }
    }
}
