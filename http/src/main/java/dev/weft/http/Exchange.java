package dev.weft.http;

import dev.weft.net.ConnectFailedException;
import dev.weft.net.DnsException;
import dev.weft.net.NetException;
import dev.weft.net.TlsException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One request on its way: connection, header, redirects, retry. Everything that goes wrong inside
 * comes out as an {@link HttpException} that names the URL asked at that moment.
 */
final class Exchange {

    private static final int MAX_INTERIM = 16;

    final HttpClient client;
    final Deadline deadline;
    String method;
    Url url;
    final List<Hop> history = new ArrayList<>(0);
    private Headers headers;
    private @Nullable RequestBody body;
    private boolean bodySent;
    private final boolean follow;

    /** Why the last answer, a redirect, leads no further. */
    @Nullable String redirectFailure;

    Exchange(HttpClient client, HttpRequest request) {
        this.client = client;
        this.method = request.method;
        this.url = request.url;
        this.headers = merged(client.headers, request.headers);
        this.body =
                request.json == null
                        ? request.body
                        : new RequestBody.Bytes(client.writeJson(request.json));
        this.follow =
                request.followRedirects == null ? client.followRedirects : request.followRedirects;
        Duration total =
                request.totalTimeout == null
                        ? client.totalTimeout
                        : HttpClientBuilder.orNone(request.totalTimeout);
        Duration read =
                request.readTimeout == null
                        ? client.readTimeout
                        : HttpClientBuilder.orNone(request.readTimeout);
        this.deadline = new Deadline(client.loop, total, read);
        authenticate();
    }

    private static Headers merged(Headers defaults, Headers own) {
        Headers all = own;
        for (Header field : defaults) {
            if (!own.contains(field.name())) {
                all = all.and(field.name(), field.value());
            }
        }
        return all;
    }

    /** User and password in the URL are as good as a field. */
    private void authenticate() {
        if (url.userInfo() != null && !headers.contains("Authorization")) {
            try {
                String credentials = url.credentials();
                if (credentials != null) {
                    headers = headers.and("Authorization", HttpRequestBuilder.basic(credentials));
                }
            } catch (Url.Malformed e) {
                throw new HttpException.InvalidUrl(
                        method, url.toString(), String.valueOf(e.getMessage()));
            }
        }
    }

    HttpResponse run() {
        while (true) {
            Answer answer = ask();
            boolean well = false;
            try {
                // the jar is the caller's and may fail
                client.receiveCookies(url, answer.headers);
                Url next = follow ? redirectTarget(answer) : null;
                if (next == null) {
                    well = true;
                    return new HttpResponse(this, answer);
                }
                redirect(answer, next);
                well = true;
            } finally {
                if (!well) {
                    answer.close();
                }
            }
        }
    }

    // ---- one question, one answer

    private Answer ask() {
        if (client.pool.isClosed()) {
            throw new HttpException.Closed(method, url.toString());
        }
        Connection connection;
        try {
            connection = client.pool.acquire(url, deadline);
        } catch (Deadline.Passed e) {
            throw new HttpException.Timeout(
                    method,
                    url.toString(),
                    e.kind,
                    e.getMessage() + " (no connection came free: are all responses closed?)",
                    e.getCause());
        } catch (ConnectionPool.ClosedWhileWaiting e) {
            throw new HttpException.Closed(method, url.toString());
        }
        if (connection != null) {
            Answer answer = askOver(connection, true);
            if (answer != null) {
                return answer;
            }
        }
        Answer answer = askOver(connect(), false);
        if (answer == null) {
            throw new IllegalStateException("a new connection is never retried");
        }
        return answer;
    }

    /** Makes a connection in the room that is held; gives the room up if that fails. */
    private Connection connect() {
        Origin origin = client.pool.origin(url);
        Duration limit = deadline.atMost(client.connectTimeout);
        Connection made = null;
        try {
            if (limit.isZero()) {
                throw deadline.passed(TimeoutKind.TOTAL, null);
            }
            made = client.pool.made(client.connect(url, limit), origin);
            if (client.pool.isClosed()) {
                client.pool.drop(made);
                made = null;
                throw new HttpException.Closed(method, url.toString());
            }
            return made;
        } catch (NetException e) {
            throw connectFailed(e);
        } catch (Deadline.Passed e) {
            throw timedOut(e);
        } finally {
            if (made == null) {
                client.pool.forget(origin);
            }
        }
    }

