package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;

/** What a loop knows of names: a {@link DnsClient} for all that is asked with equal options. */
final class DnsClients {
    private static final int MOST = 16;

    private final NettyDriver driver;
    private final LinkedHashMap<DnsOptions, DnsClient> clients =
            new LinkedHashMap<>(16, 0.75f, true);
    private DnsOptions usual = DnsOptions.of();

    DnsClients(NettyDriver driver) {
        this.driver = driver;
    }

    void configure(DnsOptions options) {
        usual = options;
    }

    /** Null: as the loop usually does. */
    DnsClient client(@Nullable DnsOptions options) {
        DnsOptions wanted = options == null ? usual : options;
        DnsClient client = clients.get(wanted);
        if (client == null) {
            makeRoom();
            client = new DnsClient(driver, wanted, driver.nameServers(wanted));
            clients.put(wanted, client);
        }
        return client;
    }

    /** Those that ask something at the moment stay, of which there are as many as tasks have. */
    private void makeRoom() {
        Iterator<DnsClient> eldest = clients.values().iterator();
        while (clients.size() >= MOST && eldest.hasNext()) {
            if (!eldest.next().isAsking()) {
                eldest.remove();
            }
        }
    }

    void clear() {
        clients.values().forEach(DnsClient::clear);
    }

    boolean isAsking() {
        for (DnsClient client : clients.values()) {
            if (client.isAsking()) {
                return true;
            }
        }
        return false;
    }

    /** Of each, for tests. */
    List<DnsClient> all() {
        return List.copyOf(clients.values());
    }
}
