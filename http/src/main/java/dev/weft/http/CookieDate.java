package dev.weft.http;

import org.jspecify.annotations.Nullable;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * The dates of cookies as servers write them, read by the tolerant rules of RFC 6265 section 5.1.1.
 */
final class CookieDate {

    private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";

    private CookieDate() {}

    static @Nullable Instant parse(String text) {
        int hour = -1;
        int minute = 0;
        int second = 0;
        int day = -1;
        int month = -1;
        int year = -1;
        for (int i = 0; i < text.length(); ) {
            if (isDelimiter(text.charAt(i))) {
                i++;
                continue;
            }
            int end = i;
            while (end < text.length() && !isDelimiter(text.charAt(end))) {
                end++;
            }
            String token = text.substring(i, end);
            i = end;
            int digits = digits(token, 0);
            int[] time = hour < 0 && digits > 0 && token.indexOf(':') > 0 ? time(token) : null;
            if (time != null) {
                hour = time[0];
                minute = time[1];
                second = time[2];
            } else if (day < 0 && digits >= 1 && digits <= 2) {
                day = number(token, 0, digits);
            } else if (month < 0 && month(token) > 0) {
                month = month(token);
            } else if (year < 0 && (digits == 2 || digits == 4)) {
                int n = number(token, 0, digits);
                year = n >= 70 && n <= 99 ? n + 1900 : n <= 69 ? n + 2000 : n;
            }
        }
        if (hour < 0 || day < 0 || month < 0 || year < 1601) {
            return null;
        }
        try {
            return LocalDateTime.of(year, month, day, hour, minute, second)
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static boolean isDelimiter(char c) {
        return c == '\t'
                || (c >= 0x20 && c <= 0x2f)
                || (c >= 0x3b && c <= 0x40)
                || (c >= 0x5b && c <= 0x60)
                || (c >= 0x7b && c <= 0x7e);
    }

    private static int @Nullable [] time(String token) {
        int[] parts = new int[3];
        int at = 0;
        for (int i = 0; i < 3; i++) {
            int n = digits(token, at);
            if (n < 1 || n > 2) {
                return null;
            }
            parts[i] = number(token, at, n);
            at += n;
            if (i < 2 && (at >= token.length() || token.charAt(at++) != ':')) {
                return null;
            }
        }
        return parts;
    }

    private static int digits(String token, int from) {
        int i = from;
        while (i < token.length() && token.charAt(i) >= '0' && token.charAt(i) <= '9') {
            i++;
        }
        return i - from;
    }

    private static int number(String token, int from, int digits) {
        int n = 0;
        for (int i = from; i < from + digits; i++) {
            n = n * 10 + token.charAt(i) - '0';
        }
        return n;
    }

    private static int month(String token) {
        if (token.length() < 3) {
            return 0;
        }
        for (int m = 0; m < 12; m++) {
            if (token.regionMatches(true, 0, MONTHS, 3 * m, 3)) {
                return m + 1;
            }
        }
        return 0;
    }
}
