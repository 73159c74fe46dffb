package dev.weft.test;

import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Beside {@link SimTest}: lets the timeouts of tasks expire at every wait, as {@link
 * Explorer#expiring} does.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@ExtendWith(SimExtension.class)
public @interface ExpireEverywhere {
    /**
     * The names of the tasks, as {@code Group.start(name, body)} has them, or how they begin and an
     * asterisk.
     */
    String[] value();
}
