package dev.weft.file;

import dev.weft.Offload;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A way through a tree of folders, on threads that may block. */
final class Walk implements AutoCloseable {
    private static final int BATCH = 256;

    private record Level(DirectoryStream<Path> folder, Iterator<Path> rest) {}

    private final ArrayDeque<Level> open = new ArrayDeque<>();
    private final Path start;
    private final int depth;
    private @Nullable IOException failure;

    private Walk(Path start, int depth) {
        this.start = start;
        this.depth = depth;
    }

    static Walk begin(Path folder, int depth) throws IOException {
        Walk walk = new Walk(folder, depth);
        walk.enter(folder);
        return walk;
    }

    @SuppressWarnings("StreamResourceLeak") // closed with its level
    private void enter(Path folder) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(folder);
        open.push(new Level(stream, stream.iterator()));
    }

    /** Empty when there are no more. A failure comes after what was found before it. */
    synchronized List<Path> more() throws IOException {
        List<Path> found = new ArrayList<>();
        while (found.size() < BATCH && !open.isEmpty() && failure == null) {
            try {
                step(found);
            } catch (IOException e) {
                failure = e;
            }
        }
        IOException thrown = failure;
        if (found.isEmpty() && thrown != null) {
            failure = null;
            throw thrown;
        }
        return found;
    }

    private void step(List<Path> found) throws IOException {
        Level level = open.element();
        Path next;
        try {
            next = level.rest.hasNext() ? level.rest.next() : null;
        } catch (DirectoryIteratorException e) {
            open.pop().folder.close();
            throw e.getCause();
        }
        if (next == null) {
            open.pop().folder.close();
            return;
        }
        found.add(next);
        if (open.size() < depth && Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
            try {
                enter(next);
            } catch (NoSuchFileException | NotDirectoryException goneMeanwhile) {
                return;
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        while (!open.isEmpty()) {
            open.pop().folder.close();
        }
    }

    @Override
    public String toString() {
        return "the walk through " + start;
    }

    /** Deletes a tree; how many files and folders that were. */
    static long delete(Path start) throws IOException {
        long[] deleted = {0};
        Files.walkFileTree(
                start,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        return delete(file);
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e)
                            throws IOException {
                        if (e instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw e;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
                            throws IOException {
                        if (e != null) {
                            throw e;
                        }
                        return delete(folder);
                    }

                    private FileVisitResult delete(Path path) throws IOException {
                        Offload.checkCancelled();
                        deleted[0] += Files.deleteIfExists(path) ? 1 : 0;
                        return FileVisitResult.CONTINUE;
                    }
                });
        return deleted[0];
    }
}
