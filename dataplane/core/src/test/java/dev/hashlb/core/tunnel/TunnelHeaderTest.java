package dev.hashlb.core.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.select.Vectors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TunnelHeaderTest {
    private static final int OFFSET = 3;
    private static final int SOME_PAYLOAD = 20;

    private final byte[] bytes = new byte[OFFSET + TunnelHeader.LENGTH_BYTES + SOME_PAYLOAD];
    private final MemorySegment memory = MemorySegment.ofArray(bytes);

    @Test
    void hasTheBytesOfTheSpecification() {
        write(Family.IPV4);

        assertThat(HexFormat.of().formatHex(Arrays.copyOfRange(bytes, OFFSET, OFFSET + 44)))
                .isEqualTo("09400800" + "00000000" + "ff488108" // Geneve, option header
                        + "01020304" + "03058007" // generation; flags, hops, key id, lead
                        + "a0a1a2a3" + "b0b1b2b3" + "c0c1c2c3" + "d0d1d2d3" + "1112131415161718");
    }

    @Test
    void protocolTypeIsTheInnerPackets() {
        write(Family.IPV6);
        assertThat(bytes[OFFSET + 2] & 0xff).isEqualTo(0x86);
        assertThat(bytes[OFFSET + 3] & 0xff).isEqualTo(0xdd);
        assertThat(TunnelHeader.innerFamily(memory, OFFSET)).isEqualTo(Family.IPV6);
    }

    @Test
    void writesNothingOutsideItself() {
        Arrays.fill(bytes, (byte) 0x55);
        write(Family.IPV4);
        for (int i = 0; i < bytes.length; i++) {
            if (i < OFFSET || i >= OFFSET + TunnelHeader.LENGTH_BYTES) {
                assertThat(bytes[i]).isEqualTo((byte) 0x55);
            }
        }
    }

    @Test
    void readsWhatItWrote() {
        write(Family.IPV4);
        assertThat((Object) check(TunnelHeader.LENGTH_BYTES + 1)).isNull();
        assertThat(TunnelHeader.innerFamily(memory, OFFSET)).isEqualTo(Family.IPV4);
        assertThat(TunnelHeader.generation(memory, OFFSET)).isEqualTo(0x01020304);
        assertThat(TunnelHeader.flags(memory, OFFSET))
                .isEqualTo(TunnelHeader.FLAG_DELIVER | TunnelHeader.FLAG_CSUM_PARTIAL);
        assertThat(TunnelHeader.hops(memory, OFFSET)).isEqualTo(5);
        assertThat(TunnelHeader.keyId(memory, OFFSET)).isEqualTo(128);
        assertThat(TunnelHeader.lead(memory, OFFSET)).isEqualTo(7);
        assertThat(TunnelHeader.wireId(memory, OFFSET, 0)).isEqualTo(0xa0a1a2a3);
        assertThat(TunnelHeader.wireId(memory, OFFSET, 3)).isEqualTo(0xd0d1d2d3);
        assertThat(TunnelHeader.tag(memory, OFFSET)).isEqualTo(0x1112131415161718L);
    }

    /** Every bit of the fixed parts, one at a time: 12 bytes in front, four flags. */
    @Test
    void refusesAnyOtherFixedBit() {
        for (int bit = 0; bit < 8 * TunnelHeader.LENGTH_BYTES; bit++) {
            write(Family.IPV4);
            bytes[OFFSET + bit / 8] ^= (byte) (0x80 >>> bit % 8);
            int at = bit / 8;
            boolean fixed = at < 12 || (at == 16 && bit % 8 < 4);
            assertThat((Object) check(TunnelHeader.LENGTH_BYTES + SOME_PAYLOAD))
                    .as("bit %d of byte %d", bit % 8, at)
                    .isEqualTo(fixed ? DropReason.BAD_TUNNEL_HEADER : null);
        }
    }

    @Test
    void refusesAHeaderThatIsCutOrHasNothingBehindIt() {
        write(Family.IPV4);
        for (int available = -1; available <= TunnelHeader.LENGTH_BYTES; available++) {
            assertThat((Object) check(available)).isEqualTo(DropReason.BAD_TUNNEL_HEADER);
        }
    }

    @Test
    void readsNothingBehindWhatIsAvailable() {
        MemorySegment tooShort = MemorySegment.ofArray(new byte[TunnelHeader.LENGTH_BYTES - 1]);
        assertThat((Object) TunnelHeader.check(tooShort, 0, (int) tooShort.byteSize()))
                .isEqualTo(DropReason.BAD_TUNNEL_HEADER);
    }

    @Test
    void agreesWithTheVectors() throws IOException {
        for (Map<String, String> row : Vectors.read("tunnel.csv")) {
            MemorySegment expected = MemorySegment.ofArray(HexFormat.of().parseHex(row.get("header")));
            MemorySegment wireIds = MemorySegment.ofArray(HexFormat.of().parseHex(row.get("wireIds")));
            MemorySegment written = MemorySegment.ofArray(new byte[TunnelHeader.LENGTH_BYTES]);
            TunnelHeader.write(
                    written,
                    0,
                    row.get("vip").contains(":") ? Family.IPV6 : Family.IPV4,
                    Integer.parseUnsignedInt(row.get("generation")),
                    Integer.parseInt(row.get("flags")),
                    Integer.parseInt(row.get("hops")),
                    Integer.parseInt(row.get("keyId")),
                    Integer.parseInt(row.get("lead")),
                    wireIds.get(TunnelHeader.INT, 0),
                    wireIds.get(TunnelHeader.INT, 4),
                    wireIds.get(TunnelHeader.INT, 8),
                    wireIds.get(TunnelHeader.INT, 12),
                    TunnelHeader.tag(expected, 0));
            assertThat(HexFormat.of().formatHex(written.toArray(ValueLayout.JAVA_BYTE)))
                    .as(row.get("name"))
                    .isEqualTo(row.get("header"));
        }
    }

    private void write(Family family) {
        TunnelHeader.write(
                memory,
                OFFSET,
                family,
                0x01020304,
                TunnelHeader.FLAG_DELIVER | TunnelHeader.FLAG_CSUM_PARTIAL,
                5,
                128,
                7,
                0xa0a1a2a3,
                0xb0b1b2b3,
                0xc0c1c2c3,
                0xd0d1d2d3,
                0x1112131415161718L);
    }

    private DropReason check(int availableBytes) {
        return TunnelHeader.check(memory, OFFSET, availableBytes);
    }
}
