package dev.weft.test;

import dev.weft.DeadlockException;
import dev.weft.test.SimFailure.Hunt;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What is said of a run that failed: how it ended, how to repeat it, and its steps as a table. */
final class Report {
    private static final int MOST_ROWS = 60;
    private static final int MOST_COLUMNS = 8;
    private static final int WIDTH = 26;
    private static final int LONGEST = 60;

    private Report() {}

    static SimFailure failure(
            Run run, Throwable wrong, Decisions decisions, String which, @Nullable Hunt hunt) {
        String replay = decisions.toString();
        Fault fault = decisions.fault();
        int deviations = decisions.deviations();
        return new SimFailure(
                which
                        + " failed: "
                        + wrong
                        + "\n"
                        + (hunt == null
                                ? ""
                                : "found in "
                                        + hunt.executions()
                                        + (hunt.executions() == 1 ? " run; " : " runs; "))
                        + (deviations == 0
                                ? "it fails in the order of a loop without a simulation"
                                : deviations
                                        + (deviations == 1
                                                ? " decision differs"
                                                : " decisions differ")
                                        + " from the order of a loop without a simulation")
                        + (fault == null ? "" : "\n" + fault.describe())
                        + "\n\nto repeat it: @Replay(\""
                        + escaped(replay)
                        + "\")\n\n"
                        + table(run.trace)
                        + tree(run, wrong),
                wrong,
                replay,
                hunt);
    }

    static AssertionError notRepeatable(Run run, Throwable wrong, String which) {
        return new AssertionError(
                which
                        + " failed: "
                        + wrong
                        + "\nit cannot be repeated, because of allowReal: "
                        + run.real(),
                wrong);
    }

    /** Unless the failure has one in it, as a deadlock has. */
    private static String tree(Run run, Throwable wrong) {
        String tree = run.trees.of(wrong);
        return tree.isEmpty() || wrong instanceof DeadlockException
                ? ""
                : "\nthe tasks when it failed:\n" + tree + "\n";
    }

    /** To be pasted into a string of Java's. */
    private static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
    }

    /** A column for each task, a row for each step. */
    static String table(Trace trace) {
        List<Trace.Step> steps = trace.steps();
        TreeSet<Integer> actors = new TreeSet<>();
        List<String> names = new ArrayList<>();
        for (Trace.Step step : steps) {
            if (isShown(step) && actors.add(step.actor())) {
                while (names.size() <= step.actor()) {
                    names.add("");
                }
            }
            if (isShown(step)) {
                names.set(step.actor(), step.name());
            }
        }
        List<Integer> columns =
                List.copyOf(actors).subList(0, Math.min(MOST_COLUMNS, actors.size()));
        StringBuilder table = new StringBuilder();
        table.append(cell("time", 10));
        for (int actor : columns) {
            table.append("| ").append(cell(names.get(actor), WIDTH));
        }
        table.append(actors.size() > columns.size() ? "| others\n" : "\n");
        int from = Math.max(0, steps.size() - MOST_ROWS);
        if (from > 0) {
            table.append("... ").append(from + trace.leftOut()).append(" steps before\n");
        }
        for (Trace.Step step : steps.subList(from, steps.size())) {
            if (step.actor() >= 0 && !isShown(step)) {
                continue;
            }
            table.append(cell(time(step), 10));
            if (step.actor() < 0) {
                table.append("| ** ")
                        .append(step.name().isEmpty() ? step.what() : step.name() + " fires");
            } else {
                int column = columns.indexOf(step.actor());
                for (int i = 0; i < column; i++) {
                    table.append("| ").append(cell("", WIDTH));
                }
                table.append("| ").append(column < 0 ? step.name() + ": " : "").append(what(step));
            }
            table.append('\n');
        }
        return table.toString();
    }

    /** Weft's own thread of the loop is of no interest. */
    private static boolean isShown(Trace.Step step) {
        return step.actor() >= 0 && !step.name().equals(Trace.OF_THE_LOOP);
    }

    private static String what(Trace.Step step) {
        String first = step.what().lines().map(String::strip).findFirst().orElse("");
        return first.length() > LONGEST ? first.substring(0, LONGEST - 1) + "…" : first;
    }

    private static String time(Trace.Step step) {
        double millis = step.at().toNanos() / 1e6;
        return millis == Math.rint(millis)
                ? (long) millis + " ms"
                : String.format(java.util.Locale.ROOT, "%.3f ms", millis);
    }

    private static String cell(String name, int width) {
        String text = name.replaceAll("\\p{Cntrl}", " ");
        String shown = text.length() > width - 1 ? text.substring(0, width - 2) + "…" : text;
        return shown + " ".repeat(width - shown.length());
    }

    /**
     * Of runs that should have been the same.
     *
     * @param wrong what came of the first one; null if nothing
     * @param twin the second one, and {@code third} one more; both have their steps
     */
    static SimFailure notTheSame(
            @Nullable Throwable wrong, Run twin, Run third, Decisions decisions, String which) {
        Throwable other = twin.wrong();
        Throwable cause = wrong != null ? wrong : other != null ? other : third.wrong();
        String ends =
                kind(wrong).equals(kind(other))
                        ? ""
                        : ", and ended once " + end(wrong) + " and once " + end(other);
        return new SimFailure(
                which
                        + (cause == null ? "" : " failed: " + cause)
                        + "\nthe program is not the same each time: with the same decisions it did"
                        + " once this and once that"
                        + ends
                        + ". "
                        + difference(twin.trace.steps(), third.trace.steps())
                        + "It may have asked System.nanoTime, Math.random, a hash code, or kept"
                        + " something from an earlier run; Loop.nanoTime, Loop.clock and"
                        + " Sim.random are the same each time",
                cause,
                decisions.toString(),
                null);
    }

    /** An escape whose moment depends on what is outside. */
    static SimFailure escaped(EscapeException escape, Decisions decisions, String which) {
        return new SimFailure(
                which
                        + " failed: "
                        + escape
                        + "\nwhen that happens differs from run to run, so it can't be repeated",
                escape,
                decisions.toString(),
                null);
    }

    /** Equal for those that end likewise: messages tell of times and numbers. */
    static String kind(@Nullable Throwable wrong) {
        return wrong == null ? "" : wrong.getClass().getName();
    }

    private static String end(@Nullable Throwable wrong) {
        return wrong == null ? "well" : "with " + wrong;
    }

    private static String difference(List<Trace.Step> a, List<Trace.Step> b) {
        int i = 0;
        while (i < Math.min(a.size(), b.size()) && a.get(i).equals(b.get(i))) {
            i++;
        }
        return i == a.size() && i == b.size()
                ? ""
                : "Its step "
                        + i
                        + " was once "
                        + (i < a.size() ? a.get(i) : "none")
                        + " and once "
                        + (i < b.size() ? b.get(i) : "none")
                        + ". ";
    }
}
