package dev.weft.net;

import static dev.weft.net.TestLoop.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.attribute.PosixFilePermission.GROUP_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;

import dev.weft.Action;
import dev.weft.Task;
import dev.weft.Weft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Servers and clients at Unix sockets, their files, and a foreign peer. */
@ExtendWith(NoLeaks.class)
@ParameterizedClass
@MethodSource("dev.weft.net.TestLoop#drivers")
@Timeout(60)
class UnixSocketTest {
    private final String driver;
    @TempDir Path folder;

    UnixSocketTest(String driver) {
        this.driver = driver;
    }

    private Path path() {
        return folder.resolve("socket");
    }

    private static <X extends Exception> void serving(UnixAddress address, Action<X> body)
            throws X {
        try (UnixServer server = UnixServer.listen(address)) {
            Weft.group(
                    group -> {
                        group.background(() -> server.serve(TestLoop::echo));
                        body.run();
                    });
        }
    }

    private static void assertEchoes(UnixAddress address) {
        try (var stream = UnixStream.connect(address)) {
            stream.write(Bytes.utf8("hello\n"));
            assertThat(stream.readLine()).isEqualTo("hello");
        }
    }

    @Test
    void the_file_comes_and_goes_with_the_server() throws Exception {
        UnixAddress address = UnixAddress.of(path());
        run(
                driver,
                () -> {
                    serving(
                            address,
                            () -> {
                                assertThat(path()).exists();
                                assertEchoes(address);
                            });
                    assertThat(path()).doesNotExist();
                    serving(address, () -> assertEchoes(address));
                });
    }

