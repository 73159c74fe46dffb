/**
 * Files in direct style: {@link dev.weft.file.Disk} for whole files, folders and trees, {@link
 * dev.weft.file.OpenFile} for parts of one and for streams, {@link dev.weft.file.FileWatch} for
 * changes.
 *
 * <pre>{@code
 * String text = Disk.readString(Path.of("notes.txt"), 1 << 20);
 * Disk.replace(Path.of("notes.txt"), text.toUpperCase(Locale.ROOT).getBytes(UTF_8));
 *
 * try (var file = OpenFile.open(Path.of("access.log"))) {
 *     for (String line : file.source().lines()) {
 *         count(line);
 *     }
 * }
 * }</pre>
 *
 * <p>Everything that may hold a thread is a call of {@link dev.weft.Weft#offload(dev.weft.Body)},
 * within the loop's limit for such calls, and the task waits for it. What goes wrong is a {@link
 * dev.weft.file.FileException} that names the file. In a simulation the files are the machine's
 * own, and the calls are steps of it.
 *
 * <p>Cancelled, a call that only looks or opens is left to itself, and what it opens is closed: so
 * a task never hangs on a pipe that nobody writes to, though the thread does until somebody does. A
 * call that changes something is waited for; one that goes piece by piece stops after the piece.
 */
@org.jspecify.annotations.NullMarked
package dev.weft.file;