    private HttpException connectFailed(NetException e) {
        String at = url.toString();
        String what = String.valueOf(e.getMessage());
        boolean inTime = !deadline.isOver();
        boolean timeout =
                e instanceof ConnectFailedException connect
                        && connect.kind() == ConnectFailedException.Kind.TIMEOUT;
        if (!inTime) {
            return new HttpException.Timeout(
                    method,
                    at,
                    TimeoutKind.TOTAL,
                    deadline.passed(TimeoutKind.TOTAL, null).getMessage() + ": " + what,
                    e);
        }
        if (timeout) {
            return new HttpException.Timeout(method, at, TimeoutKind.CONNECT, what, e);
        }
        return switch (e) {
            case DnsException _ -> new HttpException.Dns(method, at, what, e);
            case TlsException _ -> new HttpException.Tls(method, at, what, e);
            default -> new HttpException.Connect(method, at, what, e);
        };
    }

    /**
     * Sends the request and reads the answer's header.
     *
     * @return null if the connection, used before, turned out to be dead, or was closed with 408
     *     because it was idle for too long (RFC 9110 section 15.5.9), and the request may be sent
     *     again: then it is dropped, its room kept
     */
    private @Nullable Answer askOver(Connection connection, boolean mayRetry) {
        Wire wire = connection.wire;
        long before = wire.received();
        boolean done = false;
        boolean keepRoom = false;
        try {
            boolean whole = send(wire);
            Answer answer = receive(connection, whole, mayRetry && isRepeatable());
            done = answer != null;
            keepRoom = answer == null;
            return answer;
        } catch (Broken e) {
            if (mayRetry
                    && wire.received() == before
                    && isRepeatable()
                    && !client.pool.isClosed()) {
                keepRoom = true;
                return null;
            }
            throw broken(e, wire.received() != before);
        } catch (Deadline.Passed e) {
            throw timedOut(e);
        } catch (BadMessage e) {
            throw new HttpException.Protocol(
                    method, url.toString(), String.valueOf(e.getMessage()), e.getCause());
        } finally {
            if (keepRoom) {
                client.pool.drop(connection);
            } else if (!done) {
                client.pool.forget(connection);
            }
        }
    }

