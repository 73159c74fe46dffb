package dev.weft.test;

import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Beside {@link SimTest}: tries all orders, as {@link Explorer#exhaustively} does, in place of
 * {@link SimTest#runs}. Whether that was all, a report entry {@code weft.sim} says: {@code
 * complete: 34650 orders} or {@code bounded: 100000 orders}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@ExtendWith(SimExtension.class)
public @interface Exhaustive {
    /** No more orders than that. */
    int maxRuns() default 100_000;
}
