package dev.weft.process;

/**
 * Signals that are often sent to a child or {@linkplain Signals received}, with their numbers on
 * Linux. <em>Any thread</em>.
 */
public enum Signal {
    /** Its terminal is gone; daemons read their configuration again. */
    HUP(1),
    /** Ctrl-C. */
    INT(2),
    /** Ctrl-\; a JVM prints its threads. */
    QUIT(3),
    /** Something is wrong inside. */
    ABRT(6),
    /** Can't be caught: ends at once. */
    KILL(9),
    /** For the program to define. */
    USR1(10),
    /** For the program to define. */
    USR2(12),
    /** Its reader is gone. */
    PIPE(13),
    /** A timer of its own. */
    ALRM(14),
    /** Please end. */
    TERM(15),
    /** Go on after a stop. */
    CONT(18),
    /** Can't be caught: stops until {@link #CONT}. */
    STOP(19),
    /** Its terminal has another size. */
    WINCH(28);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    /** Its number. */
    public int number() {
        return number;
    }

    static String describe(int number) {
        for (Signal signal : values()) {
            if (signal.number == number) {
                return "SIG" + signal;
            }
        }
        return "signal " + number;
    }
}
