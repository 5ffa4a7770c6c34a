package dev.hashlb.e2e.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class StreamBytesTest {
    private static final StreamBytes STREAM = new StreamBytes(7);
    /** Of no alignment, as a stream's place is after some short messages. */
    private static final long POSITION = 1_003;

    private static final int LENGTH_BYTES = 45;

    @Test
    void isTheSameInPiecesOfAnyLengthAsInOne() {
        byte[] whole = bytes(STREAM, POSITION, LENGTH_BYTES);

        for (int piece = 1; piece <= LENGTH_BYTES; piece++) {
            ByteBuf pieces = Unpooled.buffer();
            for (int i = 0; i < LENGTH_BYTES; i += piece) {
                STREAM.write(pieces, POSITION + i, Math.min(piece, LENGTH_BYTES - i));
            }
            assertThat(ByteBufUtil.getBytes(pieces))
                    .as("in pieces of %d", piece)
                    .isEqualTo(whole);
        }
    }

    @Test
    void wholeStreamIsRightAndConsumed() {
        for (int lengthBytes = 0; lengthBytes <= LENGTH_BYTES; lengthBytes++) {
            ByteBuf in = Unpooled.wrappedBuffer(bytes(STREAM, POSITION, lengthBytes));

            assertThat(STREAM.firstWrong(in, POSITION)).isEqualTo(-1);
            assertThat(in.isReadable()).isFalse();
        }
    }

    @Test
    void eachSingleWrongByteIsFound() {
        for (int wrong = 0; wrong < LENGTH_BYTES; wrong++) {
            byte[] bytes = bytes(STREAM, POSITION, LENGTH_BYTES);
            bytes[wrong] ^= 1;

            assertThat(STREAM.firstWrong(Unpooled.wrappedBuffer(bytes), POSITION))
                    .isEqualTo(POSITION + wrong);
        }
    }

    @Test
    void anotherPlaceOrAnotherStreamIsWrong() {
        byte[] bytes = bytes(STREAM, POSITION, LENGTH_BYTES);

        assertThat(STREAM.firstWrong(Unpooled.wrappedBuffer(bytes), POSITION + 1))
                .isNotNegative();
        assertThat(new StreamBytes(8).firstWrong(Unpooled.wrappedBuffer(bytes), POSITION))
                .isNotNegative();
    }

    private static byte[] bytes(StreamBytes stream, long position, int lengthBytes) {
        ByteBuf out = Unpooled.buffer();
        stream.write(out, position, lengthBytes);
        return ByteBufUtil.getBytes(out);
    }
}
