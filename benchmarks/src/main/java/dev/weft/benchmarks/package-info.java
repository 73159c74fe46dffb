/** JMH benchmarks of Weft: {@code benchmarks/run} builds and runs them. */
@NullMarked
package dev.weft.benchmarks;

import org.jspecify.annotations.NullMarked;
