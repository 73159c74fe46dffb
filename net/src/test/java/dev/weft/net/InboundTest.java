package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.Random;

@ExtendWith(NoLeaks.class)
class InboundTest {
    private static final UnpooledByteBufAllocator HEAP = UnpooledByteBufAllocator.DEFAULT;

    private static Inbound of(String... pieces) {
        Inbound inbound = new Inbound();
        for (String piece : pieces) {
            inbound.add(HEAP.directBuffer().writeBytes(piece.getBytes(UTF_8)));
        }
        return inbound;
    }

    private static String text(ByteBuf taken) {
        try {
            return taken.toString(UTF_8);
        } finally {
            taken.release();
        }
    }

    @Test
    void gives_pieces_as_they_came_and_never_an_empty_one() {
        Inbound inbound = of("abc", "", "de");
        assertThat(inbound.size()).isEqualTo(5);
        assertThat(text(inbound.takeSome(2))).isEqualTo("ab");
        assertThat(text(inbound.takeSome(10))).isEqualTo("c");
        assertThat(text(inbound.takeSome(10))).isEqualTo("de");
        assertThat(inbound.size()).isZero();
    }

    @Test
    void puts_pieces_together() {
        Inbound inbound = of("abc", "d", "efg");
        assertThat(text(inbound.take(5, HEAP))).isEqualTo("abcde");
        assertThat(text(inbound.take(2, HEAP))).isEqualTo("fg");
    }

    @Test
    void finds_a_separator_across_pieces() {
        Inbound inbound = of("one\r", "\n\r", "\ntwo");
        assertThat(inbound.endOf("\r\n\r\n".getBytes(UTF_8), 0)).isEqualTo(7);
        assertThat(inbound.endOf("\r\n\r\n".getBytes(UTF_8), 5)).isEqualTo(7);
        assertThat(inbound.endOf("xyz".getBytes(UTF_8), 0)).isEqualTo(-1);
        inbound.release();
    }

    @Test
    void finds_a_separator_that_begins_like_itself() {
        Inbound inbound = of("aabaa", "abaab");
        assertThat(inbound.endOf("aabaab".getBytes(UTF_8), 0)).isEqualTo(10);
        assertThat(inbound.endOf("aaa".getBytes(UTF_8), 0)).isEqualTo(6);
        inbound.release();
    }

    @Test
    void finds_what_indexOf_finds_however_it_was_cut_and_whatever_was_seen() {
        Random random = new Random(7);
        for (int round = 0; round < 5_000; round++) {
            StringBuilder all = new StringBuilder();
            Inbound inbound = new Inbound();
            String separator = letters(random, 1 + random.nextInt(4));
            byte[] bytes = separator.getBytes(UTF_8);
            int seen = 0;
            for (int piece = 0; piece < 4; piece++) {
                String next = letters(random, random.nextInt(6));
                all.append(next);
                inbound.add(HEAP.heapBuffer().writeBytes(next.getBytes(UTF_8)));
                int at = all.indexOf(separator);
                int expected = at < 0 ? -1 : at + separator.length();
                assertThat(inbound.endOf(bytes, seen))
                        .as("%s in %s", separator, all)
                        .isEqualTo(expected);
                seen = at < 0 ? inbound.size() : seen;
            }
            inbound.release();
        }
    }

    private static String letters(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(2)));
        }
        return text.toString();
    }
}
