package dev.weft.file;

import com.sun.nio.file.ExtendedCopyOption;

import dev.weft.Loop;
import dev.weft.Offload;
import dev.weft.Weft;
import dev.weft.net.ByteSink;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Whole files, folders and trees: what {@link Files} does, on other threads while the task waits.
 *
 * <p><em>Loop-confined</em>: in a task of any loop. Failures are {@link FileException}s. What a
 * cancelled call has done, each says; one that has not begun does nothing.
 */
public final class Disk {
    private static final OpenOption[] ANEW = {
        StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING
    };

    private static final Set<String> NO_NAMES = Set.of("", ".", "..");
    private static final FileAttribute<?> OWNERS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?>[] ANY = {};

    private Disk() {}

    // ---- whole files

    /**
     * All bytes of a file. Also of one without a size, as in {@code /proc}, and of a pipe. A
     * cancelled call is left to itself.
     *
     * @param limit how many bytes that may be at most
     * @throws FileException if there are more, with kind {@code TOO_LARGE}, or it can't be read
     */
    public static byte[] readBytes(Path path, int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException(path + ": a limit of " + limit + " bytes");
        }
        return Call.look(
                "read",
                path,
                () -> {
                    try (InputStream in =
                            Channels.newInputStream(
                                    FileChannel.open(path, StandardOpenOption.READ))) {
                        byte[] all = in.readNBytes(limit);
                        if (all.length == limit && in.read() >= 0) {
                            throw FileException.tooLarge(path, limit);
                        }
                        return all;
                    }
                });
    }

    /** As {@link #readBytes}, as text in UTF-8; what is none is replaced by U+FFFD. */
    public static String readString(Path path, int limit) {
        return new String(readBytes(path, limit), StandardCharsets.UTF_8);
    }

    /**
     * The lines of a file in UTF-8, without their ends, one after the other: at most 64 KiB are
     * read ahead.
     *
     * @param limit how long a line may be at most, in bytes; a longer one makes the iteration throw
     *     {@link dev.weft.net.LimitExceededException}
     * @throws FileException if it can't be opened
     */
    public static Listing<String> lines(Path path, int limit) {
        OpenFile file = OpenFile.open(path);
        var source = file.source();
        return new Listing<>(
                "the lines of " + path,
                () -> {
                    String line = source.readLine(limit);
                    return line == null ? List.of() : List.of(line);
                },
                file::close);
    }

    /**
     * Writes a file: makes it, or replaces what is in it, unless the options say otherwise (as in
     * {@link Files#write}; with {@code APPEND} it goes to the end, whoever else does so, too).
     * Cancelled, it may have written a part; while it still opens, at most an empty file is made,
     * and what was in one stays.
     *
     * @throws IllegalArgumentException with both {@code APPEND} and {@code TRUNCATE_EXISTING}
     */
    public static void write(Path path, byte[] bytes, OpenOption... options) {
        Objects.requireNonNull(bytes, "the bytes");
        Set<OpenOption> all = new HashSet<>(List.of(options.length > 0 ? options : ANEW));
        all.add(StandardOpenOption.WRITE);
        boolean anew = all.remove(StandardOpenOption.TRUNCATE_EXISTING); // not by an abandoned open
        if (anew && all.contains(StandardOpenOption.APPEND)) {
            throw new IllegalArgumentException(
                    path + ": APPEND keeps what TRUNCATE_EXISTING drops; give one of them");
        }
        FileChannel file = Call.look("open", path, () -> FileChannel.open(path, all));
        try {
            Call.change(
                    "write",
                    path,
                    () -> {
                        try (file) {
                            if (anew) {
                                file.truncate(0);
                            }
                            fill(file, bytes);
                        }
                    });
        } finally {
            if (file.isOpen()) { // it has not begun
                Weft.shield(OpenFile.CLOSE_LIMIT, () -> Call.change("close", path, file::close));
            }
        }
    }

    /** As {@link #write(Path, byte[], OpenOption...)}, a text in UTF-8. */
    public static void write(Path path, String text, OpenOption... options) {
        write(path, text.getBytes(StandardCharsets.UTF_8), options);
    }

    /**
     * Replaces a file, or makes it, all or nothing: whoever reads it sees what was or what is, also
     * after a crash. The bytes go to a file beside it, are forced to the disk, and take its name.
     * The new one has the old one's permissions, and until it is full none but its owner's; owner
     * and group are the process's. A link is replaced itself. Cancelled, it has replaced it or left
     * it, and nothing else stays.
     */
    public static void replace(Path path, byte[] bytes) {
        Objects.requireNonNull(bytes, "the bytes");
        LongSupplier random = Loop.current().random()::nextLong;
        long[] numbers = {random.getAsLong(), random.getAsLong(), random.getAsLong()};
        Call.change("replace", path, () -> replaceHere(path, bytes, numbers));
    }

    private static void replaceHere(Path path, byte[] bytes, long[] numbers) throws IOException {
        if (path.getFileName() == null || Files.isDirectory(path)) {
            throw new FileSystemException(path.toString(), null, "Is a directory");
        }
        FileAttribute<?>[] mode = hasMode(path) ? new FileAttribute<?>[] {OWNERS} : ANY;
        FileAlreadyExistsException taken = null;
        for (long number : numbers) {
            String name = "." + path.getFileName() + "." + Long.toHexString(number) + ".tmp";
            Path beside = path.resolveSibling(name);
            try (FileChannel channel =
                    FileChannel.open(
                            beside,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            mode)) {
                try {
                    fill(channel, bytes);
                    if (hasMode(path)) {
                        Files.setPosixFilePermissions(beside, Files.getPosixFilePermissions(path));
                    }
                    channel.force(true);
                    Files.move(
                            beside,
                            path,
                            StandardCopyOption.ATOMIC_MOVE,
                            StandardCopyOption.REPLACE_EXISTING);
                } catch (Throwable e) {
                    Files.deleteIfExists(beside);
                    throw e;
                }
                forceFolder(path);
                return;
            } catch (FileAlreadyExistsException e) {
                taken = e;
            }
        }
        throw Objects.requireNonNull(taken);
    }

    private static void fill(FileChannel channel, byte[] bytes) throws IOException {
        for (int written = 0; written < bytes.length; written += OpenFile.PIECE) {
            Offload.checkCancelled();
            ByteBuffer piece =
                    ByteBuffer.wrap(
                            bytes, written, Math.min(OpenFile.PIECE, bytes.length - written));
            while (piece.hasRemaining()) {
                channel.write(piece);
            }
        }
    }

    private static boolean hasMode(Path path) {
        return Files.getFileAttributeView(path, PosixFileAttributeView.class) != null
                && Files.exists(path);
    }

    /** So that the name survives a crash, where folders can be opened. */
    private static void forceFolder(Path path) {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException notOnThisPlatform) {
            return;
        }
    }

    /**
     * Sends a part of a file to a stream: {@code count} bytes from {@code offset} on, or as many as
     * there are. See {@link ByteSink#sendFile}.
     *
     * @return how many bytes were sent
     * @throws FileException if the file can't be opened or read
     */
    public static long send(Path path, long offset, long count, ByteSink target) {
        Objects.requireNonNull(target, "the target");
        FileChannel file =
                Call.look(
                        "open",
                        path,
                        () -> {
                            if (Files.isDirectory(path)) {
                                throw new FileSystemException(
                                        path.toString(), null, "Is a directory");
                            }
                            return FileChannel.open(path, StandardOpenOption.READ);
                        });
        return target.sendFile(file, offset, count);
    }

    // ---- about a file

    /** Whether there is such a file or folder, and one may know. */
    public static boolean exists(Path path, LinkOption... options) {
        return Call.look("exists", path, () -> Files.exists(path, options));
    }

    /** What kind it is of, its size and times. */
    public static BasicFileAttributes attributes(Path path, LinkOption... options) {
        return Call.look(
                "attributes",
                path,
                () -> Files.readAttributes(path, BasicFileAttributes.class, options));
    }

    // ---- folders and trees

    /**
     * What is in a folder, in no order. At most 256 are read ahead.
     *
     * @throws FileException if it is none, or can't be read
     */
    public static Listing<Path> list(Path folder) {
        return walk(folder, 1);
    }

    /**
     * What is in a folder and in the folders below it, each folder before what is in it, otherwise
     * in no order; without the folder itself. Links are not followed. At most 256 are read ahead,
     * and one folder is open for each level. What is deleted meanwhile may be left out.
     *
     * @param depth how many levels, from 1
     * @throws FileException if it is no folder, or it can't be read; the iteration throws it for
     *     one below it, and may be gone on with
     */
    public static Listing<Path> walk(Path folder, int depth) {
        if (depth < 1) {
            throw new IllegalArgumentException(folder + ": a walk of depth " + depth);
        }
        StillOpen open = StillOpen.here();
        Walk walk = Call.look("open", folder, () -> Walk.begin(folder, depth));
        open.add(walk, walk::close);
        return new Listing<>(
                walk.toString(),
                () -> Call.change("list", folder, walk::more),
                () -> {
                    open.remove(walk);
                    Call.change("close", folder, walk::close);
                });
    }

    /** Makes a folder and those above it that are missing; one that is there is no failure. */
    public static void createDirectories(Path folder) {
        Call.change("create", folder, () -> Files.createDirectories(folder));
    }

    /**
     * Deletes a file, a link itself, or an empty folder.
     *
     * @return whether it was there
     */
    public static boolean delete(Path path) {
        return Call.change("delete", path, () -> Files.deleteIfExists(path));
    }

    /**
     * Deletes a folder with all that is in it, links themselves and not what they point to; or a
     * file. What is gone already is no failure. Cancelled, it has deleted a part.
     *
     * <p>Not for folders that others may write: who puts a link in a folder's place meanwhile has
     * what it points to deleted.
     *
     * @return how many files and folders it has deleted
     * @throws IllegalArgumentException for the root of a file system, an empty path, and one that
     *     ends with {@code .} or {@code ..}
     */
    public static long deleteTree(Path path) {
        Path name = path.getFileName();
        if (name == null || NO_NAMES.contains(name.toString())) {
            throw new IllegalArgumentException(
                    "'" + path + "' is a root or ends without a name: name what is to be deleted");
        }
        return Call.change("delete", path, () -> Walk.delete(path));
    }

    /**
     * Moves or renames, as {@link Files#move}. Cancelled meanwhile, it moves on and returns; so
     * does {@link #delete}.
     */
    public static void move(Path from, Path to, CopyOption... options) {
        Objects.requireNonNull(to, "the target");
        Call.change("move", from, () -> Files.move(from, to, options));
    }

    /**
     * Copies a file, or makes a folder like {@code from}, as {@link Files#copy}. Cancelled
     * meanwhile, it stops soon and deletes what it has copied; what it was to replace is gone. From
     * or to other file systems than the default one it copies on and returns.
     */
    public static void copy(Path from, Path to, CopyOption... options) {
        Objects.requireNonNull(to, "the target");
        Set<CopyOption> all = new HashSet<>(List.of(options));
        if (isDefault(from) && isDefault(to)) {
            all.add(ExtendedCopyOption.INTERRUPTIBLE);
        }
        Call.change(
                "copy",
                from,
                () -> {
                    try {
                        Files.copy(from, to, all.toArray(CopyOption[]::new));
                    } catch (IOException e) {
                        Offload.checkCancelled();
                        throw e;
                    }
                });
    }

    private static boolean isDefault(Path path) {
        return path.getFileSystem().equals(FileSystems.getDefault());
    }
}
