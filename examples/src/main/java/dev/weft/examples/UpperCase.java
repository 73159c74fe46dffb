package dev.weft.examples;

import module java.base;

import dev.weft.Weft;
import dev.weft.net.Bytes;
import dev.weft.net.Stdio;

/** Each line of its input in capitals, at once. */
final class UpperCase {
    static void main() {
        Weft.run(
                () -> {
                    try (var in = Stdio.in();
                            var out = Stdio.out()) {
                        for (String line : in.lines()) {
                            out.write(Bytes.utf8(line.toUpperCase(Locale.ROOT) + "\n"));
                        }
                    }
                });
    }
}
