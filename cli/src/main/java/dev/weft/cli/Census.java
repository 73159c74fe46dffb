package dev.weft.cli;

import org.jspecify.annotations.Nullable;

import java.util.OptionalLong;

/**
 * What is known of the inputs before the first request.
 *
 * @param count how many, where that is known
 * @param longest of the URLs in characters, {@link Integer#MAX_VALUE} where that is not known
 */
record Census(OptionalLong count, int longest) {
    static final Census UNKNOWN = new Census(OptionalLong.empty(), Integer.MAX_VALUE);

    /** Of URLs at hand, and of a text that is read to its end for it. Blocks its thread. */
    static Census of(Iterable<Target> first, @Nullable UrlLines lines) throws BadInput {
        long count = 0;
        int longest = 0;
        for (Target target : first) {
            count++;
            longest = Math.max(longest, target.url().length());
        }
        if (lines != null) {
            for (Target target = lines.next(); target != null; target = lines.next()) {
                count++;
                longest = Math.max(longest, target.url().length());
            }
        }
        return new Census(OptionalLong.of(count), longest);
    }
}
