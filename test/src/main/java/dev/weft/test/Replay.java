package dev.weft.test;

import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Beside {@link SimTest}: runs what a {@link SimFailure} said, before anything else. It pins a
 * failure that was found. Several of them run in their order.
 *
 * <p>A replay fits the program that it was found in. Where the program has become another one, so
 * that what the replay says can't happen any more, a report entry {@code weft.replay} says so.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Repeatable(Replay.All.class)
@ExtendWith(SimExtension.class)
public @interface Replay {
    /** The run, as the failure has it. */
    String value();

    /** Whether to run nothing else than the replays: to debug. */
    boolean only() default false;

    /** Several of them. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
    @ExtendWith(SimExtension.class)
    @interface All {
        /** In their order. */
        Replay[] value();
    }
}
