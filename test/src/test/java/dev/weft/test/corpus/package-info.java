/** Bugs that people met, each once more and once without it: what the kit has to find. */
@org.jspecify.annotations.NullMarked
package dev.weft.test.corpus;
