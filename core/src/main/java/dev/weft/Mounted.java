package dev.weft;

/** Whether a virtual thread has a carrier now; seen from another thread. */
final class Mounted {
    private Mounted() {}

    /** {@code Thread.toString} of the JDK says {@code VirtualThread[#1,name]/runnable@carrier}. */
    static boolean is(Thread virtual) {
        String s = virtual.toString();
        return s.indexOf('@', s.lastIndexOf("]/") + 1) >= 0;
    }
}
