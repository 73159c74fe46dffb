package dev.weft.net;

import java.security.cert.Certificate;
import java.util.List;

/**
 * What the two sides of a TLS connection have agreed on.
 *
 * @param protocol such as {@code TLSv1.3}
 * @param cipherSuite such as {@code TLS_AES_256_GCM_SHA384}
 * @param applicationProtocol what ALPN chose, such as {@code h2}; empty if nothing
 * @param peerCertificates the other side's chain, its own first; empty if it showed none
 */
public record TlsInfo(
        String protocol,
        String cipherSuite,
        String applicationProtocol,
        List<Certificate> peerCertificates) {}