    @Test
    void a_file_that_a_dead_process_left_behind_is_replaced() throws Exception {
        UnixAddress address = UnixAddress.of(path());
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path()));
        }
        assertThat(path()).exists();
        run(driver, () -> serving(address, () -> assertEchoes(address)));
    }

    @Test
    void one_at_which_somebody_listens_is_left_alone() throws Exception {
        UnixAddress address = UnixAddress.of(path());
        run(
                driver,
                () ->
                        serving(
                                address,
                                () -> {
                                    assertThatExceptionOfType(BindFailedException.class)
                                            .isThrownBy(() -> UnixServer.listen(path()))
                                            .withMessage(
                                                    path()
                                                            + ": cannot listen (address already in"
                                                            + " use)");
                                    assertEchoes(address);
                                }));
    }

    @Test
    void a_place_that_is_taken_costs_no_descriptor() throws Exception {
        Files.writeString(path(), "precious");
        run(
                driver,
                () -> {
                    long before = descriptors();
                    for (int i = 0; i < 20; i++) {
                        assertThatExceptionOfType(BindFailedException.class)
                                .isThrownBy(() -> UnixServer.listen(path()));
                    }
                    assertThat(descriptors()).isLessThan(before + 20);
                });
    }

    private static long descriptors() throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    @Test
    void a_name_of_one_letter_does_as_well() throws Exception {
        UnixAddress address = UnixAddress.of(folder.resolve("s"));
        run(driver, () -> serving(address, () -> assertEchoes(address)));
        try (var left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void a_server_that_is_left_open_is_closed_with_the_loop() throws Exception {
        try (var log = new Log()) {
            TestLoop.runUnchecked(
                    driver,
                    () -> {
                        var _ = UnixServer.listen(path());
                    });
            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(
                            record ->
                                    assertThat(record.getMessage())
                                            .contains("still open")
                                            .contains("UnixServer " + path()));
        }
        assertThat(path()).doesNotExist();
    }

    @Test
    void a_file_of_another_kind_is_left_alone() throws Exception {
        Files.writeString(path(), "precious");
        run(
                driver,
                () ->
                        assertThatExceptionOfType(BindFailedException.class)
                                .isThrownBy(() -> UnixServer.listen(path()))
                                .withMessageContaining("no socket"));
        assertThat(path()).hasContent("precious");
    }

    @Test
    void a_server_does_not_remove_the_file_that_has_taken_its_place() throws Exception {
        UnixAddress address = UnixAddress.of(path());
        run(
                driver,
                () -> {
                    UnixServer first = UnixServer.listen(address);
                    Files.delete(path());
                    serving(
                            address,
                            () -> {
                                first.close();
                                assertThat(path()).exists();
                                assertEchoes(address);
                            });
                });
    }

    @Test
    void an_abstract_name_needs_no_file() throws Exception {
        UnixAddress address = UnixAddress.ofAbstract("weft-test-" + ProcessHandle.current().pid());
        assertThat(address.toString()).startsWith("@weft-test-");
        run(
                driver,
                () -> {
                    if (driver.equals("nio")) {
                        assertThatExceptionOfType(UnsupportedOperationException.class)
                                .isThrownBy(() -> UnixServer.listen(address))
                                .withMessageContaining("epoll");
                        assertThatExceptionOfType(UnsupportedOperationException.class)
                                .isThrownBy(() -> UnixStream.connect(address));
                    } else {
                        serving(address, () -> assertEchoes(address));
                    }
                });
    }

    @Test
    void nobody_there_is_told_from_other_failures() throws Exception {
        Path left = folder.resolve("left");
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(left));
        }
        run(
                driver,
                () -> {
                    assertThatExceptionOfType(ConnectFailedException.class)
                            .isThrownBy(() -> UnixStream.connect(path()))
                            .matches(e -> e.kind() == ConnectFailedException.Kind.REFUSED)
                            .withMessage(path() + ": no such file or directory");
                    assertThatExceptionOfType(ConnectFailedException.class)
                            .isThrownBy(() -> UnixStream.connect(left))
                            .matches(e -> e.kind() == ConnectFailedException.Kind.REFUSED)
                            .withMessage(left + ": connection refused");
                });
    }

    @Test
    void names_that_no_system_takes_are_refused_at_once() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UnixAddress.of(Path.of("x".repeat(108))))
                .withMessageContaining("not 108");
        assertThatIllegalArgumentException().isThrownBy(() -> UnixAddress.of(Path.of("")));
        assertThatIllegalArgumentException().isThrownBy(() -> UnixAddress.ofAbstract("a\0b"));
        assertThat(UnixAddress.of(Path.of("x".repeat(107))).name()).hasSize(107);
    }

    @Test
    void the_permissions_wanted_are_those_of_the_file() throws Exception {
        var own = PosixFilePermissions.fromString("rw-------");
        var all = PosixFilePermissions.fromString("rw-rw-rw-");
        run(
                driver,
                () -> {
                    for (var permissions : List.of(own, all)) {
                        var options = UnixServerOptions.of(path()).permissions(permissions);
                        try (var _ = UnixServer.listen(options)) {
                            assertThat(Files.getPosixFilePermissions(path()))
                                    .isEqualTo(permissions);
                        }
                    }
                });
    }

    @Test
    void until_it_has_them_nobody_else_can_reach_it() throws Exception {
        var permissions = PosixFilePermissions.fromString("rw-rw-rw-");
        run(
                driver,
                () -> {
                    SocketFile file =
                            SocketFile.of(
                                    NettyDriver.current("test"),
                                    UnixAddress.of(path()),
                                    permissions);
                    Path aside = Path.of(file.toBind().name()).getParent();
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(aside)))
                            .isEqualTo("rwx------");
                    file.clearAside();
                    try (var _ = UnixServer.listen(UnixServerOptions.of(path()))) {
                        var options = UnixServerOptions.of(path()).permissions(permissions);
                        assertThatExceptionOfType(BindFailedException.class)
                                .isThrownBy(() -> UnixServer.listen(options));
                        try (var all = Files.list(folder)) {
                            assertThat(all).containsExactly(path());
                        }
                    }
                    assertThat(folder).isEmptyDirectory();
                });
    }

    @Test
    void a_path_without_room_for_that_is_refused() throws Exception {
        Path longest = Path.of("/" + "x".repeat(UnixAddress.MAX_LENGTH - 3), "s");
        var options = UnixServerOptions.of(longest).permissions(Set.of(OWNER_WRITE));
        run(
                driver,
                () ->
                        assertThatExceptionOfType(BindFailedException.class)
                                .isThrownBy(() -> UnixServer.listen(options))
                                .withMessageContaining("2 bytes more"));
    }

    @Test
    void no_more_connections_are_open_at_once_than_wanted() throws Exception {
        List<String> happened = new ArrayList<>();
        run(
                driver,
                () -> {
                    var options = UnixServerOptions.of(path()).maxConnections(1).backlog(8);
                    try (var server = UnixServer.listen(options)) {
                        Weft.group(
                                group -> {
                                    group.background(
                                            () ->
                                                    server.serve(
                                                            peer -> {
                                                                happened.add("begins");
                                                                TestLoop.echo(peer);
                                                                happened.add("ends");
                                                            }));
                                    for (int i = 0; i < 3; i++) {
                                        group.start(() -> assertEchoes(options.address()));
                                    }
                                    TestLoop.until(() -> happened.size() == 6);
                                });
                    }
                });
        assertThat(happened).containsExactly("begins", "ends", "begins", "ends", "begins", "ends");
    }

    @Test
    void a_server_may_have_tls() throws Exception {
        run(
                driver,
                () -> {
                    var options = UnixServerOptions.of(path()).tls(Certificates.good());
                    try (var server = UnixServer.listen(options)) {
                        Weft.group(
                                group -> {
                                    group.background(() -> server.serve(TestLoop::echo));
                                    try (var stream = UnixStream.connect(path())) {
                                        stream.startTls(
                                                TlsOptions.client()
                                                        .trust(Certificates.authority())
                                                        .serverName("localhost"));
                                        stream.write(Bytes.utf8("hello\n"));
                                        assertThat(stream.readLine()).isEqualTo("hello");
                                    }
                                });
                    }
                });
    }

    @Test
    void options_that_can_not_be_are_refused_at_once() {
        UnixServerOptions options = UnixServerOptions.of(UnixAddress.ofAbstract("weft"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.permissions(Set.of(OWNER_WRITE)))
                .withMessageContaining("is no file");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UnixServerOptions.of(path()).permissions(Set.of(GROUP_WRITE)))
                .withMessageContaining("permissions ----w----")
                .withMessageContaining("add OWNER_WRITE");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.maxConnections(0))
                .withMessage("maxConnections 0 is less than 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.backlog(0))
                .withMessage("backlog 0 is less than 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.tls(TlsOptions.client()))
                .withMessageContaining("key");
    }

    /** The JDK's, on a thread of its own. */
    @Test
    void a_foreign_client_is_served() throws Exception {
        run(
                driver,
                () ->
                        serving(
                                UnixAddress.of(path()),
                                () -> {
                                    String answer = Weft.offload(this::askAsTheJdkDoes);
                                    assertThat(answer).isEqualTo("hello");
                                }));
    }

    private String askAsTheJdkDoes() throws IOException {
        try (var client = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
            client.write(ByteBuffer.wrap("hello".getBytes(UTF_8)));
            ByteBuffer answer = ByteBuffer.allocate(5);
            while (answer.hasRemaining() && client.read(answer) >= 0) {}
            return new String(answer.array(), UTF_8);
        }
    }

    @Test
    void a_full_queue_is_waited_for() throws Exception {
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(path()), 1);
            run(
                    driver,
                    () -> {
                        List<UnixStream> streams = new ArrayList<>();
                        Weft.group(
                                group -> {
                                    List<Task<UnixStream>> connecting = new ArrayList<>();
                                    for (int i = 0; i < 4; i++) {
                                        connecting.add(
                                                group.start(() -> UnixStream.connect(path())));
                                    }
                                    for (int i = 0; i < 4; i++) {
                                        Weft.offload(
                                                () -> {
                                                    SocketChannel accepted = listener.accept();
                                                    accepted.write(ByteBuffer.wrap(new byte[1]));
                                                    accepted.close();
                                                });
                                    }
                                    for (Task<UnixStream> one : connecting) {
                                        streams.add(one.await());
                                    }
                                });
                        for (UnixStream stream : streams) {
                            stream.readExactly(1).close();
                            stream.close();
                        }
                    });
        }
    }

    @Test
    @DisabledIfSystemProperty(named = "weft.test.portable", matches = "true")
    void in_a_simulation_a_path_is_known_to_its_host() {
        UnixAddress address = UnixAddress.of(path());
        InOrder.run(
                1,
                () -> {
                    serving(address, () -> assertEchoes(address));
                    assertThatExceptionOfType(ConnectFailedException.class)
                            .isThrownBy(() -> UnixStream.connect(address))
                            .matches(e -> e.kind() == ConnectFailedException.Kind.REFUSED);
                    serving(
                            address,
                            () -> {
                                assertThatExceptionOfType(BindFailedException.class)
                                        .isThrownBy(() -> UnixServer.listen(address));
                                SimulatedNetwork.current()
                                        .host("other")
                                        .run(
                                                () ->
                                                        assertThatExceptionOfType(
                                                                        ConnectFailedException
                                                                                .class)
                                                                .isThrownBy(
                                                                        () ->
                                                                                UnixStream.connect(
                                                                                        address)));
                            });
                    assertThat(path()).doesNotExist();
                });
    }
}
