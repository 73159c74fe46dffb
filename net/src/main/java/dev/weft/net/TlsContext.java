package dev.weft.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;

import org.jspecify.annotations.Nullable;

import java.io.File;
import java.nio.file.Path;

import javax.net.ssl.SSLException;

/**
 * The engines of one {@link TlsOptions}, which read its files when they are first needed. Any
 * thread.
 */
final class TlsContext {
    private final TlsOptions.Settings settings;
    private volatile @Nullable SslContext client;
    private volatile @Nullable SslContext server;

    TlsContext(TlsOptions.Settings settings) {
        this.settings = settings;
    }

    boolean isLoaded(boolean forServer) {
        return (forServer ? server : client) != null;
    }

    /** Reads files, so not on a loop. Two threads may do it at once; one result is kept. */
    void load(boolean forServer) throws SSLException {
        if (forServer) {
            server =
                    build(
                            SslContextBuilder.forServer(
                                            require(settings.chain()), require(settings.key()))
                                    .clientAuth(
                                            settings.trust() == null
                                                    ? ClientAuth.NONE
                                                    : ClientAuth.REQUIRE));
        } else {
            SslContextBuilder builder = SslContextBuilder.forClient();
            if (settings.chain() != null) {
                builder.keyManager(settings.chain().toFile(), require(settings.key()));
            }
            client =
                    build(
                            builder.endpointIdentificationAlgorithm(
                                    settings.insecure() ? null : "HTTPS"));
        }
    }

    private SslContext build(SslContextBuilder builder) throws SSLException {
        builder.sslProvider(SslProvider.JDK);
        if (settings.insecure()) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
        } else if (settings.trust() != null) {
            builder.trustManager(settings.trust().toFile());
        }
        if (!settings.protocols().isEmpty()) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            settings.protocols()));
        }
        return builder.build();
    }

    SslHandler handler(boolean forServer, ByteBufAllocator allocator, String host, int port) {
        SslContext context = forServer ? server : client;
        if (context == null) {
            throw new IllegalStateException("load first");
        }
        SslHandler handler = context.newHandler(allocator, host, port);
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }

    private static File require(@Nullable Path path) {
        if (path == null) {
            throw new IllegalStateException("TlsOptions without a key");
        }
        return path.toFile();
    }
}