    private boolean isRepeatable() {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY" ->
                    RequestBody.canReplay(body);
            default -> false;
        };
    }

    /** False if the server answered, or ended its side, before all was sent. */
    private boolean send(Wire wire) {
        RequestBody sending = body;
        byte[] head =
                RequestHead.encode(
                        method,
                        url,
                        headers,
                        client.defaults,
                        headers.contains("cookie") ? "" : client.cookiesFor(url),
                        sending == null ? -2 : sending.length());
        if (sending == null) {
            return wire.write(head, 0, head.length, deadline, false);
        }
        bodySent = true;
        var out = new BodyOutput(wire, deadline, sending.length(), head);
        try {
            switch (sending) {
                case RequestBody.Bytes whole -> out.write(whole.bytes, 0, whole.bytes.length);
                case RequestBody.Stream stream -> copy(stream, out);
                case RequestBody.Produced produced -> produced.producer().writeTo(out);
            }
            out.finish();
        } catch (BodyOutput.Interrupted e) {
            return false;
        } catch (IOException e) {
            if (out.wasInterrupted()) {
                return false;
            }
            throw new HttpException.RequestBody(
                    method, url.toString(), BadMessage.about("its own body failed", e), e);
        }
        return !out.wasInterrupted();
    }

    private static void copy(RequestBody.Stream from, BodyOutput out) throws IOException {
        byte[] piece = new byte[16384];
        for (int n = from.in().read(piece); n >= 0; n = from.in().read(piece)) {
            out.write(piece, 0, n);
            out.flushIfStreaming();
        }
    }

    private @Nullable Answer receive(
            Connection connection, boolean requestIsWhole, boolean mayRetry) {
        Wire wire = connection.wire;
        HeaderParser parser = connection.parser;
        for (int interim = 0; interim <= MAX_INTERIM; interim++) {
            parser.begin();
            int stop = parser.line(deadline);
            if (stop < 0) {
                throw new Broken("the server closed the connection without an answer", null);
            }
            StatusLine line = StatusLine.parse(wire, parser, stop);
            Headers received = parser.fields(deadline);
            if (line.status() >= 200) {
                long length =
                        Framing.ofResponse(
                                received, line.http11(), line.status(), method.equals("HEAD"));
                boolean keep =
                        requestIsWhole
                                && length != BodyReader.UNTIL_CLOSE
                                && Framing.keepsAlive(received, line.http11());
                boolean wasIdle = mayRetry && !keep && line.status() == 408;
                return wasIdle && !client.pool.isClosed()
                        ? null
                        : new Answer(this, connection, line, received, length, keep);
            }
            if (line.status() == 101) {
                throw BadMessage.syntax("it switches to another protocol, which nobody asked for");
            }
            Framing.ofResponse(received, line.http11(), line.status(), false);
        }
        throw BadMessage.syntax("more than " + MAX_INTERIM + " interim answers");
    }

    // ---- redirects

    /** Where the answer leads; null if nowhere, and then the answer is the result. */
    private @Nullable Url redirectTarget(Answer answer) {
        redirectFailure = null;
        switch (answer.status()) {
            case 301, 302, 303, 307, 308 -> {}
            default -> {
                return null;
            }
        }
        String location = answer.headers.value("location");
        if (location == null || location.isEmpty()) {
            redirectFailure = "the redirect says not where to (no Location)";
            return null;
        }
        String reference = utf8(location);
        try {
            return url.resolve(reference);
        } catch (Url.Malformed e) {
            redirectFailure =
                    "the redirect to "
                            + FieldSyntax.visible(withoutUser(reference))
                            + " can't be followed: "
                            + e.getMessage();
            return null;
        }
    }

    private static String withoutUser(String reference) {
        int authority = reference.indexOf("//");
        if (authority < 0) {
            return reference;
        }
        int end = authority + 2;
        while (end < reference.length() && "/?#".indexOf(reference.charAt(end)) < 0) {
            end++;
        }
        int at = reference.lastIndexOf('@', end - 1);
        return at < authority
                ? reference
                : reference.substring(0, authority + 2) + reference.substring(at + 1);
    }

    /** A Location that isn't ASCII is UTF-8, though the standard wants it escaped. */
    private static String utf8(String latin1) {
        for (int i = 0; i < latin1.length(); i++) {
            if (latin1.charAt(i) >= 0x80) {
                return new String(
                        latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            }
        }
        return latin1;
    }

    private void redirect(Answer answer, Url next) {
        answer.drainSmall();
        int status = answer.status();
        history.add(new Hop(status, url.uri()));
        if (history.size() > client.maxRedirects) {
            throw new HttpException.Redirect(
                    method,
                    url.toString(),
                    "more than " + client.maxRedirects + " redirects, the next to " + next);
        }
        boolean toGet =
                (status == 303 && !method.equals("HEAD"))
                        || (status <= 302 && method.equals("POST"));
        if (toGet) {
            method = "GET";
            body = null;
            headers =
                    headers.without("Content-Type")
                            .without("Content-Encoding")
                            .without("Content-Language")
                            .without("Content-Location");
        } else if (bodySent && !RequestBody.canReplay(body)) {
            throw new HttpException.Redirect(
                    method,
                    url.toString(),
                    "redirected to " + next + " with a body that can be sent only once");
        }
        if (!next.sameOrigin(url)) {
            headers =
                    headers.without("Authorization")
                            .without("Cookie")
                            .without("Proxy-Authorization")
                            .without("Host");
        }
        url = next;
        authenticate();
    }

    // ---- what went wrong

    HttpException broken(Broken e, boolean answerBegan) {
        String at = url.toString();
        String what = String.valueOf(e.getMessage());
        if (client.pool.isClosed()) {
            return new HttpException.Closed(method, at);
        }
        if (answerBegan) {
            return new HttpException.Protocol(method, at, what, e.getCause());
        }
        return e.getCause() instanceof TlsException tls
                ? new HttpException.Tls(method, at, what, tls)
                : new HttpException.Connect(method, at, what, e.getCause());
    }

    HttpException timedOut(Deadline.Passed e) {
        return new HttpException.Timeout(
                method, url.toString(), e.kind, String.valueOf(e.getMessage()), e.getCause());
    }
}
