package dev.weft;

/** When {@link Weft#await(java.util.Collection, Until)} is over (asyncio's {@code return_when}). */
public enum Until {
    /** When any of the tasks has ended, in whatever way. */
    FIRST_COMPLETED,
    /** When any of the tasks has failed, or all have ended; a cancelled one has not failed. */
    FIRST_FAILURE,
    /** When all have ended. */
    ALL_COMPLETED
}
