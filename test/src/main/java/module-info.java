/**
 * Tests of programs on Weft: virtual time, seeded orders of tasks, cancellations at every wait,
 * replay and shrinking of what fails.
 */
@org.jspecify.annotations.NullMarked
module dev.weft.test {
    requires transitive dev.weft.core;
    requires static transitive dev.weft.net;
    requires static transitive org.jspecify;
    requires static transitive org.junit.jupiter.api;

    exports dev.weft.test;
}
