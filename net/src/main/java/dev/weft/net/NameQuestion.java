package dev.weft.net;

import io.netty.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One thing that is asked of one name: of the servers in turn, until one of them knows or says that
 * there is none. Who can't say is not asked again, who does not answer is. Under the mark.
 */
final class NameQuestion {
    private static final int MOST_ALIASES = 8;

    private final DnsClient client;
    private final RecordType type;
    private final Consumer<DnsReply> then;
    private final Map<InetSocketAddress, DnsReply> said = new LinkedHashMap<>();
    private List<InetSocketAddress> servers = List.of();
    private String name;
    private int asked;
    private int aliases;
    private long ttl = Long.MAX_VALUE;

    private @Nullable Future<?> limit;
    private @Nullable Runnable giveUp;

    /** What an older turn still brings does not count. */
    private int turn;

    private boolean begun;
    private boolean over;

    NameQuestion(DnsClient client, String name, RecordType type, Consumer<DnsReply> then) {
        this.client = client;
        this.name = name;
        this.type = type;
        this.then = then;
    }

    void begin() {
        if (!over) {
            begun = true;
            client.began();
            start();
        }
    }

    /** Nobody wants to know any more. */
    void drop() {
        if (begun && !over) {
            stop();
            client.ended();
        }
        over = true;
    }

    private void start() {
        servers = client.serversInTurn();
        asked = 0;
        said.clear();
        next();
    }

    private void next() {
        while (asked < servers.size() * client.options.attempts()) {
            InetSocketAddress server = servers.get(asked++ % servers.size());
            DnsReply before = said.get(server);
            if (before == null || before.kind() == DnsReply.Kind.TIMEOUT) {
                ask(server);
                return;
            }
        }
        DnsReply worst = null;
        for (DnsReply reply : said.values()) {
            worst = worst == null || reply.kind() == DnsReply.Kind.FAILED ? reply : worst;
        }
        end(worst == null ? DnsReply.timeout(client.options.queryTimeout()) : worst);
    }

    private void ask(InetSocketAddress server) {
        int now = ++turn;
        limit =
                client.driver
                        .nettyLoop()
                        .schedule(
                                () -> {
                                    if (now == turn) {
                                        replied(
                                                server,
                                                DnsReply.timeout(client.options.queryTimeout()));
                                    }
                                },
                                client.options.queryTimeout().toNanos(),
                                TimeUnit.NANOSECONDS);
        Runnable stop =
                client.servers.ask(
                        server,
                        name,
                        type,
                        reply -> {
                            if (now == turn) {
                                replied(server, reply);
                            }
                        });
        if (now == turn) {
            giveUp = stop;
        }
    }

    private void replied(InetSocketAddress server, DnsReply reply) {
        stop();
        said.put(server, reply);
        switch (reply.kind()) {
            case FAILED, TIMEOUT -> next();
            case ALIAS -> follow(server, reply);
            case ANSWER, NOTHING, UNKNOWN_NAME -> {
                client.hasAnswered(server);
                end(reply);
            }
        }
    }

    private void follow(InetSocketAddress server, DnsReply alias) {
        client.hasAnswered(server);
        ttl = Math.min(ttl, alias.ttl());
        if (++aliases > MOST_ALIASES) {
            DnsReply tooMany =
                    DnsReply.without(
                            DnsReply.Kind.FAILED, "more than " + MOST_ALIASES + " aliases");
            said.put(server, tooMany);
            end(tooMany);
            return;
        }
        name = alias.name();
        start();
    }

    private void stop() {
        turn++;
        if (limit != null) {
            limit.cancel(false);
            limit = null;
        }
        if (giveUp != null) {
            Runnable stop = giveUp;
            giveUp = null;
            stop.run();
        }
    }

    private void end(DnsReply reply) {
        over = true;
        client.ended();
        String who =
                said.entrySet().stream()
                        .map(
                                one ->
                                        text(one.getKey())
                                                + (one.getValue().text().isEmpty() ? "" : ": ")
                                                + one.getValue().text())
                        .collect(Collectors.joining("; "));
        then.accept(
                new DnsReply(
                        reply.kind(),
                        reply.addresses(),
                        reply.name(),
                        Math.min(ttl, reply.ttl()),
                        Hostname.withoutDot(name) + " at " + who));
    }

    private static String text(InetSocketAddress server) {
        return server.getHostString() + ":" + server.getPort();
    }
}
