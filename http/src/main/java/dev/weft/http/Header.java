package dev.weft.http;

/**
 * One field of a message's header. Any thread.
 *
 * @param name as it was written; names are compared without regard to case
 * @param value without the white space around it
 */
public record Header(String name, String value) {
    @Override
    public String toString() {
        return name + ": " + value;
    }
}
