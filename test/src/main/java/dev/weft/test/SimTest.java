package dev.weft.test;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * One test of JUnit's (5.14 or 6) whose body is the main task of a simulated program, run as often
 * as is wanted, in the orders of an {@link Explorer}. A run that fails is made as small as it gets
 * and thrown as a {@link SimFailure}, with the {@link Replay} that repeats it.
 *
 * <p>The method may have a parameter {@link Sim}, and others that JUnit and its extensions have
 * values for. Each run has an instance of the test class of its own; its constructor, its
 * {@code @BeforeEach} and its {@code @AfterEach} methods run in the simulation too, once in each
 * run, may wait and may have a {@code Sim}. All else that JUnit and its extensions do, they do once
 * for all runs and outside: {@code @BeforeAll}, {@code @Timeout}, {@code @TempDir} (one folder for
 * all runs), and an instance of their own, which runs nothing; what they put into its fields is in
 * those of each run. In a class of the life cycle {@code PER_CLASS} there is only that instance:
 * its {@code @BeforeEach} has to make things as they were.
 *
 * <p>An assumption that does not hold in a run ends the test, which then counts as aborted.
 *
 * <p>System properties, or configuration parameters of JUnit's: {@code weft.sim.seed} in place of
 * all seeds, {@code weft.sim.scale} for so many times the runs.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Test
@ExtendWith(SimExtension.class)
public @interface SimTest {
    /** How many runs, without those of sweeps. */
    int runs() default 100;

    /**
     * Where the runs' seeds come from; 0 for a seed that follows from the names of class and
     * method, and so is the same each time.
     */
    long seed() default 0;

    /** The sweeps are done for so many orders. */
    int sweepOrders() default 1;

    /** After so many steps a run counts as going round in circles. */
    long mostSteps() default Explorer.MOST_STEPS;
}
