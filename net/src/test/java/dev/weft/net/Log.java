package dev.weft.net;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What net reports while a test runs, instead of the console. */
final class Log implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("dev.weft.net");

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private volatile boolean broken;
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(LogRecord record) {
                    records.add(record);
                    if (broken) {
                        throw new IllegalStateException("the disk is full");
                    }
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    Log() {
        LOGGER.setLevel(Level.ALL);
        LOGGER.setUseParentHandlers(false);
        LOGGER.addHandler(handler);
    }

    /** From now on logging fails. */
    void breakDown() {
        broken = true;
    }

    /** Of warnings and worse. */
    List<LogRecord> warnings() {
        return records.stream()
                .filter(record -> record.getLevel().intValue() >= Level.WARNING.intValue())
                .toList();
    }

    @Override
    public void close() {
        LOGGER.removeHandler(handler);
        LOGGER.setUseParentHandlers(true);
        LOGGER.setLevel(null);
    }
}
