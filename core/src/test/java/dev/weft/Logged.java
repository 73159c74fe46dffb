package dev.weft;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What Weft logs while this is open, instead of the console. */
final class Logged extends Handler implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("dev.weft");

    static {
        Switching.require(); // says what it says once in a JVM, and that is no test's concern
    }

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final boolean before = LOGGER.getUseParentHandlers();

    private Logged() {
        LOGGER.addHandler(this);
        LOGGER.setUseParentHandlers(false);
    }

    static Logged open() {
        return new Logged();
    }

    List<String> messages() {
        return records.stream().map(LogRecord::getMessage).toList();
    }

    List<@Nullable Throwable> failures() {
        return records.stream().<@Nullable Throwable>map(LogRecord::getThrown).toList();
    }

    @Override
    public void publish(LogRecord record) {
        records.add(record);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LOGGER.removeHandler(this);
        LOGGER.setUseParentHandlers(before);
    }
}
