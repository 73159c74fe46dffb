package dev.weft.test;

import dev.weft.Simulation;

import java.util.ArrayList;
import java.util.List;

/** Whether what Weft has to offer survives a cancellation and a timeout at each wait. */
final class Sweeps {
    private Sweeps() {}

    static List<Figure> figures() {
        long runs = 0;
        long waits = 0;
        List<String> problems = new ArrayList<>();
        for (Subject subject : Subjects.CORE) {
            try {
                runs += subject.swept().runs();
                waits += waits(subject);
            } catch (Throwable failure) {
                problems.add(subject + ": " + failure.getMessage());
            }
        }
        return List.of(
                Figure.of(
                        "S10",
                        "core survives a cancellation and a timeout at each wait",
                        Subjects.CORE.size()
                                + " programs, "
                                + waits
                                + " waits, "
                                + Figure.number(runs)
                                + " runs",
                        problems));
    }

    /** Of the victims, in the order of a loop. */
    private static long waits(Subject subject) {
        return Simulation.session(
                () ->
                        subject.exploring().new Search(subject.program())
                                .faultsOf(0).stream()
                                        .filter(f -> f.kind() == Fault.Kind.CANCEL)
                                        .filter(f -> f.window() == Fault.Window.ENTRY)
                                        .count());
    }
}
