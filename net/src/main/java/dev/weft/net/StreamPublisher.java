package dev.weft.net;

import dev.weft.CancelledError;
import dev.weft.Group;
import dev.weft.Loop;
import dev.weft.Task;
import dev.weft.WaitList;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** The reading side of a stream, as its one subscriber demands it. */
final class StreamPublisher implements Flow.Publisher<ByteBuffer> {
    private static final int PIECE = 64 * 1024;

    private final ByteSource stream;
    private final Group group;
    private final Loop loop = Loop.current();
    private final AtomicBoolean isTaken = new AtomicBoolean();

    StreamPublisher(ByteSource stream, Group group) {
        this.stream = stream;
        this.group = Objects.requireNonNull(group, "the group");
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        Objects.requireNonNull(subscriber, "the subscriber");
        if (isTaken.getAndSet(true)) {
            refuse(
                    subscriber,
                    new IllegalStateException(stream + " is published to a subscriber already"));
            return;
        }
        try {
            onLoop(new Reading(subscriber)::begin);
        } catch (RejectedExecutionException hasEnded) {
            refuse(subscriber, hasEnded);
        }
    }

    private void onLoop(Runnable work) {
        if (Loop.currentOrNull() == loop) {
            work.run();
        } else {
            loop.post(work);
        }
    }

    /** As the rules want it: a subscription first, though nothing can be had from it. */
    private static void refuse(Flow.Subscriber<?> subscriber, RuntimeException why) {
        subscriber.onSubscribe(
                new Flow.Subscription() {
                    @Override
                    public void request(long n) {}

                    @Override
                    public void cancel() {}
                });
        subscriber.onError(why);
    }

    private final class Reading implements Flow.Subscription {
        private final Flow.Subscriber<? super ByteBuffer> subscriber;
        private final WaitList demands = WaitList.external("Flow.Subscription.request");
        private @Nullable Task<?> task;
        private long demand;
        private boolean isCancelled;
        private @Nullable Throwable wrong;

        Reading(Flow.Subscriber<? super ByteBuffer> subscriber) {
            this.subscriber = subscriber;
        }

        /** On the loop. */
        void begin() {
            try {
                task = group.start("publisher of " + stream, this::publish);
            } catch (IllegalStateException hasEnded) {
                refuse(subscriber, hasEnded);
            }
        }

        private void publish() {
            subscriber.onSubscribe(this);
            try {
                while (isDemanded()) {
                    try (Bytes piece = stream.read(PIECE)) {
                        if (piece.isEmpty()) {
                            subscriber.onComplete();
                            return;
                        }
                        demand--;
                        subscriber.onNext(ByteBuffer.wrap(piece.toArray()));
                    }
                }
            } catch (NetException failed) {
                wrong = failed;
            } catch (CancelledError e) {
                if (!isCancelled) {
                    subscriber.onError(new CancellationException(e.reason()));
                }
                throw e;
            }
            if (wrong != null && !isCancelled) {
                subscriber.onError(wrong);
            }
        }

        /** Waits for a demand; false if there will be none. */
        private boolean isDemanded() {
            while (demand == 0 && !isCancelled && wrong == null) {
                demands.await();
            }
            return !isCancelled && wrong == null;
        }

        @Override
        public void request(long n) {
            tell(
                    () -> {
                        if (n > 0) {
                            demand = n > Long.MAX_VALUE - demand ? Long.MAX_VALUE : demand + n;
                        } else {
                            wrong =
                                    new IllegalArgumentException(
                                            "a demand of " + n + " elements: at least 1 is needed");
                        }
                        demands.wakeFirst(null);
                    });
        }

        @Override
        public void cancel() {
            tell(
                    () -> {
                        isCancelled = true;
                        Task<?> reading = task;
                        if (reading != null) {
                            reading.cancel("the subscriber has cancelled");
                        }
                    });
        }

        private void tell(Runnable news) {
            try {
                onLoop(news);
            } catch (RejectedExecutionException hasEnded) {
                return; // and so has the task
            }
        }
    }
}
