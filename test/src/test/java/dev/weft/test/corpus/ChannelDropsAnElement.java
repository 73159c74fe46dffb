package dev.weft.test.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.sync.Channel;
import dev.weft.test.Sim;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Objects;

/**
 * Kotlin's channels, whose {@code receive} promises to fail if it was cancelled before the next
 * step ("prompt cancellation"): the sender knows that the element was received, the receiver never
 * had it, and a file in it stays open. Hence their handler of undelivered elements.
 */
final class ChannelDropsAnElement extends Bug {
    ChannelDropsAnElement() {
        super("Kotlin/kotlinx.coroutines#1355, #1936", "receiver");
    }

    /** A rendezvous. */
    private static final class PromptChannel<E> {
        private final ArrayDeque<Future<E>> receivers = new ArrayDeque<>();
        private final ArrayDeque<E> offered = new ArrayDeque<>();
        private final ArrayDeque<Future<Void>> senders = new ArrayDeque<>();

        void send(E element) {
            receivers.removeIf(Future::isDone);
            Future<E> receiver = receivers.poll();
            if (receiver != null) {
                receiver.setResult(element);
                return;
            }
            Future<Void> sent = new Future<>();
            offered.add(element);
            senders.add(sent);
            sent.await();
        }

        E receive() {
            @Nullable Future<Void> sender = senders.poll();
            if (sender != null) {
                sender.setResult(null);
                return offered.remove();
            }
            Future<E> receiver = new Future<>();
            receivers.add(receiver);
            return Objects.requireNonNull(receiver.await());
        }
    }

    /** Counts what is open. */
    private static final class OpenFile implements AutoCloseable {
        private final int[] open;

        OpenFile(int[] open) {
            this.open = open;
            open[0]++;
        }

        @Override
        public void close() {
            open[0]--;
        }
    }

    @Override
    public void broken(Sim sim) {
        PromptChannel<OpenFile> files = new PromptChannel<>();
        int[] open = new int[1];
        Weft.group(
                g -> {
                    g.start(
                            "receiver",
                            () -> {
                                while (true) {
                                    files.receive().close();
                                }
                            });
                    for (int i = 0; i < 2; i++) {
                        sleepAWhile(sim, 1);
                        OpenFile file = new OpenFile(open);
                        boolean isSent = false;
                        try {
                            isSent = Weft.moveOnAfter(millis(5_000), () -> files.send(file));
                        } finally {
                            if (!isSent) {
                                file.close();
                            }
                        }
                    }
                    settle();
                    assertThat(open[0]).as("open files").isZero();
                    g.cancel("that was all");
                });
    }

    @Override
    public void fixed(Sim sim) {
        Channel<OpenFile> files = new Channel<>();
        int[] open = new int[1];
        Weft.group(
                g -> {
                    g.start(
                            "receiver",
                            () -> {
                                while (true) {
                                    files.receive().close();
                                }
                            });
                    for (int i = 0; i < 2; i++) {
                        sleepAWhile(sim, 1);
                        OpenFile file = new OpenFile(open);
                        boolean isSent = false;
                        try {
                            isSent = Weft.moveOnAfter(millis(5_000), () -> files.send(file));
                        } finally {
                            if (!isSent) {
                                file.close();
                            }
                        }
                    }
                    settle();
                    assertThat(open[0]).as("open files").isZero();
                    g.cancel("that was all");
                });
    }
}
