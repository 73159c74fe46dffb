package dev.weft.file;

import dev.weft.Loop;
import dev.weft.WaitList;
import dev.weft.Weft;
import dev.weft.net.Descriptors;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.RejectedExecutionException;

/**
 * What changes in folders, as a stream.
 *
 * <pre>{@code
 * try (var watch = FileWatch.of(folder)) {
 *     for (FileChange change : watch) {
 *         switch (change.kind()) {
 *             case CREATED, MODIFIED -> load(change.path());
 *             case DELETED -> forget(change.path());
 *             case OVERFLOW, GONE -> loadAll();
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>Only what is directly in a folder. It is the JDK's {@link WatchService}, so several changes of
 * a file may be one, and of each folder 512 are kept; if there are more, those that were not taken
 * are dropped and an {@link FileChange.Kind#OVERFLOW} stands for them. Takes two daemon threads
 * until it is closed.
 *
 * <p><em>Loop-confined.</em> A cancelled wait has taken nothing. One that is still open when its
 * loop ends is closed, and a warning names it. Refused in a simulation.
 */
public final class FileWatch implements Iterable<FileChange>, AutoCloseable {
    private final WatchService service;
    private final Map<WatchKey, Path> folders;
    private final Loop loop = Loop.current();
    private final WaitList takers = WaitList.external("FileWatch.next");
    private final StillOpen stillOpen = StillOpen.here();

    /** Keys of folders where something has happened that is not in {@link #changes} yet. */
    private final ArrayDeque<WatchKey> signalled = new ArrayDeque<>();

    private final ArrayDeque<FileChange> changes = new ArrayDeque<>();
    private boolean closed;

    private FileWatch(Watched watched) {
        this.service = watched.service;
        this.folders = watched.folders;
        takers.check();
        stillOpen.add(this, service::close);
        Thread.ofPlatform().daemon().name("weft-file-watch").start(this::listen);
    }

    /** What was opened; closed if nobody takes it. */
    private record Watched(WatchService service, Map<WatchKey, Path> folders)
            implements AutoCloseable {
        @Override
        public void close() throws IOException {
            service.close();
        }
    }

    /**
     * Begins to watch folders. What happens after this has returned is told.
     *
     * @throws FileException if one is none, or can't be watched
     * @throws IllegalArgumentException without a folder
     */
    public static FileWatch of(Path... folders) {
        List<Path> all = List.of(folders);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("no folder to watch");
        }
        Descriptors.whenLoopEnds("FileWatch.of", () -> {}).close(); // refuses a simulation
        return new FileWatch(Call.look("watch", all.getFirst(), () -> open(all)));
    }

    private static Watched open(List<Path> folders) throws IOException {
        WatchService service = folders.getFirst().getFileSystem().newWatchService();
        Map<WatchKey, Path> keys = new HashMap<>();
        try {
            for (Path folder : folders) {
                keys.put(
                        folder.register(
                                service,
                                StandardWatchEventKinds.ENTRY_CREATE,
                                StandardWatchEventKinds.ENTRY_MODIFY,
                                StandardWatchEventKinds.ENTRY_DELETE),
                        folder);
            }
        } catch (IOException | RuntimeException e) {
            service.close();
            throw e;
        }
        return new Watched(service, keys);
    }

    /** On its thread. A key comes once, until it is reset. */
    private void listen() {
        try {
            while (true) {
                WatchKey key = service.take();
                loop.post(() -> signalled(key));
            }
        } catch (ClosedWatchServiceException
                | InterruptedException
                | RejectedExecutionException over) {
            return;
        }
    }

    private void signalled(WatchKey key) {
        signalled.add(key);
        takers.wakeFirst(null);
    }

    /**
     * Waits for a change and takes it.
     *
     * @throws IllegalStateException if this is closed, before or meanwhile, or all folders are gone
     */
    public FileChange next() {
        FileChange change = nextOrNull();
        if (change == null) {
            throw new IllegalStateException(
                    this + (closed ? " is closed" : ": all that was watched is gone"));
        }
        return change;
    }

    private @Nullable FileChange nextOrNull() {
        takers.enter();
        while (!closed) {
            while (changes.isEmpty() && !signalled.isEmpty()) {
                takeOut(signalled.remove());
            }
            FileChange change = changes.poll();
            if (!changes.isEmpty() || !signalled.isEmpty() || folders.isEmpty()) {
                takers.wakeFirst(null);
            }
            if (change != null || folders.isEmpty()) {
                return change;
            }
            takers.await();
        }
        return null;
    }

    private void takeOut(WatchKey key) {
        Path folder = folders.get(key);
        if (folder == null) {
            return;
        }
        for (WatchEvent<?> event : key.pollEvents()) {
            changes.add(change(folder, event));
        }
        if (!key.reset()) {
            folders.remove(key);
            changes.add(new FileChange(FileChange.Kind.GONE, folder));
        }
    }

    private static FileChange change(Path folder, WatchEvent<?> event) {
        FileChange.Kind kind =
                switch (event.kind().name()) {
                    case "ENTRY_CREATE" -> FileChange.Kind.CREATED;
                    case "ENTRY_MODIFY" -> FileChange.Kind.MODIFIED;
                    case "ENTRY_DELETE" -> FileChange.Kind.DELETED;
                    default -> FileChange.Kind.OVERFLOW;
                };
        return new FileChange(
                kind, event.context() instanceof Path name ? folder.resolve(name) : folder);
    }

    /**
     * Takes one after the other, as {@link #next}, until this is closed or all folders are gone.
     * {@code hasNext} waits.
     */
    @Override
    public Iterator<FileChange> iterator() {
        return new Iterator<>() {
            private @Nullable FileChange upcoming;

            @Override
            public boolean hasNext() {
                if (upcoming == null) {
                    upcoming = nextOrNull();
                }
                return upcoming != null;
            }

            @Override
            public FileChange next() {
                FileChange change = hasNext() ? upcoming : null;
                if (change == null) {
                    throw new NoSuchElementException(FileWatch.this + " has ended");
                }
                upcoming = null;
                return change;
            }
        };
    }

    /** Watches no more; a {@code for} loop over it in another task ends. May be called twice. */
    @Override
    public void close() {
        takers.check();
        if (!closed) {
            closed = true;
            stillOpen.remove(this);
            changes.clear();
            takers.wakeAll(null);
            Weft.shield(OpenFile.CLOSE_LIMIT, () -> Call.change("close", first(), service::close));
        }
    }

    private Path first() {
        return folders.isEmpty() ? Path.of("watch") : folders.values().iterator().next();
    }

    @Override
    public String toString() {
        return "FileWatch " + folders.values();
    }
}
