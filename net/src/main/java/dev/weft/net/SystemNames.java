package dev.weft.net;

import io.netty.resolver.HostsFileEntriesProvider;
import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the system's files say of names: {@code resolv.conf} (5) and the hosts file. Small and
 * local, so they are read in place: a pool of threads could be full, and then no name would be
 * found. What can't be read is as it was before, since whoever writes a file may be about to.
 *
 * @param search domains
 * @param hosts addresses of a name in small letters, IPv4 first
 */
record SystemNames(
        List<InetSocketAddress> servers,
        List<String> search,
        int ndots,
        Map<String, List<InetAddress>> hosts) {
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
    private static final Path HOSTS = hostsFile();
    private static final int DNS_PORT = 53;

    /** Who is asked where nobody is named: resolver(5). */
    private static final List<InetSocketAddress> THIS_MACHINE =
            List.of(new InetSocketAddress(NetUtil.LOCALHOST4, DNS_PORT));

    private static final int MOST_SERVERS = 3;
    private static final int MOST_DOMAINS = 32;
    private static final int MOST_NDOTS = 15;

    static SystemNames unknown() {
        return of(List.of(), Map.of());
    }

    private static Path hostsFile() {
        String windows = System.getenv("SystemRoot");
        return windows == null
                ? Path.of("/etc/hosts")
                : Path.of(windows, "system32", "drivers", "etc", "hosts");
    }

    SystemNames readAgain() {
        return readAgain(RESOLV_CONF, HOSTS);
    }

    SystemNames readAgain(Path resolvConf, Path hostsFile) {
        Map<String, List<InetAddress>> now = readHosts(hostsFile);
        try {
            return of(Files.readAllLines(resolvConf, StandardCharsets.ISO_8859_1), now);
        } catch (IOException e) {
            return new SystemNames(servers, search, ndots, now);
        }
    }

    /** From the lines of a {@code resolv.conf}; what makes no sense in it counts as absent. */
    static SystemNames of(List<String> lines, Map<String, List<InetAddress>> hosts) {
        List<InetSocketAddress> servers = new ArrayList<>();
        List<String> search = List.of();
        int ndots = 1;
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            List<String> values = Arrays.asList(words).subList(1, words.length);
            switch (words[0]) {
                case "nameserver" -> values.stream().limit(1).forEach(at -> add(servers, at));
                case "domain", "search" ->
                        search =
                                values.stream()
                                        .filter(SystemNames::isName)
                                        .limit(MOST_DOMAINS)
                                        .toList();
                case "options" -> ndots = ndots(values, ndots);
                default -> {}
            }
        }
        return new SystemNames(
                servers.isEmpty() ? THIS_MACHINE : List.copyOf(servers), search, ndots, hosts);
    }

    private static void add(List<InetSocketAddress> servers, String address) {
        @Nullable InetAddress known = NetUtil.createInetAddressFromIpAddressString(address);
        if (known != null && servers.size() < MOST_SERVERS) {
            servers.add(new InetSocketAddress(known, DNS_PORT));
        }
    }

    private static boolean isName(String domain) {
        try {
            Hostname.requireValid(domain, "search domain");
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static int ndots(List<String> options, int before) {
        for (String option : options) {
            if (option.matches("ndots:\\d{1,4}")) {
                return Math.min(Integer.parseInt(option.substring(6)), MOST_NDOTS);
            }
        }
        return before;
    }

    private Map<String, List<InetAddress>> readHosts(Path hostsFile) {
        HostsFileEntriesProvider file;
        try (var lines =
                new InputStreamReader(Files.newInputStream(hostsFile), StandardCharsets.UTF_8)) {
            file = HostsFileEntriesProvider.parser().parse(lines);
        } catch (IOException e) {
            return hosts;
        }
        var all = new HashMap<String, List<InetAddress>>();
        Stream.of(file.ipv4Entries(), file.ipv6Entries())
                .flatMap(family -> family.entrySet().stream())
                .forEach(
                        entry ->
                                all.merge(
                                        entry.getKey(),
                                        entry.getValue(),
                                        (four, six) ->
                                                Stream.concat(four.stream(), six.stream())
                                                        .toList()));
        return all;
    }

    @Nullable String hostAt(InetAddress address) {
        for (Map.Entry<String, List<InetAddress>> host : hosts.entrySet()) {
            if (host.getValue().contains(address)) {
                return host.getKey();
            }
        }
        return null;
    }
}
