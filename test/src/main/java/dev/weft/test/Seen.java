package dev.weft.test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@link Sim#sometimes} has seen over all runs of an exploration. */
final class Seen {
    private final Map<String, Boolean> conditions = new LinkedHashMap<>();

    void mention(String name) {
        conditions.putIfAbsent(name, false);
    }

    void was(String name) {
        conditions.put(name, true);
    }

    boolean has(String name) {
        return conditions.getOrDefault(name, false);
    }

    List<String> never() {
        return conditions.entrySet().stream()
                .filter(e -> !e.getValue())
                .map(Map.Entry::getKey)
                .toList();
    }
}
