package dev.weft.net;

import dev.weft.Weft;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.DomainWildcardMappingBuilder;
import io.netty.util.Mapping;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Objects;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * The engines of one {@link TlsOptions}, which read its files when they are first needed. Any
 * thread.
 */
final class TlsContext {
    private final TlsSettings settings;
    private volatile @Nullable SslContext client;
    private volatile @Nullable SslContext server;
    private volatile @Nullable Mapping<? super String, ? extends SslContext> serverByName;

    TlsContext(TlsSettings settings) {
        this.settings = settings;
    }

    /** Reads the files elsewhere, once; waits for it. */
    void prepare(boolean forServer, String target) {
        if ((forServer ? server : client) != null) {
            return;
        }
        try {
            Weft.offload(() -> load(forServer));
        } catch (IOException | IllegalArgumentException e) {
            throw new TlsException(
                    target,
                    TlsException.Kind.CONFIGURATION,
                    "cannot use TLS (" + settings + "): " + Failures.text(e),
                    e);
        }
    }

    /** Two threads may do it at once; one result is kept. */
    private void load(boolean forServer) throws IOException {
        try {
            build(forServer);
        } catch (GeneralSecurityException e) {
            throw new SSLException(e.getMessage(), e);
        }
    }

    private void build(boolean forServer) throws IOException, GeneralSecurityException {
        if (forServer) {
            SslContext unnamed = showing(Objects.requireNonNull(settings.identity));
            if (!settings.names.isEmpty()) {
                var byName = new DomainWildcardMappingBuilder<>(unnamed);
                for (Map.Entry<String, TlsIdentity> named : settings.names.entrySet()) {
                    byName.add(named.getKey(), showing(named.getValue()));
                }
                serverByName = byName.build();
            }
            server = unnamed;
        } else {
            SslContextBuilder builder = SslContextBuilder.forClient();
            if (settings.identity != null) {
                settings.identity.showIn(builder);
            }
            String verified = settings.insecure || settings.anyName ? null : "HTTPS";
            SslContext built = build(builder.endpointIdentificationAlgorithm(verified));
            sayHello(built);
            client = built;
        }
    }

    private SslContext showing(TlsIdentity identity) throws IOException, GeneralSecurityException {
        ClientAuth clients = settings.trust == null ? ClientAuth.NONE : ClientAuth.REQUIRE;
        return build(identity.server().clientAuth(clients));
    }

    private SslContext build(SslContextBuilder builder)
            throws IOException, GeneralSecurityException {
        builder.sslProvider(settings.engine.provider()).protocols(settings.versions);
        if (settings.insecure) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
        } else {
            builder.trustManager(NamingTrust.of(settings.trust));
        }
        if (!settings.protocols.isEmpty()) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            settings.protocols));
        }
        return builder.build();
    }

    /** A first message to nobody: the cryptography that it needs loads here and not on a loop. */
    private static void sayHello(SslContext context) throws SSLException {
        SSLEngine engine = context.newEngine(ByteBufAllocator.DEFAULT, "localhost", 1);
        try {
            ByteBuffer message = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), message);
            engine.closeOutbound();
        } finally {
            ReferenceCountUtil.release(engine);
        }
    }

    /** Stands in front of a connection's other handlers and secures it. */
    ChannelHandler handler(boolean forServer, String host, int port, ByteBufAllocator allocator) {
        return forServer ? server(allocator) : client(host, port, allocator);
    }

    private ChannelHandler client(String host, int port, ByteBufAllocator allocator) {
        SslContext context = prepared(client);
        String name = settings.serverName.isEmpty() ? host : settings.serverName;
        return bounded(
                name.isEmpty()
                        ? context.newHandler(allocator)
                        : context.newHandler(allocator, name, port));
    }

    /** Chooses by the name that the client asks for, if there are several. */
    private ChannelHandler server(ByteBufAllocator allocator) {
        SslContext unnamed = prepared(server);
        var byName = serverByName;
        if (byName == null) {
            return bounded(unnamed.newHandler(allocator));
        }
        return new SniHandler(byName) {
            @Override
            protected SslHandler newSslHandler(SslContext chosen, ByteBufAllocator buffers) {
                return bounded(super.newSslHandler(chosen, buffers));
            }
        };
    }

    /** Its own limit would be of another clock. */
    private static SslHandler bounded(SslHandler handler) {
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }

    private static SslContext prepared(@Nullable SslContext context) {
        if (context == null) {
            throw new IllegalStateException("prepare first");
        }
        return context;
    }
}
