package dev.weft.net;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * How a connection is secured. Immutable; a method with a value gives a changed copy. <em>Any
 * thread.</em> Make one and keep it: files are read once for each, when it is first used, and
 * sessions are resumed within one.
 *
 * <p>A client verifies the server's certificate chain (against the JDK's authorities by default)
 * and that it is for the host connected to (RFC 9525), and tells the server that name (SNI, RFC
 * 6066). TLS 1.2 and 1.3, by the JDK's engine unless told otherwise.
 */
public final class TlsOptions {
    private static final TlsOptions CLIENT = new TlsOptions(new TlsSettings());

    private static final Pattern NAME =
            Pattern.compile("(\\*\\.)?[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*");

    private final TlsSettings settings;
    private final TlsContext context;

    private TlsOptions(TlsSettings settings) {
        this.settings = settings;
        this.context = new TlsContext(settings);
    }

    private TlsOptions with(Consumer<TlsSettings> change) {
        TlsSettings changed = settings.copy();
        change.accept(changed);
        return new TlsOptions(changed);
    }

    /** A client's: verifies with the JDK's authorities. */
    public static TlsOptions client() {
        return CLIENT;
    }

    /**
     * A server's.
     *
     * @param certificateChain a PEM file, the server's own certificate first
     * @param privateKey a PEM file with its key, PKCS #8, not encrypted
     */
    public static TlsOptions server(Path certificateChain, Path privateKey) {
        return CLIENT.key(certificateChain, privateKey);
    }

    /**
     * A server's, from a key store.
     *
     * @param keyStore of any kind that the JDK knows: PKCS #12 ({@code .p12}, {@code .pfx}), JKS
     */
    public static TlsOptions server(Path keyStore, String password) {
        return CLIENT.key(keyStore, password);
    }

    // ---- whom to trust

    /**
     * Trusts the certificates in a PEM file, and no others. For a server: demands a certificate of
     * its clients.
     */
    public TlsOptions trust(Path certificates) {
        Objects.requireNonNull(certificates, "the certificates");
        return with(it -> it.trust = new TlsTrust.Pem(certificates));
    }

    /** As {@link #trust(Path)}, the trusted certificates of a key store. */
    public TlsOptions trust(Path keyStore, String password) {
        Objects.requireNonNull(keyStore, "the key store");
        Objects.requireNonNull(password, "the password");
        return with(it -> it.trust = new TlsTrust.Store(keyStore, password));
    }

    /**
     * Verifies nothing: anybody between the two can read and change all. For tests and for looking
     * at broken servers.
     */
    public TlsOptions insecure() {
        return with(it -> it.insecure = true);
    }

    /**
     * Takes a certificate for any name, as long as it is trusted: for authorities of one's own that
     * certify machines and not names. With the JDK's authorities anybody who owns a domain would
     * do.
     */
    public TlsOptions anyName() {
        return with(it -> it.anyName = true);
    }

    /**
     * The name that the server is told and its certificate must be for, where it is not the host
     * connected to (asyncio's {@code server_hostname}): an address, a tunnel, a Unix socket.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public TlsOptions serverName(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException(
                    "the server name is empty; anyName() takes a certificate for any name");
        }
        return with(it -> it.serverName = name);
    }

    // ---- what to show

    /** Shows a certificate: PEM files as for {@link #server(Path, Path)}. */
    public TlsOptions key(Path certificateChain, Path privateKey) {
        Objects.requireNonNull(certificateChain, "the certificate chain");
        Objects.requireNonNull(privateKey, "the key");
        return with(it -> it.identity = new TlsIdentity.Pem(certificateChain, privateKey, null));
    }

    /** As {@link #key(Path, Path)}, where the key is encrypted (PKCS #8). */
    public TlsOptions key(Path certificateChain, Path privateKey, String password) {
        Objects.requireNonNull(certificateChain, "the certificate chain");
        Objects.requireNonNull(privateKey, "the key");
        Objects.requireNonNull(password, "the password");
        return with(
                it -> it.identity = new TlsIdentity.Pem(certificateChain, privateKey, password));
    }

