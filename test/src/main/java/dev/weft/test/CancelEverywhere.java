package dev.weft.test;

import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Beside {@link SimTest}: cancels tasks at every wait, as {@link Explorer#cancelling} does. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@ExtendWith(SimExtension.class)
public @interface CancelEverywhere {
    /**
     * The names of the tasks, as {@code Group.start(name, body)} has them, or how they begin and an
     * asterisk.
     */
    String[] value();
}
