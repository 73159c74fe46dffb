package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;

/**
 * How a connection is secured. Immutable; a method with a value gives a changed copy. <em>Any
 * thread.</em> Make one and keep it: files are read once for each, when it is first used, and
 * sessions are resumed within one.
 *
 * <p>A client verifies the server's certificate chain (against the JDK's authorities by default)
 * and that it is for the host connected to (RFC 9525). TLS 1.2 and 1.3, by the JDK's engine.
 */
public final class TlsOptions {
    private static final TlsOptions CLIENT =
            new TlsOptions(new Settings(null, null, null, false, List.of()));

    private final Settings settings;
    private final TlsContext context;

    private TlsOptions(Settings settings) {
        this.settings = settings;
        this.context = new TlsContext(settings);
    }

    /**
     * @param trust PEM certificates to trust instead of the JDK's
     * @param chain PEM certificates to show
     * @param key the PEM key of the first of them
     */
    record Settings(
            @Nullable Path trust,
            @Nullable Path chain,
            @Nullable Path key,
            boolean insecure,
            List<String> protocols) {}

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
     * Trusts the certificates in a PEM file, and no others. For a server: demands a certificate of
     * its clients.
     */
    public TlsOptions trust(Path certificates) {
        return new TlsOptions(
                new Settings(
                        certificates,
                        settings.chain,
                        settings.key,
                        settings.insecure,
                        settings.protocols));
    }

    /** Shows a certificate: PEM files as for {@link #server}. */
    public TlsOptions key(Path certificateChain, Path privateKey) {
        return new TlsOptions(
                new Settings(
                        settings.trust,
                        certificateChain,
                        privateKey,
                        settings.insecure,
                        settings.protocols));
    }

    /**
     * Verifies nothing: anybody between the two can read and change all. For tests and for looking
     * at broken servers.
     */
    public TlsOptions insecure() {
        return new TlsOptions(
                new Settings(
                        settings.trust, settings.chain, settings.key, true, settings.protocols));
    }

    /** Offers these protocols in this order (ALPN, RFC 7301), such as {@code "h2", "http/1.1"}. */
    public TlsOptions alpn(String... protocols) {
        return new TlsOptions(
                new Settings(
                        settings.trust,
                        settings.chain,
                        settings.key,
                        settings.insecure,
                        List.of(protocols)));
    }

    boolean hasKey() {
        return settings.key != null;
    }

    TlsContext context() {
        return context;
    }

    @Override
    public String toString() {
        return "TlsOptions " + settings;
    }
}
