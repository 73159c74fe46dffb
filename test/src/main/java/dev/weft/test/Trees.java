package dev.weft.test;

import dev.weft.TaskTree;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The tasks as they were when something failed, of which the last may be what ends the run. */
final class Trees {
    private static final int MOST = 20;

    private final Map<String, String> byFailure = new LinkedHashMap<>();
    private String last = "";

    /**
     * Something has failed.
     *
     * @param failure what is known of it, as text
     */
    void add(String failure, Supplier<TaskTree> tree) {
        if (byFailure.size() < MOST) {
            last = byFailure.computeIfAbsent(failure, _ -> text(tree.get()));
        }
    }

    /** Without the JDK's numbers of threads, which are others each time. */
    private static String text(TaskTree tree) {
        return tree.toString().strip().replaceAll("(?m)^(\\W*\\S+(?: \\S+)*?) #\\d+", "$1");
    }

    /** When this happened; if that is not known, when something last failed. */
    String of(Throwable failure) {
        return byFailure.getOrDefault(failure.toString(), last);
    }
}
