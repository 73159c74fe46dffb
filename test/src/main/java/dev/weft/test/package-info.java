/** The test kit: {@link dev.weft.test.Sim} runs a program in a simulation. */
@org.jspecify.annotations.NullMarked
package dev.weft.test;
