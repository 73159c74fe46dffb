package dev.weft.file;

import dev.weft.Loop;
import dev.weft.Simulation;
import dev.weft.Weft;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/** What of a loop's files is open: closed and reported when the loop ends. */
final class StillOpen {
    private static final System.Logger LOG = System.getLogger("dev.weft.file");
    private static final int SHOWN = 5;
    private static final Map<Loop, StillOpen> ALL =
            Collections.synchronizedMap(new WeakHashMap<>());

    private final Map<Object, Call.Change> closers = new LinkedHashMap<>();

    private StillOpen() {}

    /** That of the running task's loop. */
    static StillOpen here() {
        Loop loop = Loop.current();
        StillOpen here = ALL.get(loop);
        if (here == null) {
            StillOpen made = new StillOpen();
            loop.onClose(() -> made.closeAll(loop));
            ALL.put(loop, made);
            here = made;
        }
        return here;
    }

    /**
     * @param closer may hold its thread
     */
    void add(Object thing, Call.Change closer) {
        closers.put(thing, closer);
    }

    void remove(Object thing) {
        closers.remove(thing);
    }

    private void closeAll(Loop loop) {
        ALL.remove(loop);
        if (closers.isEmpty()) {
            return;
        }
        String left =
                "Still open when its loop ended, now closed: "
                        + closers.keySet().stream().limit(SHOWN).map(Object::toString).toList()
                        + (closers.size() > SHOWN
                                ? " and " + (closers.size() - SHOWN) + " more"
                                : "")
                        + ". Close files with try (var file = ...).";
        if (loop.driver() instanceof Simulation simulation) {
            simulation.addLeftover(left);
        } else {
            LOG.log(Level.WARNING, left);
        }
        List<Call.Change> all = List.copyOf(closers.values());
        Weft.offload(() -> all.forEach(StillOpen::close));
    }

    private static void close(Call.Change closer) {
        try {
            closer.run();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "a file could not be closed", e);
        }
    }
}
