package dev.weft.net;

import dev.weft.Group;
import dev.weft.Weft;
import dev.weft.test.Sim;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * A small protocol over UDP: whoever asks numbers the question and asks again until the answer with
 * that number comes; the simulated host {@code db} answers each question.
 */
final class Questions {
    static final int PORT = 53;
    private static final Duration PATIENCE = Duration.ofMillis(100);
    private static final int TRIES = 8;

    private Questions() {}

    /** Is bound when this returns; answers until the group ends. */
    static void serve(Sim sim, Group group) {
        SimulatedHost db = sim.net().host("db");
        db.run(
                () -> {
                    UdpSocket socket = group.use(UdpSocket.bind("", PORT));
                    group.background("server", () -> answer(socket));
                });
    }

    private static void answer(UdpSocket socket) {
        for (Datagram question : socket) {
            try (question) {
                socket.send(Bytes.utf8("re " + text(question)), question.sender());
            } catch (UdpException e) {
                return; // its host was killed in between
            }
        }
    }

    static String text(Datagram datagram) {
        return StreamTexts.text(datagram.content());
    }

    /**
     * @throws UdpException if nobody is there
     */
    static String ask(UdpSocket socket, String question) throws TimeoutException {
        for (int i = 1; ; i++) {
            try {
                socket.send(Bytes.utf8(question));
                return Weft.timeout(PATIENCE, () -> awaitAnswer(socket, question));
            } catch (TimeoutException e) {
                if (i == TRIES) {
                    throw e;
                }
            }
        }
    }

    /** Those of earlier tries may still come. */
    private static String awaitAnswer(UdpSocket socket, String question) {
        while (true) {
            String answer = text(socket.receive());
            if (answer.equals("re " + question)) {
                return answer;
            }
        }
    }
}
