package dev.weft.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Optional;

/**
 * The {@code Retry-After} header in both its forms, seconds and date (RFC 9110, sections 10.2.3 and
 * 5.6.7).
 */
final class RetryAfter {
    private static final Duration FOREVER = Duration.ofDays(365);

    private RetryAfter() {}

    /**
     * How long the server asks to wait; empty if it says nothing that can be read. A date in the
     * past is no wait.
     */
    static Optional<Duration> parse(String value, Instant now) {
        String text = value.strip();
        if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.of(
                    text.length() > 9 ? FOREVER : Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            var date = LocalDateTime.parse(text, form(text, now)).toInstant(ZoneOffset.UTC);
            return Optional.of(date.isBefore(now) ? Duration.ZERO : Duration.between(now, date));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /**
     * The form the text is in: the preferred one, or one of the two that recipients must accept
     * still.
     */
    private static DateTimeFormatter form(String text, Instant now) {
        var form = new DateTimeFormatterBuilder().parseCaseInsensitive();
        if (text.indexOf(',') < 0) {
            form.appendPattern("EEE MMM ppd HH:mm:ss uuuu");
        } else if (text.indexOf(',') == 3) {
            form.appendPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'");
        } else {
            // A two-digit year that seems more than 50 years ahead is a year of the past.
            int earliest = now.atOffset(ZoneOffset.UTC).getYear() - 49;
            form.appendPattern("EEEE, dd-MMM-")
                    .appendValueReduced(ChronoField.YEAR, 2, 2, earliest)
                    .appendPattern(" HH:mm:ss 'GMT'");
        }
        return form.toFormatter(Locale.ENGLISH).withResolverStyle(ResolverStyle.STRICT);
    }
}
