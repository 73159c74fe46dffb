package dev.weft.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Sizes in bytes as people type them, {@code 4096}, {@code 512K}, {@code 64M}, {@code 1G} (powers
 * of 1024), and read them.
 */
final class ByteSizes implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,12})(?:([KMGT])(?:I?B)?|B)?");
    private static final String UNITS = "KMGT";

    @Override
    public Long convert(String text) {
        var form = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!form.matches()) {
            throw new TypeConversionException(
                    "'" + text + "' is not a size such as 4096, 512K, 64M or 1G");
        }
        long number = Long.parseLong(form.group(1));
        int shift = form.group(2) == null ? 0 : 10 * (1 + UNITS.indexOf(form.group(2)));
        if (number > Long.MAX_VALUE >> shift) {
            throw new TypeConversionException("'" + text + "' is more than there is");
        }
        return number << shift;
    }

    /** At most four characters and a unit: {@code 512}, {@code 1.5K}, {@code 64M}. */
    static String text(long bytes) {
        if (bytes < 1024) {
            return Long.toString(bytes);
        }
        double amount = bytes;
        int unit = -1;
        while (amount >= 1023.5 && unit < UNITS.length() - 1) {
            amount /= 1024;
            unit++;
        }
        String digits = String.format(Locale.ROOT, amount < 9.95 ? "%.1f" : "%.0f", amount);
        return (digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits)
                + UNITS.charAt(unit);
    }
}
