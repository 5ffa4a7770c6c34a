package dev.hashlb.core.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.neighbor.MacAddress;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.probe.ProbeFormat.Good;
import dev.hashlb.core.probe.ProbeFormat.Refusal;
import dev.hashlb.core.probe.ProbeFormat.Refused;
import dev.hashlb.core.select.Vectors;
import dev.hashlb.core.snapshot.TunnelKey;
import dev.hashlb.core.tunnel.TunnelHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProbeFormatTest {
    private static final IpAddress SENDER = IpAddress.parse("10.9.0.1");
    private static final IpAddress RECEIVER = IpAddress.parse("10.9.0.2");
    private static final List<TunnelKey> KEYS = List.of(new TunnelKey(7, 1, 2), new TunnelKey(6, 3, 4));
    private static final Probe PROBE =
            new Probe(true, false, 0x0102030405060708L, 9, 10, 11, 12, 13, MacAddress.parse("02:00:00:00:00:01"));

    @Test
    void agreesWithTheVectors() throws IOException {
        for (Map<String, String> row : Vectors.read("probes.csv")) {
            Probe probe = new Probe(
                    row.get("settled").equals("true"),
                    row.get("leaving").equals("true"),
                    hex(row.get("epoch")),
                    Integer.parseUnsignedInt(row.get("sequence")),
                    hex(row.get("echoedEpoch")),
                    Integer.parseUnsignedInt(row.get("echoedSequence")),
                    hex(row.get("routersDigest")),
                    hex(row.get("vipsDigest")),
                    MacAddress.parse(row.get("mac")));
            ByteBuffer key =
                    ByteBuffer.wrap(HexFormat.of().parseHex(row.get("key"))).order(ByteOrder.LITTLE_ENDIAN);
            List<TunnelKey> keys =
                    List.of(new TunnelKey(Integer.parseInt(row.get("keyId")), key.getLong(), key.getLong()));
            IpAddress sender = IpAddress.parse(row.get("sender"));
            IpAddress receiver = IpAddress.parse(row.get("receiver"));
            byte[] expected = HexFormat.of().parseHex(row.get("datagram"));
            assertThat(ProbeFormat.write(probe, keys, sender, receiver))
                    .as("%s", row)
                    .isEqualTo(expected);
            assertThat(ProbeFormat.read(expected, keys, sender, receiver)).isEqualTo(new Good(probe));
        }
    }

    private static long hex(String digits) {
        return Long.parseUnsignedLong(digits, 16);
    }

    @Test
    void whatIsWrittenIsReadUnderEitherKeyAndByWhoeverHasNone() {
        byte[] old = ProbeFormat.write(PROBE, KEYS.subList(1, 2), SENDER, RECEIVER);
        assertThat(ProbeFormat.read(old, KEYS, SENDER, RECEIVER)).isEqualTo(new Good(PROBE));
        assertThat(ProbeFormat.read(old, List.of(), SENDER, RECEIVER)).isEqualTo(new Good(PROBE));
        byte[] open = ProbeFormat.write(PROBE, List.of(), SENDER, RECEIVER);
        assertThat(ProbeFormat.read(open, List.of(), SENDER, RECEIVER)).isEqualTo(new Good(PROBE));
        assertThat(ProbeFormat.read(open, KEYS, SENDER, RECEIVER)).isEqualTo(new Refused(Refusal.BAD_TAG));
    }

    @Test
    void aProbeIsOfOneSenderForOneReceiver() {
        byte[] bytes = ProbeFormat.write(PROBE, KEYS, SENDER, RECEIVER);
        assertThat(ProbeFormat.read(bytes, KEYS, RECEIVER, SENDER)).isEqualTo(new Refused(Refusal.BAD_TAG));
        assertThat(ProbeFormat.read(bytes, KEYS, SENDER, IpAddress.parse("10.9.0.3")))
                .isEqualTo(new Refused(Refusal.BAD_TAG));
    }

    @Test
    void everyBitCounts() {
        byte[] good = ProbeFormat.write(PROBE, KEYS, SENDER, RECEIVER);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] changed = good.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(ProbeFormat.read(changed, KEYS, SENDER, RECEIVER))
                    .as("bit %d", bit)
                    .isInstanceOf(Refused.class);
        }
    }

    @Test
    void hostileBytesAreRefused() {
        Random random = new Random(20260603);
        byte[] good = ProbeFormat.write(PROBE, KEYS, SENDER, RECEIVER);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Arrays.copyOf(good, random.nextInt(2 * good.length));
            if (bytes.length == good.length) {
                int at = random.nextInt(bytes.length);
                bytes[at] ^= (byte) (1 + random.nextInt(255));
            }
            assertThat(ProbeFormat.read(bytes, KEYS, SENDER, RECEIVER)).isInstanceOf(Refused.class);
        }
    }

    /** A data plane that does not know probes drops them, and one that does takes no data for a probe. */
    @Test
    void isNoDataAndDataIsNoProbe() {
        MemorySegment probe = MemorySegment.ofArray(ProbeFormat.write(PROBE, KEYS, SENDER, RECEIVER));
        assertThat(ProbeFormat.isProbe(probe, 0, ProbeFormat.LENGTH_BYTES)).isTrue();
        assertThat(ProbeFormat.isProbe(probe, 0, ProbeFormat.LENGTH_BYTES - 1)).isFalse();
        assertThat(TunnelHeader.check(probe, 0, ProbeFormat.LENGTH_BYTES)).isEqualTo(DropReason.BAD_TUNNEL_HEADER);
        byte[] data = new byte[ProbeFormat.LENGTH_BYTES];
        data[0] = 0x09;
        data[1] = 0x40;
        assertThat(ProbeFormat.isProbe(MemorySegment.ofArray(data), 0, data.length))
                .isFalse();
    }
}
