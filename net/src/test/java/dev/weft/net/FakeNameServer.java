package dev.weft.net;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A name server on loopback, in a thread of its own. The first label of the name says how it
 * answers: {@code two} with two addresses, {@code unknown}, {@code broken}, {@code silent}; others
 * with 127.0.0.7.
 */
final class FakeNameServer implements AutoCloseable {
    private static final int A = 1;

    private final DatagramSocket socket;
    private final AtomicInteger questions = new AtomicInteger();

    FakeNameServer() throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().name("fake name server").start(this::serve);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** How often it was asked for an IPv4 address. */
    int questions() {
        return questions.get();
    }

    private void serve() {
        byte[] buffer = new byte[2048];
        try {
            while (true) {
                var packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                answer(packet);
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void answer(DatagramPacket question) throws IOException {
        ByteBuffer asked = ByteBuffer.wrap(question.getData(), 0, question.getLength());
        int nameAt = 12;
        int labelLength = asked.get(nameAt);
        String label =
                new String(question.getData(), nameAt + 1, labelLength, StandardCharsets.US_ASCII);
        int end = nameAt;
        while (asked.get(end) != 0) {
            end += asked.get(end) + 1;
        }
        boolean wantsIpv4 = asked.getShort(end + 1) == A;
        end += 5;
        if (wantsIpv4) {
            questions.incrementAndGet();
        }
        if (label.equals("silent")) {
            return;
        }
        int code = label.equals("unknown") ? 3 : label.equals("broken") ? 2 : 0;
        int answers = !wantsIpv4 || code != 0 ? 0 : label.equals("two") ? 2 : 1;
        ByteBuffer reply = ByteBuffer.allocate(512);
        reply.putShort(asked.getShort(0)).putShort((short) (0x8180 | code));
        reply.putShort((short) 1).putShort((short) answers).putShort((short) 0).putShort((short) 0);
        reply.put(question.getData(), nameAt, end - nameAt);
        for (int i = 0; i < answers; i++) {
            reply.putShort((short) 0xc00c).putShort((short) A).putShort((short) 1);
            reply.putInt(60).putShort((short) 4).put(new byte[] {127, 0, 0, (byte) (7 + i)});
        }
        socket.send(
                new DatagramPacket(reply.array(), reply.position(), question.getSocketAddress()));
    }

    @Override
    public void close() {
        socket.close();
    }
}
