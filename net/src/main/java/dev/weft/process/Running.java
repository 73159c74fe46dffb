package dev.weft.process;

import dev.weft.Promise;
import dev.weft.net.ByteSink;
import dev.weft.net.ByteSource;

import org.jspecify.annotations.Nullable;

/** A child that has been started, as whoever started it knows it. */
sealed interface Running permits NativeChild, JdkChild {
    long pid();

    /** Null where a stream is not piped. */
    @Nullable ByteSink stdin();

    @Nullable ByteSource stdout();

    @Nullable ByteSource stderr();

    Promise<ExitStatus> exit();

    /** Sends a signal, unless the child is gone: never to another process. False if it is gone. */
    boolean signal(int number);

    /** Stops what is left of it without a wait, and gives back what it holds here. */
    void release();
}
