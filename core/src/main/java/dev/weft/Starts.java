package dev.weft;

import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/** Where the tasks of a loop were started, with {@code -Dweft.debug}. Any thread. */
final class Starts {
    private static final int FRAMES = 16;

    private final Map<LoopTask<?>, List<StackTraceElement>> places = new WeakHashMap<>();

    synchronized void remember(LoopTask<?> task) {
        places.put(task, Frames.innermost(Thread.currentThread().getStackTrace(), FRAMES));
    }

    synchronized List<StackTraceElement> of(LoopTask<?> task) {
        return places.getOrDefault(task, List.of());
    }
}
