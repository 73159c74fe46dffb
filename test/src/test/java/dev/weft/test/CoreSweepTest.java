package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

/**
 * Tasks, scopes, combinators and every primitive of {@code dev.weft.sync} under a cancellation and
 * an expired timeout at each wait of each victim, in many orders.
 */
class CoreSweepTest {
    static List<Subject> core() {
        return Subjects.CORE;
    }

    @ParameterizedTest
    @MethodSource("core")
    void survivesACancellationAndATimeoutAtEachWait(Subject subject) {
        assertThat(subject.swept().runs()).isGreaterThan(60);
    }
}