    /** As {@link #key(Path, Path)}, from a key store as for {@link #server(Path, String)}. */
    public TlsOptions key(Path keyStore, String password) {
        Objects.requireNonNull(keyStore, "the key store");
        Objects.requireNonNull(password, "the password");
        return with(it -> it.identity = new TlsIdentity.Store(keyStore, password));
    }

    /**
     * For a server with several names: clients that ask for {@code name} (SNI) are shown the key of
     * {@code options}, and others that of these. In all else, such as whose certificates are
     * demanded of clients, these options hold for every name.
     *
     * @param name a host's name, or {@code *.example.org} for all directly under it
     * @throws IllegalArgumentException if it is no such name, or {@code options} have no key
     */
    public TlsOptions forName(String name, TlsOptions options) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no host's name, nor one such as *.example.org");
        }
        TlsIdentity shown = options.settings.identity;
        if (shown == null) {
            throw new IllegalArgumentException(
                    "the options for '" + name + "' have no key to show: TlsOptions.server(..)");
        }
        return with(it -> it.names.put(name, shown));
    }

    // ---- how

    /** Offers these protocols in this order (ALPN, RFC 7301), such as {@code "h2", "http/1.1"}. */
    public TlsOptions alpn(String... protocols) {
        List<String> offered = List.of(protocols);
        return with(it -> it.protocols = offered);
    }

    /**
     * Speaks only these versions of {@code TLSv1.2} and {@code TLSv1.3}; both by default.
     *
     * @throws IllegalArgumentException if there are none, or others
     */
    public TlsOptions versions(String... versions) {
        List<String> wanted = List.of(versions);
        if (wanted.isEmpty() || !List.of("TLSv1.2", "TLSv1.3").containsAll(wanted)) {
            throw new IllegalArgumentException(
                    "versions "
                            + wanted
                            + ": TLSv1.2 and TLSv1.3 are there, older ones are broken");
        }
        return with(it -> it.versions = wanted);
    }

    /**
     * How long a handshake may take where nothing else bounds it: in a server, in {@link
     * ChannelStream#startTls} and in {@link TlsStream}. 10 s by default.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public TlsOptions handshakeTimeout(Duration limit) {
        if (!limit.isPositive()) {
            throw new IllegalArgumentException("handshakeTimeout " + limit + " is not positive");
        }
        return with(it -> it.handshakeTimeout = limit);
    }

    /**
     * By another engine than the JDK's.
     *
     * @throws IllegalStateException if it is not there
     */
    public TlsOptions engine(TlsEngine engine) {
        engine.require();
        return with(it -> it.engine = engine);
    }

    // ---- for those who use them

    boolean hasKey() {
        return settings.identity != null;
    }

    /**
     * Whether they are enough for one side of a connection.
     *
     * @param host whom a client connects to; empty if that has no name
     */
    void require(boolean asServer, String host, String target) {
        if (asServer && !hasKey()) {
            throw new IllegalArgumentException(
                    target
                            + ": a server needs TlsOptions with a certificate and its key:"
                            + " TlsOptions.server(..)");
        }
        if (!asServer && !settings.names.isEmpty()) {
            throw new IllegalArgumentException(
                    target + ": forName(..) is for servers; a client's is serverName(..)");
        }
        boolean verifiesName = !settings.insecure && !settings.anyName;
        if (!asServer && verifiesName && host.isEmpty() && settings.serverName.isEmpty()) {
            throw new IllegalArgumentException(
                    target
                            + " has no name that a certificate could be for: say which with"
                            + " TlsOptions.serverName(..), or anyName()");
        }
    }

    TlsSettings settings() {
        return settings;
    }

    TlsContext context() {
        return context;
    }

    @Override
    public String toString() {
        return "TlsOptions (" + settings + ")";
    }
}
