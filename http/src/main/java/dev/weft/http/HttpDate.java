package dev.weft.http;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** The Date field (RFC 9110 section 5.6.7), made once a second. */
final class HttpDate {

    private static final String DAYS = "MonTueWedThuFriSatSun";
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

    private long second = Long.MIN_VALUE;
    private String text = "";

    String at(Instant now) {
        if (now.getEpochSecond() != second) {
            second = now.getEpochSecond();
            text = format(now);
        }
        return text;
    }

    static String format(Instant when) {
        LocalDateTime t = LocalDateTime.ofInstant(when, ZoneOffset.UTC);
        int day = 3 * (t.getDayOfWeek().getValue() - 1);
        int month = 3 * (t.getMonthValue() - 1);
        var out = new StringBuilder(29);
        out.append(DAYS, day, day + 3).append(", ");
        two(out, t.getDayOfMonth()).append(' ').append(MONTHS, month, month + 3).append(' ');
        two(two(out, t.getYear() / 100), t.getYear() % 100).append(' ');
        two(out, t.getHour()).append(':');
        two(out, t.getMinute()).append(':');
        two(out, t.getSecond()).append(" GMT");
        return out.toString();
    }

    private static StringBuilder two(StringBuilder out, int n) {
        return out.append((char) ('0' + n / 10)).append((char) ('0' + n % 10));
    }
}
