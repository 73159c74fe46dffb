package dev.weft;

/**
 * The virtual thread in which the driver is polled. The carrier resumes it between turns, aside
 * from the ready queue.
 */
final class IoTask implements Runnable {
    /** So many polls may fail in a row. */
    private static final int MAX_FAILURES = 100;

    private final Loop loop;
    private final Driver driver;
    final Thread thread;
    long nanos;
    boolean stopping;
    boolean ended;

    IoTask(Loop loop, Driver driver) {
        this.loop = loop;
        this.driver = driver;
        this.thread = loop.switching.newThread(loop.name() + "-io", this);
    }

    @Override
    public void run() {
        loop.switching.entered();
        driver.around(this::live);
    }

    private void live() {
        int failures = 0;
        try {
            driver.start(loop);
            while (!stopping) {
                try {
                    driver.poll(nanos, loop.gate);
                    failures = 0;
                } catch (Throwable e) {
                    loop.reports.unexpected("polling the driver of " + loop, e);
                    if (++failures == MAX_FAILURES) {
                        throw e;
                    }
                }
                loop.polled();
                loop.switching.giveWay(null);
            }
            driver.close();
        } catch (Throwable e) {
            loop.reports.unexpected("the driver of " + loop, e);
            loop.driverFailed(e);
        } finally {
            ended = true;
            loop.post(() -> {}); // the system task may wait for this to end
        }
    }
}
