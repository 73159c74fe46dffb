package dev.weft.net;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/** What does TLS's work. <em>Any thread.</em> */
public enum TlsEngine {
    /** The JDK's engine: always there. */
    JDK,

    /**
     * OpenSSL or BoringSSL by netty-tcnative, which the program must bring: {@code
     * io.netty:netty-tcnative-boringssl-static} on the class path. Faster, most of all in
     * handshakes. What the options hold outside the heap is freed some time after they are garbage
     * and their last connection has ended, when the collector sees it.
     */
    OPENSSL;

    /** Whether it can be used here; loads what it needs. */
    public boolean isAvailable() {
        return this == JDK || OpenSsl.isAvailable();
    }

    void require() {
        if (!isAvailable()) {
            throw new IllegalStateException(
                    "TlsEngine.OPENSSL is not here ("
                            + Failures.text(OpenSsl.unavailabilityCause())
                            + "): add io.netty:netty-tcnative-boringssl-static to the class path,"
                            + " or use TlsEngine.JDK");
        }
    }

    SslProvider provider() {
        return this == JDK ? SslProvider.JDK : SslProvider.OPENSSL_REFCNT;
    }
}
