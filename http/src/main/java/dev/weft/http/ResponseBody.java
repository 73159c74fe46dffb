package dev.weft.http;

import java.io.IOException;
import java.io.InputStream;

/**
 * What {@link HttpResponse#body} gives: the decoded body, every failure as an {@link
 * HttpException}.
 */
final class ResponseBody extends InputStream {

    private final Answer answer;
    private final InputStream decoded;
    private boolean ended;
    private boolean closed;

    ResponseBody(Answer answer, InputStream decoded) {
        this.answer = answer;
        this.decoded = decoded;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        if (ended) {
            return -1;
        }
        answer.requireOneReader();
        boolean well = false;
        try {
            int n = decoded.read(into, offset, length);
            well = true;
            ended = n < 0;
            return n;
        } catch (BadMessage e) {
            throw answer.failed(e);
        } catch (IOException e) {
            throw answer.failed(
                    BadMessage.corrupt(BadMessage.about("the body can't be decoded", e), e));
        } finally {
            if (!well) {
                close();
            }
        }
    }

    @Override
    public int available() throws IOException {
        return decoded == answer ? answer.available() : 0;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            answer.close();
            try {
                decoded.close();
            } catch (IOException nothingToDo) {
                // it was for the decoder's memory only
            }
        }
    }
}
