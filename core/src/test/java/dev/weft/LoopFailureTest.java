package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Clock;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;

/** What a loop makes of a driver or a logger that fails. */
@Timeout(30) // of a hang
class LoopFailureTest {

    /** A driver whose clock may break, which the carrier reads. */
    static final class BrokenClock implements Driver {
        boolean broken;

        @Override
        public long nanoTime() {
            if (broken) {
                throw new IllegalStateException("the clock stands still");
            }
            return System.nanoTime();
        }

        @Override
        public InstantSource clock() {
            return Clock.systemUTC();
        }

        @Override
        public RandomGenerator random() {
            return new SplittableRandom(1);
        }

        @Override
        public void start(Loop loop) {}

        @Override
        public void poll(long nanos, Gate gate) {}

        @Override
        public void wakeup() {}

        @Override
        public boolean hasPending() {
            return false;
        }

        @Override
        public void close() {}

        @Override
        public boolean onCarrier() {
            return true;
        }
    }

    @Test
    void a_loop_whose_carrier_dies_is_a_failure_and_no_value() {
        BrokenClock driver = new BrokenClock();
        assertThatIllegalStateException()
                .isThrownBy(
                        () ->
                                Programs.run(
                                        () -> driver,
                                        () -> {
                                            driver.broken = true;
                                            Weft.checkpoint();
                                            return "a value";
                                        }))
                .withMessageContaining("died")
                .havingRootCause()
                .withMessage("the clock stands still");
    }

    @Test
    void a_logger_that_throws_does_not_stop_what_is_handed_to_the_loop() {
        Logger logger = Logger.getLogger("dev.weft");
        Handler throwing =
                new Handler() {
                    @Override
                    public void publish(LogRecord record) {
                        throw new IllegalStateException("the disk is full");
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        logger.addHandler(throwing);
        try {
            String value =
                    Weft.run(
                            () -> {
                                Loop.current()
                                        .post(
                                                () -> {
                                                    throw new IllegalStateException("reported");
                                                });
                                Weft.checkpoint();
                                return Weft.offload(() -> "the next one");
                            });
            assertThat(value).isEqualTo("the next one");
        } finally {
            logger.removeHandler(throwing);
        }
    }
}
