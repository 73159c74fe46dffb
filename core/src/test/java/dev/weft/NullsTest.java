package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.weft.sync.BoundedQueue;
import dev.weft.sync.Broadcast;
import dev.weft.sync.CapacityLimiter;
import dev.weft.sync.Channel;
import dev.weft.sync.Condition;
import dev.weft.sync.DelayQueue;
import dev.weft.sync.LifoQueue;
import dev.weft.sync.Lock;
import dev.weft.sync.OnceCell;
import dev.weft.sync.PriorityQueue;
import dev.weft.sync.Queue;
import dev.weft.sync.RwLock;
import dev.weft.sync.Sender;
import dev.weft.sync.SharedChannel;
import dev.weft.sync.Watch;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.lang.reflect.TypeVariable;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * An argument that may not be null is refused by the very call that it was passed to, by name and
 * before anything has happened. What there is to call is found by reflection, so a call that is new
 * is tested too, or the test fails and asks for a sample of what it takes.
 */
@SuppressWarnings("NullAway") // callers who are not checked
class NullsTest {
    /** Its nulls stand for what is usual. */
    private static final Set<Class<?>> LENIENT = Set.of(OffloadOptions.class);

    /** What to call the methods of, and what to pass, by type. */
    private final Map<Class<?>, Object> samples = new HashMap<>();

    private final List<String> faults = new ArrayList<>();

    /** Of what was passed beside a null: the functions that were called all the same. */
    private final List<String> called = new ArrayList<>();

    private int calls;

    @Test
    void noCallTakesANullThatItsSignatureDoesNotAllow() throws Exception {
        List<Class<?>> classes = publicClasses("dev/weft");
        classes.addAll(publicClasses("dev/weft/sync"));
        Sim.run(
                () ->
                        Weft.supervisor(
                                group -> {
                                    fillSamples(group);
                                    for (Class<?> c : classes) {
                                        checkAll(c);
                                        Weft.checkpoint();
                                    }
                                }));
        assertThat(faults).isEmpty();
        assertThat(called).isEmpty();
        assertThat(calls).isGreaterThan(200);
    }

    @Test
    void noneOfSeveralMayBeMissing() {
        Sim.run(
                () -> {
                    Task<?> task = Weft.background(Sim::sleepForever);
                    List<Task<?>> tasks = Arrays.asList(task, null);
                    List<Clause<@Nullable Void, RuntimeException>> clauses =
                            Arrays.asList(Clause.otherwise(), null);
                    assertThatNullPointerException()
                            .isThrownBy(() -> Weft.await(tasks, Until.FIRST_COMPLETED))
                            .withMessage("one of the tasks");
                    assertThatNullPointerException()
                            .isThrownBy(() -> Weft.select(clauses))
                            .withMessage("one of the clauses");
                    assertThatNullPointerException()
                            .isThrownBy(() -> Weft.selectInOrder(clauses))
                            .withMessage("one of the clauses");
                });
    }

    @Test
    void aCellThatHasItsValueRefusesAMissingComputationToo() {
        Sim.run(
                () -> {
                    OnceCell<String> cell = new OnceCell<>();
                    cell.get(() -> "computed");
                    assertThatNullPointerException()
                            .isThrownBy(() -> cell.get(null))
                            .withMessage("the computation");
                });
    }

    @Test
    void offTheLoopAMissingReasonIsRefusedThereAndTheTaskGoesOn() {
        Sim.run(
                () -> {
                    Promise<String> promise = new Promise<>();
                    Task<String> task = Weft.background(() -> promise.await());
                    Weft.offload(
                            () ->
                                    assertThatNullPointerException()
                                            .isThrownBy(() -> task.cancel(null))
                                            .withMessage("the reason"));
                    promise.complete("x");
                    assertThat(task.await()).isEqualTo("x");
                });
    }

    // ---- what there is to call

