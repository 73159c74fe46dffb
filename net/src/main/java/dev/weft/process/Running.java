package dev.weft.process;

import dev.weft.Promise;

/** A child that has been started, as whoever started it knows it. */
sealed interface Running permits NativeChild, JdkChild {
    long pid();

    Pipes pipes();

    Promise<ExitStatus> exit();

    /** Sends a signal, unless the child is gone: never to another process. False if it is gone. */
    boolean signal(int number);

    /** Stops what is left of it without a wait, and gives back what it holds here. */
    void release();
}
