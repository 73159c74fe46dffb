package dev.weft.http;

import org.jspecify.annotations.Nullable;

import java.io.InputStream;

/** What a request sends after its header. */
sealed interface RequestBody {

    /** In bytes, or -1 if it isn't known: then it is sent in chunks. */
    long length();

    /** Whether it can be sent a second time. */
    boolean isReplayable();

    /** Bytes in memory. */
    final class Bytes implements RequestBody {
        final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public boolean isReplayable() {
            return true;
        }
    }

    /** A stream, read once; {@code length} is -1 if unknown. */
    record Stream(InputStream in, long length) implements RequestBody {
        @Override
        public boolean isReplayable() {
            return false;
        }
    }

    /** Written by the user's code; {@code length} is -1 if unknown. */
    record Produced(BodyProducer producer, long length) implements RequestBody {
        @Override
        public boolean isReplayable() {
            return true;
        }
    }

    /** Whether such a body may be sent (again), null being none. */
    static boolean canReplay(@Nullable RequestBody body) {
        return body == null || body.isReplayable();
    }
}
