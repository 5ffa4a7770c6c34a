package dev.hashlb.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class VirtioNetHeaderTest {
    private final byte[] bytes = new byte[1 + VirtioNetHeader.LENGTH_BYTES];
    private final MemorySegment memory = MemorySegment.ofArray(bytes);

    @Test
    void isWrittenInLittleEndianOrderAtAnyOffset() {
        VirtioNetHeader.write(
                memory, 1, VirtioNetHeader.FLAG_NEEDS_CSUM, VirtioNetHeader.GSO_TCPV4, 0x0102, 0xfff4, 0x0506, 0x0708);

        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("00" + "01" + "01" + "0201" + "f4ff" + "0605" + "0807");
    }

    @Test
    void fieldsAreReadUnsigned() {
        VirtioNetHeader.write(memory, 1, 0xff, 0x81, 0xfff1, 0xfff2, 0xfff3, 0xfff4);

        assertThat(VirtioNetHeader.flags(memory, 1)).isEqualTo(0xff);
        assertThat(VirtioNetHeader.gsoType(memory, 1)).isEqualTo(0x81);
        assertThat(VirtioNetHeader.headerLength(memory, 1)).isEqualTo(0xfff1);
        assertThat(VirtioNetHeader.gsoSize(memory, 1)).isEqualTo(0xfff2);
        assertThat(VirtioNetHeader.checksumStart(memory, 1)).isEqualTo(0xfff3);
        assertThat(VirtioNetHeader.checksumOffset(memory, 1)).isEqualTo(0xfff4);
    }

    @Test
    void clearLeavesNothingSetAndTouchesNothingElse() {
        memory.fill((byte) 0xff);

        VirtioNetHeader.clear(memory, 1);

        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("ff" + "00".repeat(10));
    }
}
