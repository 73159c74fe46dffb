package dev.weft.cli;

/**
 * A record as one line of JSON (RFC 8259), ASCII but for the characters of URL and error that UTF-8
 * can carry as they are.
 */
final class JsonLine {
    private JsonLine() {}

    /** The object and its line feed. */
    static String of(FetchRecord record) {
        var json = new StringBuilder(160 + record.url().length());
        json.append("{\"url\":");
        quote(json, record.url());
        json.append(",\"status\":").append(record.status());
        json.append(",\"bytes\":").append(record.bytes());
        json.append(",\"millis\":").append(record.millis());
        json.append(",\"attempts\":").append(record.attempts());
        json.append(",\"outcome\":\"").append(record.outcome().label());
        json.append("\",\"error\":");
        String error = record.error();
        if (error == null) {
            json.append("null");
        } else {
            quote(json, error);
        }
        return json.append("}\n").toString();
    }

    static void quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029) {
                        escape(json, c);
                    } else if (!Character.isSurrogate(c)) {
                        json.append(c);
                    } else if (Character.isHighSurrogate(c)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1))) {
                        json.append(c).append(text.charAt(++i));
                    } else {
                        escape(json, c);
                    }
                }
            }
        }
        json.append('"');
    }

    private static void escape(StringBuilder json, char c) {
        json.append(String.format("\\u%04x", (int) c));
    }
}
