package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Action;
import dev.weft.Group;
import dev.weft.Weft;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.Arrays;

/** When a channel is read on: to stop reading and to begin again are calls of the system. */
@ExtendWith(NoLeaks.class)
class StreamHandlerTest {
    private static final int MUCH = ByteStream.READ_AHEAD + 1;

    private final Asked asked = new Asked();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final StreamHandler handler = handler();

    private StreamHandler handler() {
        channel.config().setAutoRead(false);
        channel.pipeline().addLast(asked);
        return StreamHandler.addTo(channel);
    }

    private void onLoop(Action<RuntimeException> body) {
        Weft.run(
                () -> {
                    body.run();
                    handler.discard();
                    channel.finishAndReleaseAll();
                });
    }

    private void waits(Group group) {
        group.start(() -> handler.readers.await());
        Weft.checkpoint();
    }

    /** All in one read. */
    private void comes(int... lengths) {
        channel.writeInbound(
                Arrays.stream(lengths)
                        .mapToObj(length -> Unpooled.buffer(length, length).writeZero(length))
                        .toArray());
    }

    @Test
    void what_nobody_waits_for_is_read_on_until_enough_is_unread() {
        onLoop(
                () -> {
                    comes(1);
                    assertThat(asked.times).isEqualTo(1);
                    comes(MUCH);
                    assertThat(asked.times).isEqualTo(1);
                });
    }

    @Test
    void what_a_task_has_waited_for_does_not_stop_reading_however_much_it_is() {
        onLoop(
                () ->
                        Weft.group(
                                group -> {
                                    waits(group);
                                    comes(MUCH);
                                    assertThat(asked.times).isEqualTo(1);
                                }));
    }

    @Test
    void nor_does_what_comes_in_pieces_of_which_the_first_wakes_it() {
        onLoop(
                () ->
                        Weft.group(
                                group -> {
                                    waits(group);
                                    comes(MUCH, 1);
                                    assertThat(asked.times).isEqualTo(1);
                                }));
    }

    @Test
    void what_comes_before_the_task_has_taken_it_stops_reading() {
        onLoop(
                () ->
                        Weft.group(
                                group -> {
                                    waits(group);
                                    comes(MUCH);
                                    comes(1);
                                    assertThat(asked.times).isEqualTo(1);
                                    handler.inbound.release();
                                    assertThat(handler.startsReading(0)).isTrue();
                                }));
    }

    /** How often the channel was asked to read. */
    private static final class Asked extends ChannelOutboundHandlerAdapter {
        int times;

        @Override
        public void read(ChannelHandlerContext context) {
            times++;
        }
    }
}
