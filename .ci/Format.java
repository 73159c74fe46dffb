import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;

/**
 * Runs google-java-format over every Java source below the current directory. {@code check REPORT}
 * names the files that are not formatted, here and in the file REPORT, and exits with 1; {@code
 * write REPORT} rewrites them. The root pom calls it.
 */
final class Format {
    private static final Set<String> SKIPPED = Set.of(".git", "node_modules", "target");

    public static void main(String[] args) throws IOException {
        boolean check = args[0].equals("check");
        Path report = Path.of(args[1]);
        List<String> arguments = new ArrayList<>(List.of("--aosp"));
        arguments.addAll(
                check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
        arguments.addAll(sources());

        var out = new StringWriter();
        int status =
                ToolProvider.findFirst("google-java-format")
                        .orElseThrow()
                        .run(
                                new PrintWriter(out),
                                new PrintWriter(out),
                                arguments.toArray(String[]::new));
        Files.deleteIfExists(report);
        if (status != 0) {
            System.out.print(out);
            Files.writeString(report, out.toString());
            System.exit(check ? 1 : 2);
        }
    }

    private static Set<String> sources() throws IOException {
        var found = new TreeSet<String>();
        Files.walkFileTree(
                Path.of(""),
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) {
                        return SKIPPED.contains(dir.getFileName().toString())
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
                        if (file.toString().endsWith(".java")) found.add(file.toString());
                        return FileVisitResult.CONTINUE;
                    }
                });
        return found;
    }
}
