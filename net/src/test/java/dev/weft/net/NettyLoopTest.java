package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Driver;
import dev.weft.Loop;
import dev.weft.Weft;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** How long Netty is told to wait. */
class NettyLoopTest {
    /** Notes how long it may wait; handles nothing. */
    private static final class Noting implements IoHandler {
        final List<Long> delays = new ArrayList<>();

        @Override
        public int run(IoHandlerContext context) {
            delays.add(context.delayNanos(0));
            return 0;
        }

        @Override
        public IoRegistration register(IoHandle handle) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void wakeup() {}

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return false;
        }
    }

    private record Until(long deadline) implements Driver.Gate {
        @Override
        public boolean mayBlock() {
            return true;
        }
    }

    @Test
    void aDeadlineBeforeTheDriverStartedIsDueAtOnce() {
        Noting noting = new Noting();
        Weft.run(
                () -> {
                    NettyLoop netty =
                            new NettyLoop(
                                    Loop.current(), new InsideNetty(), () -> 1_000, _ -> noting);
                    netty.poll(true, new Until(999));
                    netty.poll(true, new Until(1_500));
                    netty.poll(true, new Until(Long.MAX_VALUE));
                });
        assertThat(noting.delays).containsExactly(0L, 500L, Long.MAX_VALUE);
    }
}
