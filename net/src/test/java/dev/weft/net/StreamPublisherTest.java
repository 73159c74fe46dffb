package dev.weft.net;

import static dev.weft.net.StreamContract.writeAndEnd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;

/** A stream for whoever knows the JDK's publishers. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class StreamPublisherTest {
    /** What it was told, for any thread. */
    private static final class Told implements Flow.Subscriber<ByteBuffer> {
        final BlockingQueue<String> news = new LinkedBlockingQueue<>();
        private final long first;
        Flow.@Nullable Subscription subscription;

        Told(long first) {
            this.first = first;
        }

        @Override
        public void onSubscribe(Flow.Subscription s) {
            subscription = s;
            news.add("subscribed");
            if (first != 0) {
                s.request(first);
            }
        }

        @Override
        public void onNext(ByteBuffer item) {
            news.add(StandardCharsets.UTF_8.decode(item).toString());
        }

        @Override
        public void onError(Throwable thrown) {
            news.add(thrown.getClass().getSimpleName());
        }

        @Override
        public void onComplete() {
            news.add("complete");
        }

        Flow.Subscription subscription() {
            Flow.Subscription s = subscription;
            if (s == null) {
                throw new AssertionError("not subscribed");
            }
            return s;
        }
    }

    @Test
    void all_that_comes_is_published_and_then_completed() {
        Told told = new Told(Long.MAX_VALUE);
        Weft.run(
                () -> {
                    try (var pair = StreamPair.lockstep()) {
                        Weft.group(
                                g -> {
                                    pair.right().publisher(g).subscribe(told);
                                    pair.left().write(Bytes.utf8("one"));
                                    writeAndEnd(pair.left(), "two");
                                });
                    }
                });
        assertThat(told.news).containsExactly("subscribed", "one", "two", "complete");
    }

    @Test
    void no_more_is_published_than_another_thread_demands() throws Exception {
        Told told = new Told(1);
        Weft.run(
                () -> {
                    try (var pair = StreamPair.lockstep()) {
                        Weft.group(
                                g -> {
                                    pair.right().publisher(g).subscribe(told);
                                    pair.left().write(Bytes.utf8("one"));
                                    assertThat(told.news).containsExactly("subscribed", "one");
                                    g.start(() -> writeAndEnd(pair.left(), "two"));
                                    Weft.offload(() -> told.subscription().request(2));
                                });
                    }
                });
        assertThat(told.news).containsExactly("subscribed", "one", "two", "complete");
    }

    @Test
    void cancelling_ends_the_task_and_leaves_the_stream_open() {
        Told told = new Told(1);
        Weft.run(
                () -> {
                    try (var pair = StreamPair.inMemory()) {
                        Weft.group(
                                g -> {
                                    pair.right().publisher(g).subscribe(told);
                                    StreamContract.untilRead(pair.right());
                                    Weft.offload(() -> told.subscription().cancel());
                                });
                        pair.left().write(Bytes.utf8("later"));
                        assertThat(StreamContract.text(pair.right().read())).isEqualTo("later");
                    }
                });
        assertThat(told.news).containsExactly("subscribed");
    }

    @Test
    void a_failure_of_the_stream_is_its_error() {
        Told told = new Told(1);
        Weft.run(
                () -> {
                    try (var pair = StreamPair.inMemory()) {
                        Weft.group(
                                g -> {
                                    pair.right().publisher(g).subscribe(told);
                                    StreamContract.untilRead(pair.right());
                                    pair.left().abort();
                                });
                    }
                });
        assertThat(told.news).containsExactly("subscribed", "ConnectionResetException");
    }

    @Test
    void a_demand_of_nothing_is_its_error() {
        Told told = new Told(-1);
        Weft.run(
                () -> {
                    try (var pair = StreamPair.inMemory()) {
                        Weft.group(g -> pair.right().publisher(g).subscribe(told));
                    }
                });
        assertThat(told.news).containsExactly("subscribed", "IllegalArgumentException");
    }

    @Test
    void the_end_of_the_group_is_its_error() {
        Told told = new Told(1);
        Weft.run(
                () -> {
                    try (var pair = StreamPair.inMemory()) {
                        Weft.group(
                                g -> {
                                    pair.right().publisher(g).subscribe(told);
                                    StreamContract.untilRead(pair.right());
                                    g.cancel("enough");
                                });
                    }
                });
        assertThat(told.news)
                .containsExactly("subscribed", CancellationException.class.getSimpleName());
    }

    @Test
    void a_second_subscriber_and_one_that_comes_too_late_are_refused() {
        Told first = new Told(1);
        Told second = new Told(1);
        Told late = new Told(1);
        Weft.run(
                () -> {
                    try (var pair = StreamPair.inMemory()) {
                        var tooLate =
                                Weft.groupCall(
                                        g -> {
                                            var publisher = pair.right().publisher(g);
                                            publisher.subscribe(first);
                                            publisher.subscribe(second);
                                            pair.left().shutdownOutput();
                                            return pair.left().publisher(g);
                                        });
                        tooLate.subscribe(late);
                        Weft.checkpoint();
                    }
                });
        assertThat(first.news).containsExactly("subscribed", "complete");
        assertThat(second.news).containsExactly("subscribed", "IllegalStateException");
        assertThat(late.news).containsExactly("subscribed", "IllegalStateException");
    }
}
