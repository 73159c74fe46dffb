package dev.weft.net;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Those of a simulation, by whatever address they are asked. */
final class SimNameServers implements NameServers {
    private static final List<InetSocketAddress> SOMEWHERE =
            List.of(InetSocketAddress.createUnresolved("simulated", 53));

    private final SimDriver driver;
    private final SimulatedNames names;
    private final DnsOptions options;

    SimNameServers(SimDriver driver, SimulatedNames names, DnsOptions options) {
        this.driver = driver;
        this.names = names;
        this.options = options;
    }

    @Override
    public List<InetAddress> known(String name) {
        return name.equals("localhost") || name.endsWith(".localhost")
                ? List.of(NetUtil.LOCALHOST4, NetUtil.LOCALHOST6)
                : List.of();
    }

    @Override
    public @Nullable String knownName(InetAddress address) {
        return address.isLoopbackAddress() ? "localhost" : null;
    }

    @Override
    public List<String> searchDomains() {
        return Objects.requireNonNullElse(options.searchDomains(), List.of());
    }

    @Override
    public int ndots() {
        return Objects.requireNonNullElse(options.ndots(), 1);
    }

    /** As each host has it. */
    @Override
    public boolean hasIpv6() {
        return true;
    }

    @Override
    public List<InetSocketAddress> addresses() {
        return options.servers().isEmpty() ? SOMEWHERE : options.servers();
    }

    @Override
    public Runnable ask(
            InetSocketAddress server, String name, RecordType type, Consumer<DnsReply> then) {
        SimEvents.Event reply =
                driver.events.at(
                        driver.now() + names.delay(type).toNanos(),
                        () -> then.accept(names.reply(Hostname.withoutDot(name), type)));
        driver.wake();
        return reply::cancel;
    }
}
