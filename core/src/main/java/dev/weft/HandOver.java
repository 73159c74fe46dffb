package dev.weft;

/** Work for a loop whose sender has to hear of it if the loop ends first. */
interface HandOver extends Runnable {
    /** The loop has ended, and {@link #run} was not and will not be called. On any thread. */
    void tooLate();
}
