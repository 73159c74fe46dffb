package dev.weft.test;

/**
 * How much is measured.
 *
 * @param hashed the seeds from which each program is run again
 * @param seeds the master seeds from which each bug is hunted
 * @param twins how often the programs without a bug run, all together
 * @param timed whether real time decides, which only a machine that has nothing else to do can say
 */
record Scale(int hashed, int seeds, int twins, boolean timed) {
    /** What each build does. */
    static final Scale BUILD = new Scale(3, 3, 25_000, false);

    /** What {@code test/run} does. */
    static final Scale FULL = new Scale(200, 20, 1_000_000, true);
}
