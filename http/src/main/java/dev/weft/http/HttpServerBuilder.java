package dev.weft.http;

import dev.weft.net.ServerOptions;
import dev.weft.net.TcpServer;
import dev.weft.net.TlsOptions;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Objects;

/** Makes an {@link HttpServer}; every setting has a default. For one thread. */
public final class HttpServerBuilder {

    @Nullable TlsOptions tls;
    Duration headerTimeout = Duration.ofSeconds(10);
    Duration idleTimeout = Duration.ofSeconds(60);
    long maxBodyBytes = 1 << 20;

    HttpServerBuilder() {}

    /** Serves https with this certificate and key. */
    public HttpServerBuilder tls(TlsOptions options) {
        tls = Objects.requireNonNull(options);
        return this;
    }

    /** How long a request's header may take from its first byte; 10 seconds by default. */
    public HttpServerBuilder headerTimeout(Duration limit) {
        headerTimeout = HttpClientBuilder.checkLimit(limit);
        return this;
    }

    /**
     * How long a connection may be silent between requests, or inside one when either side is
     * waited for; 60 seconds by default.
     */
    public HttpServerBuilder idleTimeout(Duration limit) {
        idleTimeout = HttpClientBuilder.checkLimit(limit);
        return this;
    }

    /**
     * How long a body {@link ServerExchange#bytes} and {@link ServerExchange#text} take; 1 MiB by
     * default.
     */
    public HttpServerBuilder maxBodyBytes(long limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("a limit of " + limit);
        }
        maxBodyBytes = limit;
        return this;
    }

    /** Listens; as {@link HttpServer#listen}. */
    public HttpServer listen(String host, int port) {
        ServerOptions options = ServerOptions.of(host, port);
        return new HttpServer(TcpServer.listen(tls == null ? options : options.tls(tls)), this);
    }
}
