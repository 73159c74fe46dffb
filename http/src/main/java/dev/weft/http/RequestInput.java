package dev.weft.http;

import java.io.InputStream;

/** What {@link ServerExchange#body} gives. */
final class RequestInput extends InputStream {

    private final ServerExchange exchange;

    RequestInput(ServerExchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        return exchange.readBody(into, offset, length);
    }
}
