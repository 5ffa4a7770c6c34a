package dev.hashlb.core.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.select.NaiveCalculation;
import dev.hashlb.core.select.Vectors;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.TunnelKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TunnelTagTest {
    private static final long SEED = 20260105;

    private final Random random = new Random(SEED);

    @Test
    void agreesWithTheVectors() throws IOException {
        for (Map<String, String> row : Vectors.read("tunnel.csv")) {
            byte[] header = HexFormat.of().parseHex(row.get("header"));
            MemorySegment memory = MemorySegment.ofArray(header);
            IpAddress source = IpAddress.parse(row.get("source"));
            Flow flow = flow(
                    source,
                    Integer.parseInt(row.get("sourcePort")),
                    IpAddress.parse(row.get("vip")),
                    Integer.parseInt(row.get("port")),
                    Protocol.valueOf(row.get("protocol")).number());
            if (row.get("fragment").equals("true")) {
                flow.asFragment();
            }
            TunnelTag tag = new TunnelTag(key(HexFormat.of().parseHex(row.get("key"))));
            IpAddress sender = IpAddress.parse(row.get("sender"));
            IpAddress receiver = IpAddress.parse(row.get("receiver"));
            assertThat(tag.compute(memory, 0, sender, receiver, flow))
                    .as(row.get("name"))
                    .isEqualTo(TunnelHeader.tag(memory, 0));
        }
    }

    @Test
    void isSipHashOfTheSpecifiedBytes() {
        for (int i = 0; i < 2_000; i++) {
            byte[] keyBytes = bytes(16);
            byte[] memory = bytes(64);
            int offset = random.nextInt(20);
            Family outer = family();
            Family inner = family();
            byte[] sender = bytes(outer.addressLengthBytes());
            byte[] receiver = bytes(outer.addressLengthBytes());
            byte[] source = bytes(inner.addressLengthBytes());
            byte[] vip = bytes(inner.addressLengthBytes());
            int sourcePort = random.nextInt(65536);
            int port = random.nextInt(65536);
            int protocol = random.nextInt(256);

            ByteArrayOutputStream message = new ByteArrayOutputStream();
            message.write(memory, offset + 12, 24);
            message.writeBytes(sender);
            message.writeBytes(receiver);
            message.writeBytes(source);
            message.writeBytes(vip);
            message.writeBytes(
                    new byte[] {(byte) (sourcePort >> 8), (byte) sourcePort, (byte) (port >> 8), (byte) port});
            message.write(protocol);
            long expected =
                    NaiveCalculation.sipHash(keyBytes, message.toByteArray()).longValue();

            Flow flow = flow(IpAddress.of(source), sourcePort, IpAddress.of(vip), port, protocol);
            assertThat(new TunnelTag(key(keyBytes))
                            .compute(
                                    MemorySegment.ofArray(memory),
                                    offset,
                                    IpAddress.of(sender),
                                    IpAddress.of(receiver),
                                    flow))
                    .as("case %d of seed %d, %s in %s", i, SEED, inner, outer)
                    .isEqualTo(expected);
        }
    }

    /** What a forger could change: each byte of the option but the tag, the nodes, the flow, the key. */
    @Test
    void changesWithEverythingThatItCovers() {
        byte[] header = bytes(TunnelHeader.LENGTH_BYTES);
        IpAddress sender = IpAddress.parse("10.9.0.1");
        IpAddress receiver = IpAddress.parse("10.9.0.11");
        IpAddress client = IpAddress.parse("192.0.2.7");
        IpAddress vip = IpAddress.parse("198.51.100.10");
        TunnelTag tag = new TunnelTag(new TunnelKey(1, 2, 3));
        Set<Long> tags = new HashSet<>();
        int cases = 0;
        for (int at = 12; at < 36; at++) {
            byte[] changed = header.clone();
            changed[at] ^= 1;
            tags.add(tag.compute(MemorySegment.ofArray(changed), 0, sender, receiver, flow(client, 40000, vip, 80, 6)));
            cases++;
        }
        MemorySegment memory = MemorySegment.ofArray(header);
        tags.add(tag.compute(memory, 0, sender, receiver, flow(client, 40000, vip, 80, 6)));
        tags.add(tag.compute(memory, 0, receiver, sender, flow(client, 40000, vip, 80, 6)));
        tags.add(tag.compute(memory, 0, sender, receiver, flow(vip, 40000, client, 80, 6)));
        tags.add(tag.compute(memory, 0, sender, receiver, flow(client, 40001, vip, 80, 6)));
        tags.add(tag.compute(memory, 0, sender, receiver, flow(client, 40000, vip, 81, 6)));
        tags.add(tag.compute(memory, 0, sender, receiver, flow(client, 40000, vip, 80, 17)));
        tags.add(new TunnelTag(new TunnelKey(1, 2, 4))
                .compute(memory, 0, sender, receiver, flow(client, 40000, vip, 80, 6)));
        assertThat(tags).hasSize(cases + 7);
    }

    @Test
    void doesNotDependOnTheTagThatStandsThere() {
        byte[] header = bytes(TunnelHeader.LENGTH_BYTES);
        TunnelTag tag = new TunnelTag(new TunnelKey(1, 2, 3));
        IpAddress node = IpAddress.parse("10.9.0.1");
        Flow flow = flow(node, 1, node, 2, 6);
        long before = tag.compute(MemorySegment.ofArray(header), 0, node, node, flow);
        Arrays.fill(header, 36, 44, (byte) 0x77);
        assertThat(tag.compute(MemorySegment.ofArray(header), 0, node, node, flow))
                .isEqualTo(before);
    }

    private static TunnelKey key(byte[] bytes) {
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return new TunnelKey(0, words.getLong(), words.getLong());
    }

    private static Flow flow(IpAddress source, int sourcePort, IpAddress vip, int port, int protocol) {
        return source.family() == Family.IPV4
                ? new Flow().setIpv4(source.low(), sourcePort, vip.low(), port, protocol)
                : new Flow().setIpv6(source.high(), source.low(), sourcePort, vip.high(), vip.low(), port, protocol);
    }

    private Family family() {
        return random.nextBoolean() ? Family.IPV4 : Family.IPV6;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
