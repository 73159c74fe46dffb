package dev.weft;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A test of what portable mode cannot have; {@link #value} says why. The list of what is lost
 * stands in docs/decisions/0007.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsOwnCarrier.Skip.class)
@interface NeedsOwnCarrier {
    /** What is lost without a carrier of the loop's own. */
    String value();

    /** Skips the test in portable mode. */
    final class Skip implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return Switching.PORTABLE
                    ? ConditionEvaluationResult.disabled("needs a carrier of the loop's own")
                    : ConditionEvaluationResult.enabled("the loop has its own carrier");
        }
    }
}
