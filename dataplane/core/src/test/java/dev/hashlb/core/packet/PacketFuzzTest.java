package dev.hashlb.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Hostile packets through the parser, and what it accepts through everything that works on parsed packets. Each lies in a
 * segment of exactly its size, so that a read or write past its end throws.
 */
class PacketFuzzTest {
    private static final long SEED = 20260107;
    private static final int MALFORMED_PACKETS = 10_000_000;
    private static final int MAX_BYTES = 512;
    private static final int[] TELLING_BYTES = {0, 1, 4, 6, 8, 17, 43, 44, 58, 60, 0x45, 0x60, 0x7f, 0x80, 0xe0, 0xff};

    private final List<byte[]> bases =
            PacketFixture.all().stream().map(PacketFixture::bytes).toList();
    private final Map<DropReason, Integer> refused = new EnumMap<>(DropReason.class);
    private final Packet packet = new Packet();
    private final SuperPacket superPacket = new SuperPacket();
    private final SegmentJoiner joiner = new SegmentJoiner();
    private final MemorySegment memory = Arena.ofAuto().allocate(MAX_BYTES);
    private final MemorySegment out = Arena.ofAuto().allocate(IcmpError.MAX_LENGTH_BYTES);
    private long accepted;

    @Test
    void tenMillionMalformedPacketsAreRefusedWithAReason() {
        System.out.println("PacketFuzzTest: seed " + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        int malformed = 0;
        for (long round = 0; malformed < MALFORMED_PACKETS; round++) {
            int length = random.nextInt(16) == 0 ? randomBytes(random) : mutate(random);
            if (random.nextInt(4) != 0) {
                sealHeader(length); // else nearly all mutations of IPv4 would end at its checksum
            }
            if (!isAccepted(length, round)) {
                malformed++;
            }
        }
        assertThat(refused.keySet()).containsAll(EnumSet.range(DropReason.TRUNCATED, DropReason.FOREIGN_ICMP_ERROR));
        assertThat(accepted).as("mutations that are still good packets").isPositive();
    }

    @Test
    void everyValueOfEveryByteIsRefusedOrGood() {
        for (byte[] base : bases) {
            for (int at = 0; at < base.length; at++) {
                for (int value = 0; value < 256; value++) {
                    MemorySegment.copy(MemorySegment.ofArray(base), 0, memory, 0, base.length);
                    NetworkOrder.put8(memory, at, value);
                    isAccepted(base.length, value);
                    MemorySegment.copy(MemorySegment.ofArray(base), 0, memory, 0, base.length);
                    NetworkOrder.put8(memory, at, value);
                    sealHeader(base.length);
                    isAccepted(base.length, value);
                }
            }
        }
        assertThat(accepted).isPositive();
    }

    @Test
    void everyTruncationIsRefusedOrGood() {
        for (byte[] base : bases) {
            for (int length = 0; length <= base.length; length++) {
                MemorySegment.copy(MemorySegment.ofArray(base), 0, memory, 0, base.length);
                isAccepted(length, length);
                shortenTo(length);
                isAccepted(length, length);
            }
        }
        assertThat(accepted).isPositive();
    }

    /** Between one and eight changes of a packet of the table, or two packets spliced, or cut. */
    private int mutate(SplittableRandom random) {
        byte[] base = bases.get(random.nextInt(bases.size()));
        int length = base.length;
        MemorySegment.copy(MemorySegment.ofArray(base), 0, memory, 0, length);
        int choice = random.nextInt(8);
        if (choice == 0) {
            length = random.nextInt(length + 1);
            if (random.nextBoolean()) {
                shortenTo(length);
            }
        } else if (choice == 1) {
            byte[] other = bases.get(random.nextInt(bases.size()));
            int from = random.nextInt(other.length);
            int at = random.nextInt(length);
            MemorySegment.copy(MemorySegment.ofArray(other), from, memory, at, other.length - from);
            length = at + other.length - from;
        }
        if (length > 0) {
            for (int changes = random.nextInt(1, 9); changes > 0; changes--) {
                change(random, random.nextInt(length));
            }
        }
        return length;
    }

    private void change(SplittableRandom random, int at) {
        int value = switch (random.nextInt(4)) {
            case 0 -> random.nextInt(256);
            case 1 -> TELLING_BYTES[random.nextInt(TELLING_BYTES.length)];
            default -> NetworkOrder.u8(memory, at) ^ 1 << random.nextInt(8);
        };
        NetworkOrder.put8(memory, at, value);
    }

    private int randomBytes(SplittableRandom random) {
        int length = random.nextInt(MAX_BYTES + 1);
        for (int at = 0; at + 8 <= MAX_BYTES; at += 8) {
            NetworkOrder.put64(memory, at, random.nextLong());
        }
        NetworkOrder.put8(memory, 0, random.nextBoolean() ? 0x45 : 0x60);
        if (random.nextBoolean()) {
            NetworkOrder.put16(memory, Ipv4Header.FRAGMENT, random.nextBoolean() ? 0 : IpProtocol.TCP << 8);
            NetworkOrder.put8(memory, Ipv4Header.PROTOCOL, random.nextBoolean() ? IpProtocol.TCP : IpProtocol.ICMP);
            shortenTo(length);
        }
        return length;
    }

    /** Makes the IP header tell that length. */
    private void shortenTo(int length) {
        if (NetworkOrder.u8(memory, 0) >>> 4 == 4) {
            NetworkOrder.put16(memory, Ipv4Header.TOTAL_LENGTH, length);
            sealHeader(length);
        } else {
            NetworkOrder.put16(memory, Ipv6Header.PAYLOAD_LENGTH, Math.max(0, length - Ipv6Header.LENGTH_BYTES));
        }
    }

    private void sealHeader(int length) {
        int headerLength = 4 * (NetworkOrder.u8(memory, 0) & 0xf);
        if (NetworkOrder.u8(memory, 0) >>> 4 == 4 && headerLength >= 20 && headerLength <= length) {
            NetworkOrder.put16(memory, Ipv4Header.CHECKSUM, 0);
            NetworkOrder.put16(memory, Ipv4Header.CHECKSUM, Checksum.of(Checksum.sum(memory, 0, headerLength)));
        }
    }

    private boolean isAccepted(int length, long round) {
        MemorySegment exact = memory.asSlice(0, length);
        try {
            DropReason reason = PacketParser.parse(exact, 0, length, packet);
            if (reason != null) {
                refused.merge(reason, 1, Integer::sum);
                return false;
            }
            accepted++;
            String broken = brokenInvariant(length);
            if (broken != null) {
                throw new IllegalStateException(broken);
            }
            useAll(exact, length);
            return true;
        } catch (RuntimeException e) {
            byte[] bytes = NaivePacket.of(memory, 0, length).bytes();
            throw new AssertionError(
                    "seed %d, round %d: %s"
                            .formatted(SEED, round, HexFormat.of().formatHex(bytes)),
                    e);
        }
    }

    /** Everything that works on a parsed packet; none may throw or leave the packet's bounds. */
    private void useAll(MemorySegment exact, int length) {
        boolean partial = (length & 1) == 0;
        TcpReset.write(packet, out, 0);
        EchoReply.write(packet, out, 0);
        IcmpError.writePortUnreachable(packet, out, 0);
        IcmpError.writeTooBig(packet, 1400, 0, 1, out, 0);
        if (superPacket.set(packet, 1 + (length & 7))) {
            superPacket.writeHeader(superPacket.segmentCount() - 1, out, 0);
        }
        joiner.start(packet, true);
        if (joiner.append(exact, 0, length, true)) {
            joiner.writeHeader(out, 0);
        }
        PortRewriter.toTargetPort(packet, 8080, partial);
    }

    /** What must be true of every packet that is accepted, or null. */
    private String brokenInvariant(int length) {
        Flow flow = packet.flow();
        int transport = packet.transportOffsetBytes();
        int total = packet.lengthBytes();
        if (total <= 0 || total > length || transport < 20 || transport > total) {
            return "length " + total + " or transport offset " + transport;
        }
        boolean ports = flow.sourcePort() > 0 && flow.destinationPort() > 0;
        boolean noPorts = flow.sourcePort() == 0 && flow.destinationPort() == 0;
        boolean tcpOrUdp = flow.protocol() == 6 || flow.protocol() == 17;
        if (packet.fragmentOffsetBytes() % 8 != 0 || (packet.fragmentOffsetBytes() > 0 && !flow.fragment())) {
            return "fragment offset " + packet.fragmentOffsetBytes();
        }
        boolean good = switch (packet.kind()) {
            case FLOW ->
                tcpOrUdp
                        && (flow.fragment() ? noPorts : ports)
                        && (packet.fragmentOffsetBytes() > 0 || total - transport >= (flow.protocol() == 6 ? 20 : 8));
            case ICMP_ERROR ->
                tcpOrUdp
                        && (flow.fragment() ? noPorts : ports)
                        && packet.innerOffsetBytes() >= transport + 8
                        && packet.innerTransportOffsetBytes() >= packet.innerOffsetBytes() + 20
                        && packet.innerTransportOffsetBytes() + (packet.fragmentOffsetBytes() > 0 ? 0 : 8) <= total;
            case ECHO_REQUEST -> noPorts && !flow.fragment() && total - transport >= 8;
        };
        return good ? null : packet.kind() + " of " + flow.protocol();
    }
}
