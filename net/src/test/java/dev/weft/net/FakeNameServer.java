package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A name server on loopback, over UDP and TCP, in threads of its own. The first label of the name
 * says how it answers, see {@link #answer}.
 */
final class FakeNameServer implements AutoCloseable {
    static final int A = 1;
    static final int CNAME = 5;
    static final int SOA = 6;
    static final int PTR = 12;
    static final int AAAA = 28;

    private static final int TRUNCATED = 0x200;
    private static final int REFERRAL = -1;

    private final ServerSocket tcp;
    private final DatagramSocket udp;
    private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    private volatile boolean holds = true;
    private volatile boolean broken;

    record Asked(String name, int type, boolean overTcp) {}

    FakeNameServer() throws IOException {
        tcp = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        udp = new DatagramSocket(tcp.getLocalSocketAddress());
        Thread.ofPlatform().daemon().name("fake name server").start(this::serveUdp);
        Thread.ofPlatform().daemon().name("fake name server, TCP").start(this::serveTcp);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) udp.getLocalSocketAddress();
    }

    /** How often it was asked for an IPv4 address. */
    int questions() {
        return (int) asked.stream().filter(one -> one.type == A).count();
    }

    /** The names that it was asked for an IPv4 address of. */
    List<String> names() {
        return asked.stream().filter(one -> one.type == A).map(Asked::name).toList();
    }

    List<Asked> asked() {
        return List.copyOf(asked);
    }

    /** Sends what labels that begin with {@code late} held back. */
    void release() {
        holds = false;
        for (Runnable answer = held.poll(); answer != null; answer = held.poll()) {
            answer.run();
        }
    }

    /** Answers everything with a failure. */
    void fail() {
        broken = true;
    }

    // ---- transports

    private void serveUdp() {
        byte[] buffer = new byte[2048];
        try {
            while (true) {
                var packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                var from = packet.getSocketAddress();
                byte[] question = Arrays.copyOf(packet.getData(), packet.getLength());
                for (byte[] reply : answers(question, false, () -> send(question, from))) {
                    udp.send(new DatagramPacket(reply, reply.length, from));
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void send(byte[] question, java.net.SocketAddress to) {
        try {
            for (byte[] reply : answers(question, false, null)) {
                udp.send(new DatagramPacket(reply, reply.length, to));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serveTcp() {
        while (true) {
            try (Socket socket = tcp.accept()) {
                var in = new DataInputStream(socket.getInputStream());
                var out = new DataOutputStream(socket.getOutputStream());
                byte[] question = new byte[in.readUnsignedShort()];
                in.readFully(question);
                for (byte[] reply : answers(question, true, () -> {})) {
                    out.writeShort(reply.length);
                    out.write(reply);
                }
                var _ = in.read();
            } catch (IOException e) {
                if (tcp.isClosed()) {
                    return;
                }
            }
        }
    }

    // ---- answers

    private List<byte[]> answers(byte[] question, boolean overTcp, @Nullable Runnable again) {
        ByteBuffer bytes = ByteBuffer.wrap(question);
        StringBuilder name = new StringBuilder();
        int end = 12;
        while (bytes.get(end) != 0) {
            int length = bytes.get(end);
            name.append(new String(question, end + 1, length, StandardCharsets.US_ASCII));
            name.append('.');
            end += length + 1;
        }
        int type = bytes.getShort(end + 1);
        var reply = new Reply(question, end + 5);
        var one = new Asked(name.substring(0, name.length() - 1), type, overTcp);
        if (again != null) {
            asked.add(one);
        }
        List<byte[]> all = new ArrayList<>();
        answer(one, reply, again == null ? () -> {} : again, all);
        return all;
    }

    private void answer(Asked question, Reply reply, Runnable again, List<byte[]> all) {
        String name = question.name;
        String label = name.replaceFirst("\\..*", "");
        boolean four = question.type == A;
        switch (broken ? "broken" : label) {
            case "silent", "mute6" -> {
                if (label.equals("silent") || !four) {
                    return;
                }
                reply.four(7);
            }
            case "unknown" -> reply.code = 3;
            case "broken" -> reply.code = 2;
            case "nothing" -> reply.soa();
            case "referral" -> reply.code = REFERRAL;
            case "onlyb" ->
                    reply.ok(four && name.endsWith("b.test")).code =
                            name.endsWith("b.test") ? 0 : 3;
            case "late4", "late6" -> {
                if (holds && four == label.equals("late4")) {
                    held.add(again);
                    return;
                }
                reply.both(four);
            }
            case "both" -> reply.both(four);
            case "six" -> reply.ok(!four);
            case "zero" -> reply.seconds(0).ok(four);
            case "long" -> reply.seconds(100_000).ok(four);
            case "two" -> reply.ok(four).ok(four);
            case "many" -> {
                for (int i = 0; four && i < 100; i++) {
                    reply.four(i + 1);
                }
                if (!question.overTcp) {
                    reply.flags |= TRUNCATED;
                    reply.records = 0;
                }
            }
            case "alias" ->
                    reply.alias(name, "elsewhere.weft.test").at("elsewhere.weft.test", four);
            case "away" -> reply.alias(name, "two.weft.test");
            case "circle" -> reply.alias(name, name);
            case "endless" -> reply.alias(name, "endless." + name);
            case "liar" -> reply.at("other.weft.test", four);
            case "odd" -> reply.record(A, new byte[] {1, 2, 3});
            case "shouted" -> {
                all.addAll(reply.noise());
                reply.ok(four);
            }
            case "noise" -> {
                all.addAll(reply.noise());
                return;
            }
            case "7" -> reply.pointer("seven.weft.test");
            case "8" -> reply.pointer("a b.test");
            default -> reply.ok(four);
        }
        all.add(reply.bytes(0));
    }

    /** A response being made. */
    private static final class Reply {
        private static final int NAME_OF_QUESTION = 0xc00c;

        final byte[] question;
        private final int questionEnd;
        private final ByteBuffer body = ByteBuffer.allocate(16_000);
        int flags = 0x8180;
        int code;
        int records;
        private int authority;
        private int seconds = 60;
        private int last = 7;

        Reply(byte[] question, int questionEnd) {
            this.question = question;
            this.questionEnd = questionEnd;
        }

        /** Of a length that is none, to another question, without one, about another name. */
        List<byte[]> noise() {
            byte[] other = new Reply(question, questionEnd).four(66).bytes(0);
            other[13] ^= 1;
            return List.of(
                    new byte[] {1, 2, 3},
                    new Reply(question, questionEnd).four(66).bytes(1),
                    new Reply(question, 12).four(66).bytes(0),
                    other);
        }

        Reply seconds(int ttl) {
            seconds = ttl;
            return this;
        }

        /** Another address of 127.0.0.7 and the following, or nothing. */
        Reply ok(boolean has) {
            return has ? four(last++) : this;
        }

        Reply both(boolean four) {
            return four
                    ? four(7)
                    : record(AAAA, new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
        }

        Reply four(int number) {
            return record(A, new byte[] {127, 0, 0, (byte) number});
        }

        Reply record(int type, byte[] data) {
            body.putShort((short) NAME_OF_QUESTION);
            return rest(type, data);
        }

        Reply alias(String from, String to) {
            body.put(encoded(from));
            return rest(CNAME, encoded(to));
        }

        Reply at(String name, boolean has) {
            if (has) {
                body.put(encoded(name));
                rest(A, new byte[] {127, 0, 0, 9});
            }
            return this;
        }

        Reply pointer(String name) {
            return record(PTR, encoded(name));
        }

        void soa() {
            ByteBuffer data = ByteBuffer.allocate(22);
            record(SOA, data.array());
            records--;
            authority++;
        }

        private Reply rest(int type, byte[] data) {
            body.putShort((short) type).putShort((short) 1).putInt(seconds);
            body.putShort((short) data.length).put(data);
            records++;
            return this;
        }

        private static byte[] encoded(String name) {
            ByteBuffer bytes = ByteBuffer.allocate(name.length() + 2);
            for (String label : name.split("\\.", -1)) {
                bytes.put((byte) label.length()).put(label.getBytes(StandardCharsets.ISO_8859_1));
            }
            return Arrays.copyOf(bytes.array(), name.length() + 2);
        }

        byte[] bytes(int otherId) {
            boolean refers = code == REFERRAL;
            ByteBuffer all = ByteBuffer.allocate(17_000);
            all.putShort((short) (ByteBuffer.wrap(question).getShort(0) + otherId));
            all.putShort((short) (refers ? 0x8100 : flags | code));
            all.putShort((short) (questionEnd > 12 ? 1 : 0)).putShort((short) records);
            all.putShort((short) (refers ? 1 : authority)).putShort((short) 0);
            all.put(question, 12, questionEnd - 12);
            if (refers) {
                all.putShort((short) NAME_OF_QUESTION).putShort((short) 2).putShort((short) 1);
                all.putInt(60).putShort((short) 3).put(new byte[] {1, 'a', 0});
            } else if (records + authority > 0) {
                all.put(body.array(), 0, body.position());
            }
            return Arrays.copyOf(all.array(), all.position());
        }
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
