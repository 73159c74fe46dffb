package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Stream;

class DumpContainerTest {
    @TempDir Path folder;

    private String dump() throws Exception {
        Path file = folder.resolve("dump.json");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(file.toString(), ThreadDumpFormat.JSON);
        return Files.readString(file);
    }

    /** The part of a dump about the container of a loop; empty if there is none. */
    private static String container(String dump, String name) {
        int from = dump.indexOf("\"container\": \"" + name + "\\/");
        if (from < 0) {
            return "";
        }
        int to = dump.indexOf("\"container\":", from + 1);
        return dump.substring(from, to < 0 ? dump.length() : to);
    }

    @NeedsOwnCarrier("tasks are in the JDK's root container")
    @Test
    void aThreadDumpShowsTheTasksOfALoopInAContainerOfTheLoopsName() throws Exception {
        String[] seen = new String[1];
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    g.start("sleeper", Sim::sleepForever);
                                    g.start("latched", () -> new CountDownLatch(1).await());
                                    Weft.checkpoint();
                                    String text = dump();
                                    g.cancel("seen");
                                    seen[0] = container(text, Loop.current().name());
                                }));
        assertThat(seen[0])
                .contains("\"name\": \"main\"")
                .contains("\"name\": \"sleeper\"", "\"name\": \"latched\"")
                .contains("-system\"")
                .contains("Weft.sleep");
    }

    @Test
    void everyTaskIsInAThreadDumpOnce() throws Exception {
        String[] seen = new String[1];
        Sim.run(
                () ->
                        Weft.group(
                                g -> {
                                    for (int i = 0; i < 50; i++) {
                                        g.start("task number " + i + ".", Sim::sleepForever);
                                    }
                                    Weft.checkpoint();
                                    seen[0] = dump();
                                    g.cancel("seen");
                                }));
        for (int i = 0; i < 50; i++) {
            assertThat(seen[0]).containsOnlyOnce("\"task number " + i + ".\"");
        }
    }

    @Test
    void threadsThatInheritTheLoopAreInTheDumpToo() throws Exception {
        String dump =
                Sim.run(
                        () -> {
                            CountDownLatch latch = new CountDownLatch(1);
                            Thread foreign =
                                    Thread.ofVirtual()
                                            .name("a foreign one")
                                            .start(
                                                    () -> {
                                                        Weft.checkpoint();
                                                        awaitQuietly(latch);
                                                    });
                            Sim.turns(3);
                            String text = dump();
                            latch.countDown();
                            foreign.join();
                            return text;
                        });
        assertThat(dump).containsOnlyOnce("\"a foreign one\"");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How the bytes in {@link DumpContainer} are made. */
    private static byte[] classFile() {
        ClassDesc self = ClassDesc.of("java.lang.WeftThreads");
        ClassDesc parent = ClassDesc.of("jdk.internal.vm.ThreadContainer");
        ClassDesc registry = ClassDesc.of("jdk.internal.vm.ThreadContainers");
        ClassDesc supplier = Supplier.class.describeConstable().orElseThrow();
        ClassDesc stream = Stream.class.describeConstable().orElseThrow();
        ClassDesc string = ConstantDescs.CD_String;
        ClassDesc object = ConstantDescs.CD_Object;
        ClassDesc nothing = ConstantDescs.CD_void;
        return ClassFile.of()
                .build(
                        self,
                        c ->
                                c.withVersion(ClassFile.JAVA_25_VERSION, 0)
                                        .withSuperclass(parent)
                                        .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                                        .withField("name", string, ClassFile.ACC_FINAL)
                                        .withField("threads", supplier, ClassFile.ACC_FINAL)
                                        .withMethodBody(
                                                ConstantDescs.INIT_NAME,
                                                MethodTypeDesc.of(nothing, string, supplier),
                                                0,
                                                m ->
                                                        m.aload(0)
                                                                .iconst_1() // shared: no owner
                                                                .invokespecial(
                                                                        parent,
                                                                        ConstantDescs.INIT_NAME,
                                                                        MethodTypeDesc.of(
                                                                                nothing,
                                                                                ConstantDescs
                                                                                        .CD_boolean))
                                                                .aload(0)
                                                                .aload(1)
                                                                .putfield(self, "name", string)
                                                                .aload(0)
                                                                .aload(2)
                                                                .putfield(self, "threads", supplier)
                                                                .aload(0)
                                                                .invokestatic(
                                                                        registry,
                                                                        "registerContainer",
                                                                        MethodTypeDesc.of(
                                                                                object, parent))
                                                                .pop() // held weakly
                                                                .return_())
                                        .withMethodBody(
                                                "name",
                                                MethodTypeDesc.of(string),
                                                ClassFile.ACC_PUBLIC,
                                                m ->
                                                        m.aload(0)
                                                                .getfield(self, "name", string)
                                                                .areturn())
                                        .withMethodBody(
                                                "threads",
                                                MethodTypeDesc.of(stream),
                                                ClassFile.ACC_PUBLIC,
                                                m ->
                                                        m.aload(0)
                                                                .getfield(self, "threads", supplier)
                                                                .invokeinterface(
                                                                        supplier,
                                                                        "get",
                                                                        MethodTypeDesc.of(object))
                                                                .checkcast(stream)
                                                                .areturn()));
    }

    @Test
    void theBytesInTheSourceAreWhatTheRecipeGives() {
        assertThat(DumpContainer.CLASS_FILE.strip())
                .isEqualTo(
                        Base64.getMimeEncoder(76, new byte[] {'\n'}).encodeToString(classFile()));
    }
}
