package dev.weft.http;

import dev.weft.Weft;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongSupplier;

/**
 * The output of one decoder, watched: it may be {@code ratio} times what came over the wire so far,
 * or {@value #FLOOR} bytes if that is more, and never more than {@code max}. After each {@value
 * #STRETCH} bytes the task lets others run, since inflating waits for nothing.
 */
final class DecodeLimit extends InputStream {

    static final long FLOOR = 1 << 20;
    private static final int STRETCH = 1 << 18;
    private static final int PIECE = 1 << 16;

    private final InputStream decoder;
    private final String coding;
    private final LongSupplier raw;
    private final int ratio;
    private final long max;
    private long count;
    private int stretch;

    DecodeLimit(InputStream decoder, String coding, LongSupplier raw, int ratio, long max) {
        this.decoder = decoder;
        this.coding = coding;
        this.raw = raw;
        this.ratio = ratio;
        this.max = max;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int n;
        try {
            n = decoder.read(into, offset, Math.min(length, PIECE));
        } catch (IOException | IndexOutOfBoundsException e) {
            throw BadMessage.corrupt(BadMessage.about("the body is not valid " + coding, e), e);
        }
        if (n <= 0) {
            return n;
        }
        count += n;
        if (count > max) {
            throw BadMessage.tooLarge("the body inflates to more than " + max + " bytes");
        }
        if (count > FLOOR && count / ratio > raw.getAsLong()) {
            throw BadMessage.tooLarge(
                    "the body inflates to more than "
                            + ratio
                            + " times its size ("
                            + raw.getAsLong()
                            + " bytes gave "
                            + count
                            + ")");
        }
        stretch += n;
        if (stretch >= STRETCH) {
            stretch = 0;
            Weft.checkpoint();
        }
        return n;
    }

    @Override
    public void close() throws IOException {
        decoder.close();
    }
}
