package dev.weft.cli;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/** What the demo's site announced, and what happened. Not thread-safe. */
final class DemoReport {
    static final int PAGES = Arrays.stream(DemoPage.values()).mapToInt(DemoPage::pages).sum();
    private static final int DOES =
            Arrays.stream(DemoPage.values()).mapToInt(page -> page.does().length()).max().orElse(0);
    private static final String ROW = "%5s  %-" + DOES + "s  %-15s  %s%n";

    private final Map<String, DemoPage> expected = new HashMap<>();
    private final Map<DemoPage, Integer> met = new EnumMap<>(DemoPage.class);
    private final Map<DemoPage, Map<String, Integer>> others = new EnumMap<>(DemoPage.class);

    void expect(String url, DemoPage page) {
        expected.put(url, page);
    }

    void add(FetchRecord record) {
        DemoPage page = expected.remove(record.url());
        if (page == null) {
            throw new IllegalStateException("a second record of " + record.url());
        }
        if (page.isMet(record)) {
            met.merge(page, 1, Integer::sum);
        } else {
            String what = record.outcome().label();
            if (record.status() != null) {
                what += " with status " + record.status();
            }
            others.computeIfAbsent(page, _ -> new TreeMap<>()).merge(what, 1, Integer::sum);
        }
    }

    boolean isMet() {
        return missed() == 0;
    }

    private int missed() {
        return PAGES - met.values().stream().mapToInt(Integer::intValue).sum();
    }

    String table() {
        var table = new StringBuilder();
        table.append(ROW.formatted("PAGES", "WHAT THE SITE DOES", "ANNOUNCED", "WHAT HAPPENED"));
        for (var page : DemoPage.values()) {
            table.append(
                    ROW.formatted(
                            page.pages(), page.does(), page.announced().label(), happened(page)));
        }
        return table.toString();
    }

    private String happened(DemoPage page) {
        int as = met.getOrDefault(page, 0);
        if (as == page.pages()) {
            return "as announced";
        }
        var what = new StringJoiner(", ");
        what.add(as + " as announced");
        others.getOrDefault(page, Map.of())
                .forEach((other, count) -> what.add(count + " " + other));
        return what.toString();
    }

    String verdict() {
        int missed = missed();
        return missed == 0
                ? "Every page ended as announced."
                : missed + " of " + PAGES + " pages did not end as announced.";
    }
}
