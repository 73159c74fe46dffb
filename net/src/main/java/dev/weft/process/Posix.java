package dev.weft.process;

import org.jspecify.annotations.Nullable;

import java.lang.System.Logger.Level;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The calls of Linux's C library that processes are made with, and the numbers that belong to them.
 */
@SuppressWarnings("restricted") // native calls are what this class is for
final class Posix {
    static final int NOT_THERE = 2;
    static final int NO_SUCH_PROCESS = 3;
    static final int TOO_LONG = 7;
    static final int NO_FORMAT = 8;
    static final int TRY_AGAIN = 11;
    static final int NO_MEMORY = 12;
    static final int NO_PERMISSION = 13;
    static final int SYSTEM_FILES_USED_UP = 23;
    static final int FILES_USED_UP = 24;

    static final int READ_ONLY = 0;
    static final int WRITE = 1 | 0100 | 01000; // O_WRONLY, O_CREAT, O_TRUNC
    static final int APPEND = 1 | 0100 | 02000; // O_WRONLY, O_CREAT, O_APPEND

    private static final int CLOSE_ON_EXEC = 02000000;
    private static final int NON_BLOCKING = 04000;
    private static final int SET_FLAGS = 4; // F_SETFL
    private static final long PIDFD_OPEN = 434;
    private static final int BY_PID = 1; // P_PID
    private static final int ANY_OWNER = 0666;

    private static final int NO_HANG = 1;
    private static final int EXITED = 4;
    private static final int NO_WAIT = 0x01000000;
    private static final int BY_EXIT = 1; // CLD_EXITED

    private static final short SET_SIGNAL_MASK = 0x08;
    private static final short SET_SESSION = 0x80;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /** Larger than the C library's own types. */
    private static final long ROOM = 1024;

    private static final class Holder {
        static final @Nullable Posix POSIX = load();
    }

    private final Linker linker = Linker.nativeLinker();
    private final MethodHandle pipe2 = failing("pipe2", FunctionDescriptor.of(INT, POINTER, INT));
    private final MethodHandle fcntl =
            failing(
                    "fcntl",
                    FunctionDescriptor.of(INT, INT, INT, INT),
                    Linker.Option.firstVariadicArg(2));
    private final MethodHandle open =
            failing(
                    "open",
                    FunctionDescriptor.of(INT, POINTER, INT, INT),
                    Linker.Option.firstVariadicArg(2));
    private final MethodHandle close = plain("close", FunctionDescriptor.of(INT, INT));
    private final MethodHandle kill = failing("kill", FunctionDescriptor.of(INT, INT, INT));
    private final MethodHandle waitid =
            failing("waitid", FunctionDescriptor.of(INT, INT, INT, POINTER, INT));
    private final MethodHandle syscall =
            failing(
                    "syscall",
                    FunctionDescriptor.of(LONG, LONG, INT, INT),
                    Linker.Option.firstVariadicArg(1));
    private final MethodHandle spawn =
            plain(
                    "posix_spawn",
                    FunctionDescriptor.of(
                            INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER));
    private final MethodHandle actionsInit = ofPointer("posix_spawn_file_actions_init");
    private final MethodHandle actionsDestroy = ofPointer("posix_spawn_file_actions_destroy");
    private final MethodHandle addDup2 =
            plain(
                    "posix_spawn_file_actions_adddup2",
                    FunctionDescriptor.of(INT, POINTER, INT, INT));
    private final MethodHandle addChdir =
            plain(
                    "posix_spawn_file_actions_addchdir_np",
                    FunctionDescriptor.of(INT, POINTER, POINTER));
    private final MethodHandle addCloseFrom =
            plain(
                    "posix_spawn_file_actions_addclosefrom_np",
                    FunctionDescriptor.of(INT, POINTER, INT));
    private final MethodHandle attributesInit = ofPointer("posix_spawnattr_init");
    private final MethodHandle attributesDestroy = ofPointer("posix_spawnattr_destroy");
    private final MethodHandle setFlags =
            plain(
                    "posix_spawnattr_setflags",
                    FunctionDescriptor.of(INT, POINTER, ValueLayout.JAVA_SHORT));
    private final MethodHandle setMask =
            plain("posix_spawnattr_setsigmask", FunctionDescriptor.of(INT, POINTER, POINTER));
    private final MemorySegment environ =
            linker.defaultLookup().findOrThrow("environ").reinterpret(POINTER.byteSize());
    private final Charset charset = charset();

    private Posix() {}

    /** Null where these calls can't be made. The first time, on a thread that may block. */
    static @Nullable Posix orNull() {
        return Holder.POSIX;
    }

