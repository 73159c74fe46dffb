package dev.weft.net;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsCacheEntry;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Netty's cache, which has no bound, but for so many names only: the one asked for longest ago
 * goes.
 */
final class BoundedDnsCache implements DnsCache {
    private static final int MAX_TTL_SECONDS = 300;

    private final DefaultDnsCache cache = new DefaultDnsCache(0, MAX_TTL_SECONDS, 0);
    private final int maxNames;
    private final LinkedHashMap<String, Boolean> names = new LinkedHashMap<>(16, 0.75f, true);

    BoundedDnsCache(int maxNames) {
        this.maxNames = maxNames;
    }

    int size() {
        return names.size();
    }

    @Override
    public void clear() {
        names.clear();
        cache.clear();
    }

    @Override
    public boolean clear(String hostname) {
        names.remove(hostname);
        return cache.clear(hostname);
    }

    @Override
    public @Nullable List<? extends DnsCacheEntry> get(
            String hostname, DnsRecord @Nullable [] additionals) {
        names.get(hostname);
        return cache.get(hostname, additionals);
    }

    @Override
    public DnsCacheEntry cache(
            String hostname,
            DnsRecord @Nullable [] additionals,
            InetAddress address,
            long originalTtl,
            EventLoop loop) {
        remember(hostname);
        return cache.cache(hostname, additionals, address, originalTtl, loop);
    }

    @Override
    public DnsCacheEntry cache(
            String hostname, DnsRecord @Nullable [] additionals, Throwable cause, EventLoop loop) {
        return cache.cache(hostname, additionals, cause, loop);
    }

    private void remember(String hostname) {
        names.put(hostname, true);
        if (names.size() > maxNames) {
            Map.Entry<String, Boolean> eldest = names.firstEntry();
            clear(eldest.getKey());
        }
    }
}