    private static List<Class<?>> publicClasses(String folder) throws Exception {
        URI root = Weft.class.getProtectionDomain().getCodeSource().getLocation().toURI();
        List<Class<?>> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of(root).resolve(folder))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.equals("package-info.class")) {
                    Class<?> c =
                            Class.forName(
                                    folder.replace('/', '.') + "." + name.replace(".class", ""));
                    if (isPublic(c) && !LENIENT.contains(c)) {
                        all.add(c);
                    }
                }
            }
        } catch (IOException e) {
            throw new AssertionError("the classes are not in a folder: " + root, e);
        }
        return all;
    }

    private static boolean isPublic(Class<?> c) {
        return Modifier.isPublic(c.getModifiers())
                && !c.isAnonymousClass()
                && (c.getDeclaringClass() == null || isPublic(c.getDeclaringClass()));
    }

    private void fillSamples(Group group) {
        Channel<Object> channel = new Channel<>(1);
        DelayQueue<Object> delayed = new DelayQueue<>();
        samples.put(Group.class, group);
        samples.put(Task.class, Task.current());
        samples.put(Scope.class, Scope.current());
        samples.put(Loop.class, Loop.current());
        samples.put(Runner.class, Runner.create());
        samples.put(Runner.Builder.class, Runner.builder());
        samples.put(Promise.class, new Promise<>());
        samples.put(Retry.class, Retry.attempts(1));
        samples.put(Interval.class, Interval.every(Sim.ms(1)));
        samples.put(TaskLocal.class, TaskLocal.newInstance());
        samples.put(WaitList.class, new WaitList("x"));
        samples.put(Source.class, channel.receiving());
        samples.put(Clause.class, channel.receiving());
        samples.put(Outcome.class, new Outcome.Cancelled<>("x"));
        samples.put(OffloadOptions.class, OffloadOptions.defaults());

        samples.put(Channel.class, channel);
        samples.put(Sender.class, channel.sender());
        samples.put(SharedChannel.class, new SharedChannel<>(1));
        samples.put(BoundedQueue.class, new Queue<>());
        samples.put(Queue.class, new Queue<>());
        samples.put(LifoQueue.class, new LifoQueue<>());
        samples.put(
                PriorityQueue.class,
                new PriorityQueue<>(Comparator.comparingInt(System::identityHashCode)));
        samples.put(DelayQueue.class, delayed);
        samples.put(DelayQueue.Entry.class, delayed.put("x", Duration.ZERO));
        samples.put(Broadcast.class, new Broadcast<>(1));
        samples.put(CapacityLimiter.class, new CapacityLimiter(1));
        samples.put(Lock.class, new Lock());
        samples.put(Condition.class, new Condition());
        samples.put(OnceCell.class, new OnceCell<>());
        samples.put(RwLock.class, new RwLock());
        samples.put(Watch.class, new Watch<>("x"));

        samples.put(boolean.class, true);
        samples.put(int.class, 1);
        samples.put(long.class, 1L);
        samples.put(double.class, 1.0);
        samples.put(Object.class, "x");
        samples.put(String.class, "x");
        samples.put(Throwable.class, new IllegalStateException("x"));
        samples.put(Class.class, RuntimeException.class);
        samples.put(Duration.class, Sim.ms(1));
        samples.put(Instant.class, Instant.EPOCH);
        samples.put(List.class, List.of());
        samples.put(Collection.class, List.of());
        samples.put(Iterable.class, List.of());
        samples.put(CompletableFuture.class, new CompletableFuture<>());
    }

    private @Nullable Object argument(Parameter p) {
        return mayBeNull(p) ? null : sample(p.getType());
    }

    private Object sample(Class<?> type) {
        Object sample = samples.get(type);
        if (sample != null) {
            return sample;
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type.isArray()) {
            Object array = Array.newInstance(type.componentType(), 1);
            Array.set(array, 0, sample(type.componentType()));
            return array;
        }
        if (type.isInterface() && !type.isSealed()) {
            return Proxy.newProxyInstance(
                    NullsTest.class.getClassLoader(),
                    new Class<?>[] {type},
                    this::calledAllTheSame);
        }
        throw new AssertionError("there is no sample yet of " + type);
    }

    private Object calledAllTheSame(Object proxy, Method method, Object[] arguments)
            throws Throwable {
        if (method.isDefault()) {
            return InvocationHandler.invokeDefault(proxy, method, arguments);
        }
        called.add(method.toString());
        throw new UnsupportedOperationException(method.toString());
    }

    // ---- calling it

    private void checkAll(Class<?> c) {
        for (Constructor<?> constructor : c.getConstructors()) {
            check(constructor, null);
        }
        boolean isForUsersToImplement = (c.isInterface() && !c.isSealed()) || c == Simulation.class;
        for (Method m : c.getMethods()) {
            boolean isOurs = m.getDeclaringClass().getName().startsWith("dev.weft.");
            if (!isOurs || m.isSynthetic() || m.getName().equals("equals")) {
                continue;
            }
            if (Modifier.isStatic(m.getModifiers())) {
                if (!c.isEnum()) {
                    check(m, null);
                }
            } else if (!isForUsersToImplement && takesObjects(m)) {
                check(m, sample(c));
            }
        }
    }

    private static boolean takesObjects(Executable e) {
        return Stream.of(e.getParameters()).anyMatch(p -> !mayBeNull(p) && !isPrimitive(p));
    }

    private static boolean isPrimitive(Parameter p) {
        return p.getType().isPrimitive();
    }

    private static boolean mayBeNull(Parameter p) {
        return p.getAnnotatedType().isAnnotationPresent(Nullable.class)
                || (p.getParameterizedType() instanceof TypeVariable<?> v
                        && Stream.of(v.getAnnotatedBounds())
                                .anyMatch(b -> b.isAnnotationPresent(Nullable.class)));
    }

    private void check(Executable e, @Nullable Object receiver) {
        Parameter[] parameters = e.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            if (mayBeNull(parameters[i]) || isPrimitive(parameters[i])) {
                continue;
            }
            Object[] arguments = Stream.of(parameters).map(this::argument).toArray();
            arguments[i] = null;
            refuses(e, receiver, arguments);
            if (parameters[i].isVarArgs()) {
                arguments[i] = Array.newInstance(parameters[i].getType().componentType(), 1);
                refuses(e, receiver, arguments);
            }
        }
    }

    private void refuses(Executable e, @Nullable Object receiver, @Nullable Object[] arguments) {
        calls++;
        Throwable thrown = null;
        try {
            if (e instanceof Method m) {
                m.setAccessible(true); // the class behind a public interface is not public
                m.invoke(receiver, arguments);
            } else {
                ((Constructor<?>) e).newInstance(arguments);
            }
        } catch (InvocationTargetException thrownThere) {
            thrown = thrownThere.getCause();
        } catch (ReflectiveOperationException unexpected) {
            throw new LinkageError(e.toString(), unexpected);
        }
        if (thrown == null || !isRefusal(thrown)) {
            faults.add(e + " given " + Arrays.deepToString(arguments) + ": " + thrown);
        }
    }

    /** Thrown on purpose, and says what is missing. */
    private static boolean isRefusal(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage());
        return thrown instanceof NullPointerException
                && thrown.getStackTrace()[0].getClassName().equals(Objects.class.getName())
                && (message.startsWith("the ") || message.startsWith("one of the "));
    }
}
