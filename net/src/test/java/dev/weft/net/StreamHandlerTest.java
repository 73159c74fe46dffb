package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;

/** When a channel is read on: to stop reading and to begin again are calls of the system. */
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

    private void comes(int length) {
        channel.writeInbound(Unpooled.buffer(length, length).writeZero(length));
    }

    @Test
    void what_nobody_waits_for_is_read_on_until_enough_is_unread() {
        Weft.run(
                () -> {
                    comes(1);
                    assertThat(asked.times).isEqualTo(1);
                    comes(MUCH);
                    assertThat(asked.times).isEqualTo(1);
                });
    }

    @Test
    void what_a_task_has_waited_for_does_not_stop_reading_however_much_it_is() {
        Weft.run(
                () ->
                        Weft.group(
                                group -> {
                                    group.start(() -> handler.readers.await());
                                    Weft.checkpoint();
                                    comes(MUCH);
                                    assertThat(asked.times).isEqualTo(1);
                                }));
    }

    @Test
    void what_comes_before_the_task_has_taken_it_stops_reading() {
        Weft.run(
                () ->
                        Weft.group(
                                group -> {
                                    group.start(() -> handler.readers.await());
                                    Weft.checkpoint();
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
