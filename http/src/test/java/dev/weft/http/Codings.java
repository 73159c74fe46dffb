package dev.weft.http;

import com.github.luben.zstd.Zstd;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Compresses for the tests. There is no encoder of Brotli on the class path, so its data were made
 * by {@code node} and are kept here.
 */
final class Codings {

    /** {@code zlib.brotliCompressSync("hello brotli ".repeat(1000))}. */
    static final byte[] BROTLI =
            Base64.getDecoder().decode("G8cy+B2pU5+7cC1WhiYnQdjoki3tLQ6MBq5TAciMXwA=");

    static final String BROTLI_TEXT = "hello brotli ".repeat(1000);

    /** {@code zlib.brotliCompressSync(Buffer.alloc(100 * 1024 * 1024))}. */
    static final byte[] BROTLI_BOMB =
            Base64.getDecoder()
                    .decode(
                            "y///P/gnAOKxQCD3/o///3/wTwDEYRGA7v0f////4J8AiMMCAN37P/7//8E/ARCHBQC693/8//+DfwIgDgsAdO//+P//B/8EQBwWAOje//H//w/+CYA4LADQvf/j//8f/BMAcVgAoHv/x///P/gnAOKwAED3/o///3/wTwDEYQGA7v0f////4J8AiMMCAN37P/7//8E/ARCHBQC693/5//+DfwIgDgsAdO9/AA==");

    private Codings() {}

    static byte[] encode(String coding, byte[] data) throws IOException {
        return switch (coding) {
            case "gzip" -> gzip(data);
            case "zlib" -> deflate(data, false);
            case "raw" -> deflate(data, true);
            case "zstd" -> Zstd.compress(data);
            case "br" -> BROTLI;
            default -> throw new IllegalArgumentException(coding);
        };
    }

    static byte[] gzip(byte[] data) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(data);
        }
        return out.toByteArray();
    }

    private static byte[] deflate(byte[] data, boolean raw) throws IOException {
        var out = new ByteArrayOutputStream();
        var deflater = new Deflater(9, raw);
        try (var deflate = new DeflaterOutputStream(out, deflater)) {
            deflate.write(data);
        }
        deflater.end();
        return out.toByteArray();
    }
}