    private static @Nullable Posix load() {
        if (!System.getProperty("os.name").equals("Linux")
                || !Set.of("amd64", "aarch64").contains(System.getProperty("os.arch"))) {
            return null;
        }
        try {
            ProcessHandle me =
                    ProcessHandle.current(); // has the JDK see to it that SIGCHLD is kept
            Posix posix = new Posix();
            posix.warmUp((int) me.pid());
            return posix;
        } catch (LinkageError | RuntimeException | Failed notHere) {
            System.getLogger("dev.weft.process")
                    .log(
                            Level.DEBUG,
                            "children are started through the JDK, with a thread for each",
                            notHere);
            return null;
        }
    }

    /** Tries what some systems refuse, and what the loop calls: linking takes a while, once. */
    private void warmUp(int me) throws Failed {
        close(processDescriptor(me));
        kill(me, 0);
        try {
            reap(me);
        } catch (Failed notAChild) {
            return;
        }
    }

    /** What the JDK would take; but in the locale C, UTF-8, since ASCII would lose something. */
    private static Charset charset() {
        Charset ofSystem = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        return ofSystem.equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : ofSystem;
    }

    private MethodHandle plain(String name, FunctionDescriptor type, Linker.Option... options) {
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
    }

    private MethodHandle ofPointer(String name) {
        return plain(name, FunctionDescriptor.of(INT, POINTER));
    }

    /** Of a call that says in {@code errno} why it failed. */
    private MethodHandle failing(String name, FunctionDescriptor type, Linker.Option... options) {
        List<Linker.Option> all = new ArrayList<>(List.of(options));
        all.add(Linker.Option.captureCallState("errno"));
        return plain(name, type, all.toArray(Linker.Option[]::new));
    }

    /** A call failed; with what the system calls the reason. */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1;

        final int errno;

        Failed(String call, int errno) {
            super(call + " failed: " + text(errno));
            this.errno = errno;
        }

