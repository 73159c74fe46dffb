/**
 * What tasks of one loop share and wait on. Plain fields, first in, first out, and nothing is lost
 * when a wait is cancelled. <em>Loop-confined</em>: an object belongs to the first loop that uses
 * it and refuses others at once.
 */
@NullMarked
package dev.weft.sync;

import org.jspecify.annotations.NullMarked;
