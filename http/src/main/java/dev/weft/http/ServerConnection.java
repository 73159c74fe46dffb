package dev.weft.http;

import dev.weft.CancelledError;
import dev.weft.Loop;
import dev.weft.net.TcpStream;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One connection of a server: reads requests and has them handled, one after another, in its own
 * task.
 */
final class ServerConnection {

    private static final System.Logger LOG = System.getLogger("dev.weft.http");
    static final int MAX_DRAIN = 65536;
    private static final Duration LINGER = Duration.ofSeconds(1);

    final Loop loop = Loop.current();
    final Wire wire;
    final HeaderParser parser;
    final HttpServerBuilder settings;
    final HttpDate date;
    final Deadline idle;
    private final HttpHandler handler;

    ServerConnection(
            TcpStream stream, HttpServerBuilder settings, HttpHandler handler, HttpDate date) {
        this.wire = Wire.attachToAnswer(stream.detach(), settings.tls != null);
        this.parser = new HeaderParser(wire);
        this.settings = settings;
        this.handler = handler;
        this.date = date;
        this.idle = new Deadline(loop, null, HttpClientBuilder.orNone(settings.idleTimeout));
    }

    void run() {
        try {
            boolean open = true;
            while (open && (wire.buffered() > 0 || wire.fill(idle))) {
                open = handleOne();
            }
            finish();
        } catch (Broken | Deadline.Passed gone) {
            // the client has gone, or says nothing any more: there is nobody to tell
        } finally {
            wire.close();
        }
    }

    /** Whether the connection goes on. */
    private boolean handleOne() {
        ServerExchange exchange;
        try {
            exchange = readRequest();
        } catch (BadMessage e) {
            refuse(e.status, String.valueOf(e.getMessage()));
            return false;
        } catch (Deadline.Passed e) {
            refuse(408, "the header took too long");
            return false;
        }
        return exchange != null && handle(exchange);
    }

    private @Nullable ServerExchange readRequest() {
        var deadline = new Deadline(loop, HttpClientBuilder.orNone(settings.headerTimeout), null);
        parser.begin();
        int stop = parser.line(deadline);
        if (stop == wire.at) {
            // an empty line before a request is forgiven, once (RFC 9112 section 2.2)
            wire.at += 2;
            stop = parser.line(deadline);
        }
        if (stop < 0) {
            return null;
        }
        RequestLine line = RequestLine.parse(wire, parser, stop);
        Headers headers = parser.fields(deadline);
        int hosts = headers.all("host").size();
        if (hosts > 1 || (hosts == 0 && line.http11())) {
            throw BadMessage.syntax(hosts == 0 ? "no Host field" : "more than one Host field");
        }
        long length = Framing.ofRequest(headers, line.http11());
        boolean keep = Framing.keepsAlive(headers, line.http11());
        String expect = headers.value("expect");
        if (expect != null && !expect.equalsIgnoreCase("100-continue")) {
            throw new BadMessage(417, "an unknown expectation", null);
        }
        boolean mustContinue = expect != null && line.http11() && length != 0;
        return new ServerExchange(this, line, headers, length, keep, mustContinue);
    }

    private boolean handle(ServerExchange exchange) {
        try {
            handler.handle(exchange);
            if (!exchange.hasResponded()) {
                throw new IllegalStateException("the handler returned without an answer");
            }
            exchange.finish();
        } catch (CancelledError | VirtualMachineError e) {
            wire.abort();
            throw e;
        } catch (Throwable e) {
            return failed(exchange, e);
        }
        return exchange.keepsConnection() && drain(exchange);
    }

    private boolean failed(ServerExchange exchange, Throwable e) {
        BadMessage clients = exchange.requestFailure();
        if (exchange.isAborted() || e instanceof Broken || e instanceof Deadline.Passed) {
            return false;
        }
        if (clients == null) {
            report(exchange, e);
        }
        if (exchange.hasResponded()) {
            wire.abort();
        } else if (clients == null) {
            refuse(500, "the server failed");
        } else {
            refuse(clients.status, String.valueOf(clients.getMessage()));
        }
        return false;
    }

    /** A logger that fails, as on a full disk, costs the report and nothing else. */
    private static void report(ServerExchange exchange, Throwable failure) {
        try {
            LOG.log(Level.ERROR, "the handler of " + exchange + " failed", failure);
        } catch (Throwable broken) {
            System.err.println("the handler of " + exchange + " failed: " + failure);
        }
    }

    /**
     * Reads what the handler left of the body, if that is little; the next request begins behind
     * it.
     */
    private boolean drain(ServerExchange exchange) {
        BodyReader body = exchange.reader();
        if (body.isDone()) {
            return true;
        }
        if (exchange.awaitsContinue() || body.length() > MAX_DRAIN) {
            return false;
        }
        byte[] waste = new byte[8192];
        try {
            for (int left = MAX_DRAIN; left > 0; ) {
                int n = body.read(waste, 0, waste.length, idle);
                if (n < 0) {
                    return true;
                }
                left -= n;
            }
        } catch (BadMessage e) {
            return false;
        }
        return body.isDone();
    }

    private void refuse(int status, String why) {
        byte[] text = (why + "\n").getBytes(StandardCharsets.UTF_8);
        String head =
                "HTTP/1.1 "
                        + status
                        + " "
                        + Reason.of(status)
                        + "\r\nDate: "
                        + date.at(loop.clock().instant())
                        + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
                        + text.length
                        + "\r\nConnection: close\r\n\r\n";
        try {
            var out =
                    new BodyOutput(
                            wire,
                            idle,
                            text.length,
                            head.getBytes(StandardCharsets.ISO_8859_1),
                            false);
            out.write(text);
            out.finish();
        } catch (IOException impossible) {
            throw new IllegalStateException("the length is known", impossible);
        }
    }

    /**
     * Lets the client read the last answer: a close with unread bytes would reset the connection
     * and might take it away.
     */
    private void finish() {
        wire.endOutput(idle);
        var linger = new Deadline(loop, LINGER, null);
        byte[] waste = new byte[8192];
        for (int left = 4 * MAX_DRAIN; left > 0; ) {
            int n = wire.read(waste, 0, waste.length, linger);
            if (n < 0) {
                return;
            }
            left -= n;
        }
    }
}
