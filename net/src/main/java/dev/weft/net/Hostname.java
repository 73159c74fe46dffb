package dev.weft.net;

import java.net.IDN;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Names as name servers know them: small letters of ASCII, and of a length that they allow. */
final class Hostname {
    private static final int MOST_LENGTH = 253;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.-]+");

    private Hostname() {}

    /**
     * The name in ASCII and small letters; an umlaut is written as IDNA has it.
     *
     * @throws IllegalArgumentException if it can be no name, saying why
     */
    static String normal(String host) {
        String ascii = IDN.toASCII(host).toLowerCase(Locale.ROOT);
        int length = ascii.endsWith(".") ? ascii.length() - 1 : ascii.length();
        if (length == 0 || length > MOST_LENGTH) {
            throw new IllegalArgumentException(
                    "it has " + length + " characters, not 1 to " + MOST_LENGTH);
        }
        return ascii;
    }

    static void requireValid(String host, String what) {
        try {
            normal(host);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(what + " '" + host + "': " + e.getMessage(), e);
        }
    }

    /** Whether it can be shown to people and put into logs. */
    static boolean isPlain(String name) {
        return PLAIN.matcher(name).matches();
    }

    /** What to ask for, in this order, each with a dot at its end. */
    static List<String> candidates(String name, List<String> domains, int ndots) {
        if (name.endsWith(".")) {
            return List.of(name);
        }
        List<String> all = new ArrayList<>();
        for (String domain : domains) {
            String longer = absolute(name + "." + domain);
            if (longer.length() <= MOST_LENGTH + 1) {
                all.add(longer);
            }
        }
        boolean first = name.chars().filter(c -> c == '.').count() >= ndots;
        all.add(first ? 0 : all.size(), absolute(name));
        return all;
    }

    static String absolute(String name) {
        return name.endsWith(".") ? name : name + ".";
    }

    static String withoutDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    /** By which name servers know the name of an address: {@code 1.0.0.127.in-addr.arpa.} */
    static String ofAddress(InetAddress address) {
        byte[] bytes = address.getAddress();
        StringBuilder name = new StringBuilder();
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (bytes.length == 4) {
                name.append(bytes[i] & 0xff).append('.');
            } else {
                String hex = HexFormat.of().toHexDigits(bytes[i]);
                name.append(hex.charAt(1)).append('.').append(hex.charAt(0)).append('.');
            }
        }
        return name.append(bytes.length == 4 ? "in-addr.arpa." : "ip6.arpa.").toString();
    }
}