        static String text(int errno) {
            return switch (errno) {
                case NOT_THERE -> "no such file or directory";
                case TOO_LONG -> "argument list too long";
                case NO_FORMAT -> "exec format error";
                case TRY_AGAIN -> "no more processes may be started now";
                case NO_MEMORY -> "no memory is left";
                case NO_PERMISSION -> "permission denied";
                case 20 -> "not a directory";
                case 21 -> "is a directory";
                case SYSTEM_FILES_USED_UP, FILES_USED_UP -> "too many open files";
                case 26 -> "text file busy";
                case 40 -> "too many levels of symbolic links";
                default -> "error " + errno;
            };
        }
    }

    private interface Call {
        long make(Arena arena, MemorySegment state) throws Throwable;
    }

    /** For calls that say in errno why they fail. */
    private static long check(String name, Call call) throws Failed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = call.make(arena, state);
            if (result < 0) {
                throw new Failed(name, (int) ERRNO.get(state, 0L));
            }
            return result;
        } catch (Failed | RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    // ---- descriptors

    /** The reading and the writing end, which no child inherits. */
    int[] pipe() throws Failed {
        int[] ends = new int[2];
        check(
                "pipe2",
                (arena, state) -> {
                    MemorySegment both = arena.allocate(INT, 2);
                    int result = (int) pipe2.invokeExact(state, both, CLOSE_ON_EXEC);
                    ends[0] = both.getAtIndex(INT, 0);
                    ends[1] = both.getAtIndex(INT, 1);
                    return result;
                });
        return ends;
    }

    /** The flag is the end's own: the other one goes on blocking. */
    void makeNonBlocking(int descriptor) throws Failed {
        check(
                "fcntl",
                (_, state) -> (int) fcntl.invokeExact(state, descriptor, SET_FLAGS, NON_BLOCKING));
    }

    int open(String file, int flags) throws Failed {
        return (int)
                check(
                        "open",
                        (arena, state) ->
                                (int)
                                        open.invokeExact(
                                                state,
                                                arena.allocateFrom(file, charset),
                                                flags | CLOSE_ON_EXEC,
                                                ANY_OWNER));
    }

    void close(int descriptor) {
        try {
            int _ = (int) close.invokeExact(descriptor);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    // ---- processes

    /** A descriptor of the process, which is readable once it has ended. */
    int processDescriptor(int pid) throws Failed {
        return (int)
                check(
                        "pidfd_open",
                        (_, state) -> (long) syscall.invokeExact(state, PIDFD_OPEN, pid, 0));
    }

    /** {@code pid} as in kill(2): negative for a group. */
    void kill(int pid, int signal) throws Failed {
        check("kill", (_, state) -> (int) kill.invokeExact(state, pid, signal));
    }

    /** How a child has ended; null if it has not. */
    @Nullable ExitStatus statusOf(int pid, boolean reaps) throws Failed {
        return wait(pid, NO_HANG | EXITED | (reaps ? 0 : NO_WAIT));
    }

    /** Waits, holding the thread, until a child has ended, and has the system forget it. */
    void reap(int pid) throws Failed {
        wait(pid, EXITED);
    }

    private @Nullable ExitStatus wait(int pid, int options) throws Failed {
        int[] told = new int[3];
        check(
                "waitid",
                (arena, state) -> {
                    MemorySegment info = arena.allocate(128, 8);
                    int result = (int) waitid.invokeExact(state, BY_PID, pid, info, options);
                    told[0] = info.get(INT, 16); // si_pid
                    told[1] = info.get(INT, 8); // si_code
                    told[2] = info.get(INT, 24); // si_status
                    return result;
                });
        if (told[0] == 0) {
            return null;
        }
        return told[1] == BY_EXIT ? ExitStatus.exited(told[2]) : ExitStatus.killed(told[2]);
    }

    /**
     * Starts a process and gives its number.
     *
     * @param directory empty for the one of this process
     * @param standard what become its descriptors 0, 1 and 2; it gets no others
     */
    int spawn(
            String program,
            List<String> words,
            List<byte[]> environment,
            String directory,
            int[] standard,
            boolean ownSession)
            throws Failed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pid = arena.allocate(INT);
            MemorySegment actions = arena.allocate(ROOM, 16);
            MemorySegment attributes = arena.allocate(ROOM, 16);
            int _ = (int) actionsInit.invokeExact(actions);
            int _ = (int) attributesInit.invokeExact(attributes);
            int error;
            try {
                describe(arena, actions, directory, standard);
                short flags = (short) (SET_SIGNAL_MASK | (ownSession ? SET_SESSION : 0));
                int _ = (int) setFlags.invokeExact(attributes, flags);
                int _ = (int) setMask.invokeExact(attributes, arena.allocate(128, 8));
                error =
                        (int)
                                spawn.invokeExact(
                                        pid,
                                        arena.allocateFrom(program, charset),
                                        actions,
                                        attributes,
                                        pointers(
                                                arena,
                                                words.stream()
                                                        .map(word -> word.getBytes(charset))
                                                        .toList()),
                                        pointers(arena, environment));
            } finally {
                int _ = (int) actionsDestroy.invokeExact(actions);
                int _ = (int) attributesDestroy.invokeExact(attributes);
            }
            if (error != 0) {
                throw new Failed("posix_spawn", error);
            }
            return pid.get(INT, 0);
        } catch (Failed | RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private void describe(Arena arena, MemorySegment actions, String directory, int[] standard)
            throws Throwable {
        for (int i = 0; i < standard.length; i++) {
            if (standard[i] != i) {
                int _ = (int) addDup2.invokeExact(actions, standard[i], i);
            }
        }
        int _ = (int) addCloseFrom.invokeExact(actions, standard.length);
        if (!directory.isEmpty()) {
            int _ = (int) addChdir.invokeExact(actions, arena.allocateFrom(directory, charset));
        }
    }

    private static MemorySegment pointers(Arena arena, List<byte[]> texts) {
        MemorySegment all = arena.allocate(POINTER, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            byte[] text = texts.get(i);
            MemorySegment copy = arena.allocate(text.length + 1L);
            MemorySegment.copy(text, 0, copy, ValueLayout.JAVA_BYTE, 0, text.length);
            all.setAtIndex(POINTER, i, copy);
        }
        return all;
    }

    /**
     * The environment for a child, byte by byte what this process has where it is inherited: the
     * JDK's strings may have lost what is not in its charset.
     */
    List<byte[]> environment(Environment environment) {
        List<byte[]> all = new ArrayList<>();
        MemorySegment entries = environ.get(POINTER, 0).reinterpret(Long.MAX_VALUE);
        for (long i = 0; ; i++) {
            MemorySegment entry = entries.getAtIndex(POINTER, i);
            if (entry.address() == 0) {
                break;
            }
            byte[] bytes = bytes(entry.reinterpret(Long.MAX_VALUE));
            String text = new String(bytes, charset);
            int end = text.indexOf('=', 1);
            if (end > 0 && environment.takesOver(text.substring(0, end))) {
                all.add(bytes);
            }
        }
        environment
                .added()
                .forEach((name, value) -> all.add((name + "=" + value).getBytes(charset)));
        return all;
    }

    private static byte[] bytes(MemorySegment text) {
        int length = 0;
        while (text.get(ValueLayout.JAVA_BYTE, length) != 0) {
            length++;
        }
        return text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }
}
