/** The {@code weft} command; {@link dev.weft.cli.Main} is its entry. */
@NullMarked
package dev.weft.cli;

import org.jspecify.annotations.NullMarked;
