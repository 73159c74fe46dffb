package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;

/** Look-ups whose answers may be kept for a while; the one asked for longest ago goes first. */
final class KnownNames {
    private final int most;
    private final LinkedHashMap<String, Kept> names = new LinkedHashMap<>(16, 0.75f, true);

    private record Kept(Lookup lookup, long until) {}

    KnownNames(int most) {
        this.most = most;
    }

    @Nullable Lookup get(String name, long now) {
        Kept kept = names.get(name);
        if (kept == null) {
            return null;
        }
        if (kept.until - now <= 0) {
            names.remove(name);
            return null;
        }
        return kept.lookup;
    }

    void keep(Lookup lookup, long nanos, long now) {
        if (nanos > 0 && most > 0) {
            names.put(lookup.host, new Kept(lookup, now + nanos));
            if (names.size() > most) {
                names.pollFirstEntry();
            }
        }
    }

    void clear() {
        names.clear();
    }
}
