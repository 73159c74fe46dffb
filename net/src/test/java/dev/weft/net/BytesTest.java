package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBufAllocator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.ReadOnlyBufferException;

@ExtendWith(NoLeaks.class)
class BytesTest {
    private static Bytes watched(String text) {
        return new Bytes(ByteBufAllocator.DEFAULT.directBuffer().writeBytes(text.getBytes(UTF_8)));
    }

    @Test
    void copies_are_copies() {
        byte[] source = {1, 2};
        try (Bytes bytes = Bytes.copyOf(source)) {
            source[0] = 9;
            byte[] copy = bytes.toArray();
            copy[1] = 9;
            assertThat(bytes.toArray()).containsExactly(1, 2);
            assertThat(bytes.at(1)).isEqualTo((byte) 2);
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> bytes.at(2));
        }
    }

    @Test
    void a_part_split_off_has_an_owner_of_its_own() {
        Bytes rest = watched("headtail");
        Bytes head = rest.split(4);
        assertThat(head.toString(UTF_8)).isEqualTo("head");
        head.close();
        assertThat(rest.toString(UTF_8)).isEqualTo("tail");
        rest.close();
    }

    @Test
    void closed_or_handed_on_they_cannot_be_used() {
        Bytes bytes = watched("x");
        bytes.close();
        bytes.close();
        assertThatIllegalStateException()
                .isThrownBy(bytes::length)
                .withMessageContaining("closed or handed on");
        Bytes given = watched("y");
        given.take().release();
        assertThatIllegalStateException().isThrownBy(given::toArray);
        given.close();
        assertThat(given).hasToString("Bytes (closed)");
    }

    @Test
    void no_bytes_need_no_owner() {
        Bytes none = Bytes.empty();
        none.close();
        none.take();
        assertThat(none.isEmpty()).isTrue();
        assertThat(Bytes.utf8("")).isSameAs(none);
    }

    @Test
    void the_view_cannot_be_written_to() {
        try (Bytes bytes = watched("view")) {
            var view = bytes.asByteBuffer();
            assertThat(UTF_8.decode(view.duplicate()).toString()).isEqualTo("view");
            assertThatExceptionOfType(ReadOnlyBufferException.class)
                    .isThrownBy(() -> view.put((byte) 1));
        }
    }
}
