package dev.weft.benchmarks;

import dev.weft.Weft;
import dev.weft.net.Bytes;
import dev.weft.process.Child;
import dev.weft.process.Command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What child processes cost: a thousand (or as many as the argument says) that sleep, all pipes
 * open; programs run to their end, one after the other's start; and a gigabyte read from one. On
 * Linux, with {@code -Dweft.process=jdk} through the JDK.
 */
public final class ChildCost {
    private static final int ROUNDS = 3;
    private static final int AT_ONCE = 4;

    private ChildCost() {}

    private static long count(String folder) throws IOException {
        try (var all = Files.list(Path.of(folder))) {
            return all.count();
        }
    }

    private static long usedHeap() {
        System.gc();
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static void sleeping(int number) throws IOException {
        long heap = usedHeap();
        long threads = count("/proc/self/task");
        long descriptors = count("/proc/self/fd");
        List<Child> children = new ArrayList<>();
        long start = System.nanoTime();
        Command sleep = Command.exec("sleep", "1000");
        Weft.forEach(
                Collections.nCopies(number, sleep), AT_ONCE, each -> children.add(each.start()));
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "%,d sleep: started %.0f a second; %d threads in all; %d descriptors and %d bytes"
                        + " of heap each%n",
                number,
                number / seconds,
                count("/proc/self/task") - threads,
                (count("/proc/self/fd") - descriptors) / number,
                (usedHeap() - heap) / number);
        Weft.forEach(children, number, Child::close);
    }

    private static void running(int number) {
        long start = System.nanoTime();
        Weft.forEach(
                Collections.nCopies(number, Command.exec("true")),
                AT_ONCE,
                each -> each.run().check());
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("run to their end: %.0f a second%n", number / seconds);
    }

    private static void reading() {
        long start = System.nanoTime();
        long length = 0;
        try (Child zeros = Command.exec("head", "-c", "1G", "/dev/zero").start()) {
            for (boolean more = true; more; ) {
                try (Bytes some = zeros.stdout().read()) {
                    length += some.length();
                    more = !some.isEmpty();
                }
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("read: %.0f MiB a second%n", length / seconds / 1024 / 1024);
    }

    public static void main(String[] args) throws IOException {
        int number = args.length == 0 ? 1_000 : Integer.parseInt(args[0]);
        Weft.run(
                () -> {
                    running(200);
                    for (int round = 0; round < ROUNDS; round++) {
                        sleeping(number);
                        running(500);
                        reading();
                    }
                });
    }
}
