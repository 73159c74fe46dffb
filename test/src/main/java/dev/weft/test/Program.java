package dev.weft.test;

/** What is simulated: the body of a program that may ask its simulation for something. */
@FunctionalInterface
public interface Program<X extends Exception> {
    /** Runs in the program's main task. */
    void run(Sim sim) throws X;
}
