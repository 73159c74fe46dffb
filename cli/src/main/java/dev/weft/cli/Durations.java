package dev.weft.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Durations as people type them, {@code 500ms}, {@code 2s}, {@code 1.5m}, {@code 1h}, and as they
 * read them.
 */
final class Durations implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h)");

    @Override
    public Duration convert(String text) {
        var form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            throw new TypeConversionException(
                    "'" + text + "' is not a duration such as 500ms, 2s, 1m or 1h");
        }
        long unit =
                switch (form.group(2)) {
                    case "ms" -> 1_000_000L;
                    case "s" -> 1_000_000_000L;
                    case "m" -> 60_000_000_000L;
                    default -> 3_600_000_000_000L;
                };
        BigDecimal nanos = new BigDecimal(form.group(1)).multiply(BigDecimal.valueOf(unit));
        if (nanos.compareTo(BigDecimal.valueOf(Duration.ofDays(365).toNanos())) > 0) {
            throw new TypeConversionException("'" + text + "' is more than a year");
        }
        if (nanos.compareTo(BigDecimal.valueOf(1_000_000)) < 0) {
            throw new TypeConversionException("'" + text + "' is less than 1ms");
        }
        return Duration.ofNanos(nanos.longValue());
    }

    /**
     * At most two of the digits that matter: {@code 250ms}, {@code 2.5s}, {@code 1m 5s}, {@code 2h
     * 3m}.
     */
    static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1_000) {
            return millis + "ms";
        }
        if (millis < 10_000) {
            String tenths = String.format(Locale.ROOT, "%.1f", millis / 1000.0);
            return (tenths.endsWith(".0") ? tenths.substring(0, tenths.length() - 2) : tenths)
                    + "s";
        }
        long seconds = (millis + 500) / 1_000;
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3_600) {
            return two(seconds / 60, "m", seconds % 60, "s");
        }
        return two(seconds / 3_600, "h", seconds % 3_600 / 60, "m");
    }

    private static String two(long big, String bigUnit, long small, String smallUnit) {
        return small == 0 ? big + bigUnit : big + bigUnit + " " + small + smallUnit;
    }
}
