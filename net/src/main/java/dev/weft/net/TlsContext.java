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
import io.netty.util.ReferenceCounted;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
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
    private volatile @Nullable Side client;
    private volatile @Nullable Side server;

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
        var side = new Side();
        if (forServer) {
            SslContext unnamed = showing(Objects.requireNonNull(settings.identity), side);
            side.unnamed = unnamed;
            if (!settings.names.isEmpty()) {
                var byName = new DomainWildcardMappingBuilder<>(unnamed);
                for (Map.Entry<String, TlsIdentity> named : settings.names.entrySet()) {
                    byName.add(named.getKey(), showing(named.getValue(), side));
                }
                side.byName = byName.build();
            }
            server = side;
        } else {
            SslContextBuilder builder = SslContextBuilder.forClient();
            if (settings.identity != null) {
                settings.identity.showIn(builder);
            }
            String verified = settings.insecure || settings.anyName ? null : "HTTPS";
            side.unnamed = build(builder.endpointIdentificationAlgorithm(verified), side);
            sayHello(side.unnamed);
            client = side;
        }
    }

    private SslContext showing(TlsIdentity identity, Side side)
            throws IOException, GeneralSecurityException {
        ClientAuth clients = settings.trust == null ? ClientAuth.NONE : ClientAuth.REQUIRE;
        return build(identity.server().clientAuth(clients), side);
    }

    private SslContext build(SslContextBuilder builder, Side side)
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
        SslContext built = builder.build();
        if (built instanceof ReferenceCounted counted) {
            Native.CLEANER.register(side, counted::release);
        }
        return built;
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

    /**
     * Stands in front of a connection's other handlers and secures it. It must get there, or its
     * engine is never released.
     */
    ChannelHandler handler(boolean forServer, String host, int port, ByteBufAllocator allocator) {
        Side side = prepared(forServer);
        if (side.byName != null) {
            return new ByName(side, side.byName);
        }
        String name = settings.serverName.isEmpty() ? host : settings.serverName;
        return side.handler(
                Objects.requireNonNull(side.unnamed), allocator, forServer ? "" : name, port);
    }

    Side prepared(boolean forServer) {
        Side side = forServer ? server : client;
        if (side == null) {
            throw new IllegalStateException("prepare first");
        }
        return side;
    }

    /** What all connections of one side share. */
    static final class Side {
        @Nullable SslContext unnamed;
        @Nullable Mapping<? super String, ? extends SslContext> byName;

        SslHandler handler(SslContext context, ByteBufAllocator allocator, String peer, int port) {
            try {
                SslHandler handler =
                        peer.isEmpty()
                                ? context.newHandler(allocator)
                                : context.newHandler(allocator, peer, port);
                handler.setHandshakeTimeoutMillis(0); // its own limit would be of another clock
                return handler;
            } finally {
                Reference.reachabilityFence(this); // the engine keeps the context from here on
            }
        }
    }

    /** Chooses by the name that the client asks for. */
    private static final class ByName extends SniHandler {
        private final Side side;

        ByName(Side side, Mapping<? super String, ? extends SslContext> byName) {
            super(byName);
            this.side = side;
        }

        @Override
        protected SslHandler newSslHandler(SslContext chosen, ByteBufAllocator buffers) {
            return side.handler(chosen, buffers, "", -1);
        }
    }

    /** For OpenSSL's contexts, whose memory the collector does not see; a thread once used. */
    private static final class Native {
        static final Cleaner CLEANER =
                Cleaner.create(
                        Thread.ofPlatform()
                                .name("weft-tls-cleaner")
                                .inheritInheritableThreadLocals(false)
                                .factory());
    }
}
