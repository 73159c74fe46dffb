package dev.weft.process;

import dev.weft.net.ByteSink;
import dev.weft.net.ByteSource;

import org.jspecify.annotations.Nullable;

/** This side's ends of a child's streams; null where a stream is not piped. */
record Pipes(@Nullable ByteSink stdin, @Nullable ByteSource stdout, @Nullable ByteSource stderr) {
    void close() {
        if (stdin != null) {
            stdin.abort();
        }
        if (stdout != null) {
            stdout.close();
        }
        if (stderr != null) {
            stderr.close();
        }
    }
}
