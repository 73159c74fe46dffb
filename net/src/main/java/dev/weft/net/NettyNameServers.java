package dev.weft.net;

import io.netty.channel.AddressedEnvelope;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Asks name servers by Netty: each question over UDP from a port of its own, which makes answers
 * hard to forge (RFC 5452), and over TCP what does not fit.
 */
final class NettyNameServers implements NameServers {
    private static final long REREAD_NANOS = Duration.ofSeconds(30).toNanos();

    /** So much passes everywhere in one piece: the recommendation of the DNS flag day 2020. */
    private static final int MOST_OVER_UDP = 1232;

    private final PollingDriver driver;
    private final DnsOptions options;
    private @Nullable DnsNameResolver resolver;
    private SystemNames system = SystemNames.unknown();
    private boolean isRead;
    private long read;

    NettyNameServers(PollingDriver driver, DnsOptions options) {
        this.driver = driver;
        this.options = options;
    }

    private SystemNames system() {
        if (!isRead || driver.nanoTime() - read > REREAD_NANOS) {
            system = system.readAgain();
            isRead = true;
            read = driver.nanoTime();
        }
        return system;
    }

    // ---- what is known

    @Override
    public List<InetAddress> known(String name) {
        List<InetAddress> local = LocalNames.resolve(name);
        return local.isEmpty() && options.hostsFile()
                ? system().hosts().getOrDefault(name, List.of())
                : local;
    }

    @Override
    public @Nullable String knownName(InetAddress address) {
        return options.hostsFile() ? system().hostAt(address) : null;
    }

    @Override
    public List<String> searchDomains() {
        List<String> own = options.searchDomains();
        return own == null ? system().search() : own;
    }

    @Override
    public int ndots() {
        Integer own = options.ndots();
        return own == null ? system().ndots() : own;
    }

    @Override
    public boolean hasIpv6() {
        return LocalNames.HAS_IPV6;
    }

    @Override
    public List<InetSocketAddress> addresses() {
        return options.servers().isEmpty() ? system().servers() : options.servers();
    }

    // ---- what is asked

    @Override
    public Runnable ask(
            InetSocketAddress server, String name, RecordType type, Consumer<DnsReply> then) {
        var asked = resolver().query(server, new DefaultDnsQuestion(name, type.ofNetty()));
        asked.addListener(
                done -> {
                    if (!asked.isCancelled()) {
                        then.accept(reply(asked, name, type));
                    }
                });
        return () -> asked.cancel(false);
    }

    private static DnsReply reply(
            Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> asked,
            String name,
            RecordType type) {
        if (!asked.isSuccess()) {
            return DnsReply.without(DnsReply.Kind.FAILED, Failures.text(asked.cause()));
        }
        var envelope = asked.getNow();
        try {
            return DnsAnswer.read(envelope.content(), name, type);
        } finally {
            envelope.release();
        }
    }

    /** Made for the first question, as it looks for the first one's servers. */
    private DnsNameResolver resolver() {
        DnsNameResolver ready = resolver;
        if (ready == null) {
            ready =
                    new DnsNameResolverBuilder(driver.nettyLoop())
                            .datagramChannelType(driver.transport.datagramType())
                            .socketChannelType(driver.transport.socketType())
                            .datagramChannelStrategy(
                                    DnsNameResolverChannelStrategy.ChannelPerResolution)
                            .nameServerProvider(
                                    new SequentialDnsServerAddressStreamProvider(addresses()))
                            .resolveCache(NoopDnsCache.INSTANCE)
                            .cnameCache(NoopDnsCnameCache.INSTANCE)
                            .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
                            .maxPayloadSize(MOST_OVER_UDP)
                            .queryTimeoutMillis(Math.max(1, options.queryTimeout().toMillis()))
                            .build();
            resolver = ready;
        }
        return ready;
    }
}
