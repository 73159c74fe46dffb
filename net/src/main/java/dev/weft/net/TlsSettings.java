package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a {@link TlsOptions} says. Changed only while nobody else has it. */
final class TlsSettings {
    /** Null: the JDK's authorities. */
    @Nullable TlsTrust trust;

    /** What is shown to the other side; null: nothing. */
    @Nullable TlsIdentity identity;

    boolean insecure;
    boolean anyName;

    /** Empty: that of the host connected to. */
    String serverName = "";

    /** For ALPN; empty: none. */
    List<String> protocols = List.of();

    List<String> versions = List.of("TLSv1.3", "TLSv1.2");
    Duration handshakeTimeout = Duration.ofSeconds(10);
    TlsEngine engine = TlsEngine.JDK;

    /** What a server shows to clients that ask for a name. */
    final Map<String, TlsIdentity> names = new LinkedHashMap<>();

    TlsSettings copy() {
        TlsSettings copy = new TlsSettings();
        copy.trust = trust;
        copy.identity = identity;
        copy.insecure = insecure;
        copy.anyName = anyName;
        copy.serverName = serverName;
        copy.protocols = protocols;
        copy.versions = versions;
        copy.handshakeTimeout = handshakeTimeout;
        copy.engine = engine;
        copy.names.putAll(names);
        return copy;
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        if (insecure) {
            text.append(", insecure");
        }
        if (trust != null) {
            text.append(", trusting ").append(trust);
        }
        if (identity != null) {
            text.append(", showing ").append(identity);
        }
        if (!names.isEmpty()) {
            text.append(", for ").append(names);
        }
        return text.isEmpty() ? "all defaults" : text.substring(2);
    }
}
