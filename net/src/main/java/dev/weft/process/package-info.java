/**
 * Child processes in direct style: a {@link dev.weft.process.Command} says what to run, {@link
 * dev.weft.process.Command#run} runs it to its end, {@link dev.weft.process.Command#start} gives a
 * {@link dev.weft.process.Child} to talk to.
 *
 * <pre>{@code
 * String branch = Command.exec("git", "branch", "--show-current").run().check().text().strip();
 *
 * try (var sort = Command.exec("sort", "-u").start()) {
 *     sort.stdin().write(Bytes.utf8("pear\napple\npear\n"));
 *     sort.stdin().close();
 *     for (String line = sort.stdout().readLine(); line != null; line = sort.stdout().readLine()) {
 *         System.out.println(line);
 *     }
 * }
 * }</pre>
 *
 * <p>{@link dev.weft.process.Signals} receives the signals that come to this process itself; its
 * own standard streams are {@link dev.weft.net.Stdio}.
 *
 * <p>On Linux (with glibc 2.34, kernel 5.4 or newer) a child needs no thread, however many there
 * are. Elsewhere, and where native access is denied, children are started through the JDK: one
 * small thread for each, and one more for each pipe that is being read or written.
 */
@org.jspecify.annotations.NullMarked
package dev.weft.process;
