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
import java.nio.ByteBuffer;
import java.util.Objects;

import javax.net.ssl.SSLEngine;
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
            ClientAuth clients = settings.trust() == null ? ClientAuth.NONE : ClientAuth.REQUIRE;
            server = build(SslContextBuilder.forServer(chain(), key()).clientAuth(clients));
        } else {
            SslContextBuilder builder = SslContextBuilder.forClient();
            if (settings.chain() != null) {
                builder.keyManager(chain(), key());
            }
            String verified = settings.insecure() ? null : "HTTPS";
            SslContext built = build(builder.endpointIdentificationAlgorithm(verified));
            sayHello(built);
            client = built;
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

    /** A first message to nobody: the cryptography that it needs loads here and not on a loop. */
    private static void sayHello(SslContext context) throws SSLException {
        SSLEngine engine = context.newEngine(ByteBufAllocator.DEFAULT, "localhost", 1);
        ByteBuffer message = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), message);
        engine.closeOutbound();
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

    private File chain() {
        return Objects.requireNonNull(settings.chain()).toFile();
    }

    private File key() {
        return Objects.requireNonNull(settings.key()).toFile();
    }
}
