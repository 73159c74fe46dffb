package dev.weft.net;

import dev.weft.WaitList;

import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverException;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The questions of one loop to name servers. */
final class DnsClient {
    private static final int MAX_NAMES = 1000;

    private final PollingDriver driver;
    private final DnsNameResolver resolver;
    private final WaitList entry = new WaitList("Dns.resolve");
    private final Map<String, Question> asked = new HashMap<>();

    /** Under the mark; without {@code nameServers} it asks the system's. */
    DnsClient(PollingDriver driver, List<InetSocketAddress> nameServers) {
        this.driver = driver;
        DnsNameResolverBuilder builder =
                new DnsNameResolverBuilder(driver.nettyLoop())
                        .datagramChannelType(driver.transport.datagramType())
                        .socketChannelType(driver.transport.socketType(), true)
                        .resolveCache(new BoundedDnsCache(MAX_NAMES))
                        .cnameCache(NoopDnsCnameCache.INSTANCE)
                        .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
                        .resolvedAddressTypes(
                                LocalNames.HAS_IPV6
                                        ? ResolvedAddressTypes.IPV6_PREFERRED
                                        : ResolvedAddressTypes.IPV4_PREFERRED)
                        .completeOncePreferredResolved(!LocalNames.HAS_IPV6);
        if (!nameServers.isEmpty()) {
            builder.nameServerProvider(new SequentialDnsServerAddressStreamProvider(nameServers));
        }
        resolver = builder.build();
    }

    /** A name that was asked for, and who waits for its answer. */
    private static final class Question {
        final WaitList waiting;
        final Future<List<InetAddress>> answer;

        Question(String host, Future<List<InetAddress>> answer) {
            this.waiting = new WaitList("Dns.resolve " + host);
            this.answer = answer;
        }
    }

    boolean isAsking() {
        return !asked.isEmpty();
    }

    List<InetAddress> resolve(String host) {
        entry.enter();
        String name = host.toLowerCase(Locale.ROOT);
        Question question = asked.get(name);
        if (question == null) {
            question = ask(name);
        }
        while (!question.answer.isDone()) {
            question.waiting.await();
        }
        if (question.answer.isSuccess()) {
            return List.copyOf(question.answer.getNow());
        }
        throw failure(host, question.answer.cause());
    }

    private Question ask(String name) {
        driver.inside.enter();
        try {
            Question question = new Question(name, resolver.resolveAll(name));
            if (!question.answer.isDone()) {
                asked.put(name, question);
                question.answer.addListener(
                        done -> {
                            asked.remove(name);
                            question.waiting.wakeAll(null);
                        });
            }
            return question;
        } catch (IllegalArgumentException e) {
            throw new DnsException(
                    name,
                    DnsException.Kind.UNKNOWN_HOST,
                    "not a host's name (" + Failures.text(e) + ")",
                    e);
        } finally {
            driver.inside.exit();
        }
    }

    private static DnsException failure(String host, Throwable cause) {
        if (Failures.find(cause, DnsNameResolverTimeoutException.class) != null) {
            return new DnsException(
                    host,
                    DnsException.Kind.TIMEOUT,
                    "no answer from the name servers (" + Failures.text(cause) + ")",
                    cause);
        }
        DnsErrorCauseException answered = Failures.find(cause, DnsErrorCauseException.class);
        if (answered != null && !answered.getCode().equals(DnsResponseCode.NXDOMAIN)) {
            return new DnsException(
                    host,
                    DnsException.Kind.SERVER_FAILURE,
                    "the name servers answered " + answered.getCode(),
                    cause);
        }
        if (answered == null && Failures.find(cause, DnsNameResolverException.class) != null) {
            return new DnsException(
                    host,
                    DnsException.Kind.SERVER_FAILURE,
                    "cannot ask the name servers (" + Failures.text(cause) + ")",
                    cause);
        }
        return new DnsException(host, DnsException.Kind.UNKNOWN_HOST, "unknown host", cause);
    }

    /** By the driver, under the mark. */
    void close() {
        resolver.close();
    }
}
