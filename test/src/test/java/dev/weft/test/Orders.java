package dev.weft.test;

import dev.weft.Weft;

import java.util.List;

/** Whether all orders of a small program are tried. */
final class Orders {
    /** The ways to shuffle three tasks of four steps: 12! / (4! 4! 4!). */
    private static final int ALL = 34_650;

    private static final long MOST_NANOS = 5_000_000_000L;

    private Orders() {}

    static List<Figure> figures(Scale scale) {
        long start = System.nanoTime();
        Exploration all =
                Sim.exploring().runs(100_000).exhaustively().run(_ -> threeTasksOfFourSteps());
        long nanos = System.nanoTime() - start;
        return List.of(
                new Figure(
                        "S7",
                        "3 tasks of 4 steps: complete after 34,650 orders, within 5 s",
                        all.inOrders() + ", " + Figure.millis(nanos),
                        all.complete()
                                && all.runs() == ALL
                                && (!scale.timed() || nanos <= MOST_NANOS)));
    }

    private static void threeTasksOfFourSteps() {
        Weft.group(
                g -> {
                    for (int t = 0; t < 3; t++) {
                        g.start(
                                () -> {
                                    Weft.checkpoint();
                                    Weft.checkpoint();
                                    Weft.checkpoint();
                                });
                    }
                });
    }
}
