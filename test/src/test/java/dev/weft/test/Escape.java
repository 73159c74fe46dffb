package dev.weft.test;

import dev.weft.Action;

/**
 * A program that does what a simulation cannot repeat.
 *
 * @param says a part of what it is told
 * @param attempt the whole simulation of it
 */
record Escape(String name, String says, Action<Exception> attempt) {
    @Override
    public String toString() {
        return name;
    }
}
