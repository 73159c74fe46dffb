package dev.weft.test;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.junit.platform.commons.util.ExceptionUtils;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

import java.util.List;
import java.util.Map;

/** Runs a test class in a JUnit of its own, and says what came of it. */
final class Jupiter {
    private final EngineExecutionResults results;

    private Jupiter(EngineExecutionResults results) {
        this.results = results;
    }

    static Jupiter run(Class<?> type) {
        return run(type, Map.of());
    }

    static Jupiter run(Class<?> type, Map<String, String> parameters) {
        return new Jupiter(
                EngineTestKit.engine("junit-jupiter")
                        .selectors(selectClass(type))
                        .configurationParameters(parameters)
                        .execute());
    }

    /** How the tests ended, such as {@code name() SUCCESSFUL}, in the order of their names. */
    List<String> ends() {
        return results.testEvents()
                .finished()
                .map(e -> e.getTestDescriptor().getDisplayName() + " " + result(e).getStatus())
                .sorted()
                .toList();
    }

    /** What the tests that did not succeed were thrown, with its stack. */
    List<String> failures() {
        return results.testEvents()
                .finished()
                .map(Jupiter::result)
                .flatMap(r -> r.getThrowable().stream())
                .map(ExceptionUtils::readStackTrace)
                .toList();
    }

    /** What the one test that failed or was aborted was thrown. */
    Throwable thrown() {
        return results.testEvents()
                .finished()
                .map(Jupiter::result)
                .flatMap(r -> r.getThrowable().stream())
                .reduce(
                        (one, other) -> {
                            throw new AssertionError("two failures", one);
                        })
                .orElseThrow();
    }

    /** What was published under this key. */
    List<String> published(String key) {
        return results.allEvents()
                .reportingEntryPublished()
                .map(
                        e ->
                                e.getRequiredPayload(
                                        org.junit.platform.engine.reporting.ReportEntry.class))
                .flatMap(e -> e.getKeyValuePairs().entrySet().stream())
                .filter(e -> e.getKey().equals(key))
                .map(Map.Entry::getValue)
                .toList();
    }

    private static TestExecutionResult result(Event finished) {
        return finished.getRequiredPayload(TestExecutionResult.class);
    }
}
