package dev.weft.net;

import dev.weft.WaitList;
import dev.weft.Weft;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;

import java.nio.channels.ClosedChannelException;
import java.security.cert.Certificate;
import java.util.List;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Secures a connected channel. */
final class Handshake {
    private final NettyDriver driver;
    private final TlsOptions options;
    private final boolean server;
    private final String target;

    Handshake(NettyDriver driver, TlsOptions options, boolean server, String target) {
        this.driver = driver;
        this.options = options;
        this.server = server;
        this.target = target;
    }

    /** Reads the files of the options elsewhere, once. */
    void prepare() {
        if (options.context().isLoaded(server)) {
            return;
        }
        try {
            Weft.offload(() -> options.context().load(server));
        } catch (SSLException | IllegalArgumentException e) {
            throw new TlsException(
                    target,
                    TlsException.Kind.HANDSHAKE,
                    "cannot use " + options + " (" + Failures.text(e) + ")",
                    e);
        }
    }

    /**
     * Puts TLS in front of the channel's other handlers and waits until it is agreed. The caller
     * closes the channel on failure.
     */
    TlsInfo perform(Channel channel, String host, int port) {
        WaitList waiting =
                new WaitList(server ? "TLS handshake of a server" : "TLS handshake with " + target);
        waiting.enter();
        Future<Channel> agreed;
        SslHandler handler;
        driver.inside.enter();
        try {
            handler = options.context().handler(server, channel.alloc(), host, port);
            channel.pipeline().addFirst(handler);
            if (!channel.isActive()) {
                // the other side has hung up already, and the handler will never hear of it
                throw failed(new ClosedChannelException());
            }
            agreed = handler.handshakeFuture();
            agreed.addListener(done -> waiting.wakeAll(null));
            channel.read();
        } finally {
            driver.inside.exit();
        }
        while (!agreed.isDone()) {
            waiting.await();
        }
        Throwable failure = agreed.cause();
        if (failure != null) {
            throw failed(failure);
        }
        return info(handler);
    }

    private TlsException failed(Throwable cause) {
        return Failures.ofTls(target, cause, server ? "the client" : "the server");
    }

    private static TlsInfo info(SslHandler handler) {
        SSLSession session = handler.engine().getSession();
        List<Certificate> peer;
        try {
            peer = List.of(session.getPeerCertificates());
        } catch (SSLPeerUnverifiedException e) {
            peer = List.of();
        }
        String protocol = handler.applicationProtocol();
        return new TlsInfo(
                session.getProtocol(),
                session.getCipherSuite(),
                protocol == null ? "" : protocol,
                peer);
    }
}
