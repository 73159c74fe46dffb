package dev.weft.net;

import dev.weft.Weft;

import io.netty.channel.socket.SocketChannel;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeoutException;

/** One call of {@link TcpStream#connect(ConnectOptions)}. */
final class Connector {
    private final NettyDriver driver;
    private final ConnectOptions options;
    private final String target;
    private String phase = "the look-up of its name";

    Connector(NettyDriver driver, ConnectOptions options) {
        this.driver = driver;
        this.options = options;
        this.target = options.target();
    }

    TcpStream connect() {
        try {
            return Weft.timeout(options.connectTimeout(), this::connectWithoutLimit);
        } catch (TimeoutException e) {
            throw new ConnectFailedException(
                    target,
                    ConnectFailedException.Kind.TIMEOUT,
                    "not connected within "
                            + options.connectTimeout().toMillis()
                            + "ms: timed out in "
                            + phase,
                    e);
        }
    }

    private TcpStream connectWithoutLimit() {
        TlsOptions tls = options.tls();
        if (tls != null) {
            tls.context().prepare(false, target); // before somebody has to wait for it
        }
        Weft.checkCancelled();
        Lookup lookup = driver.dns.client(options.dns()).lookup(options.host());
        HappyEyeballs eyeballs = new HappyEyeballs(driver, options, lookup);
        SocketChannel channel = eyeballs.connect(() -> phase = "TCP's handshake");
        try {
            Link link = new Link(target, options.host(), options.port(), false, channel);
            phase = "TLS's handshake";
            @Nullable TlsInfo info =
                    tls == null ? null : new Handshake(driver, tls, link).perform();
            return new TcpStream(driver, link, info);
        } catch (Throwable e) {
            driver.closeNow(channel);
            throw e;
        }
    }
}
