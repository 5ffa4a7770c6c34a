package dev.hashlb.core.packet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** An oracle: cuts super-packets on byte arrays, with nothing of the code under test. */
final class NaiveSegments {
    private NaiveSegments() {}

    /** TCP or UDP, IPv4 or IPv6, with a payload of one byte to a few segments (at most 64) and flags that may be cut. */
    static byte[] randomSuperPacket(SplittableRandom random, int gsoSize) {
        boolean ipv4 = random.nextBoolean();
        byte[] payload = new byte[random.nextInt(1, Math.min(gsoSize * random.nextInt(1, 64), 60_000) + 1)];
        random.nextBytes(payload);
        int source = random.nextInt(1, 0x10000);
        int destination = random.nextInt(1, 0x10000);
        byte[] packet;
        if (random.nextBoolean()) {
            byte[] options = new byte[4 * random.nextInt(11)];
            random.nextBytes(options);
            int flags = 0x10 | (random.nextInt(256) & 0xc9);
            long seq = random.nextBoolean() ? 0xffff_fff0L : random.nextLong() & 0xffff_ffffL;
            packet = PacketBytes.tcp(ipv4, source, destination, seq, random.nextInt(), flags, options, payload);
        } else {
            packet = PacketBytes.udp(ipv4, source, destination, payload);
        }
        if (ipv4) {
            PacketBytes.put16(packet, 4, random.nextInt(0x10000));
            packet[6] = random.nextBoolean() ? (byte) 0x40 : 0;
            packet[1] = (byte) random.nextInt(256);
            PacketBytes.sealHeader(packet);
        }
        return withPartialChecksum(packet);
    }

    static byte[] withIpv4Options(byte[] packet) {
        byte[] longer = new byte[packet.length + 4];
        System.arraycopy(packet, 0, longer, 0, 20);
        longer[20] = (byte) 0x94;
        longer[21] = 4;
        System.arraycopy(packet, 20, longer, 24, packet.length - 20);
        longer[0] = 0x46;
        PacketBytes.put16(longer, 2, longer.length);
        return PacketBytes.sealHeader(longer);
    }

    static byte[] withDestinationOptions(byte[] packet) {
        byte[] longer = new byte[packet.length + 8];
        System.arraycopy(packet, 0, longer, 0, 40);
        longer[40] = packet[6];
        longer[42] = 1;
        longer[43] = 4;
        longer[6] = 60;
        System.arraycopy(packet, 40, longer, 48, packet.length - 40);
        PacketBytes.put16(longer, 4, longer.length - 40);
        return longer;
    }

    static byte[] withPartialChecksum(byte[] packet) {
        byte[] partial = packet.clone();
        int protocol = protocol(packet);
        int transport = transport(packet);
        PacketBytes.put16(
                partial,
                transport + (protocol == 6 ? 16 : 6),
                new NaivePacket(packet).partialChecksum(transport, protocol));
        return partial;
    }

    static List<byte[]> cut(byte[] packet, int gsoSize) {
        NaivePacket naive = new NaivePacket(packet);
        boolean tcp = protocol(packet) == 6;
        int transport = transport(packet);
        int header = transport + (tcp ? (packet[transport + 12] & 0xf0) / 4 : 8);
        List<byte[]> segments = new ArrayList<>();
        for (int from = header; from < packet.length; from += gsoSize) {
            int to = Math.min(from + gsoSize, packet.length);
            byte[] segment = Arrays.copyOf(packet, header + to - from);
            System.arraycopy(packet, from, segment, header, to - from);
            if (naive.isIpv4()) {
                PacketBytes.put16(segment, 2, segment.length);
                PacketBytes.put16(segment, 4, naive.word(4) + segments.size());
                PacketBytes.sealHeader(segment);
            } else {
                PacketBytes.put16(segment, 4, segment.length - 40);
            }
            if (tcp) {
                long seq = naive.number(transport + 4) + from - header;
                PacketBytes.put16(segment, transport + 4, (int) (seq >> 16));
                PacketBytes.put16(segment, transport + 6, (int) seq);
                int cleared = (from > header ? 0x80 : 0) | (to < packet.length ? 0x09 : 0);
                segment[transport + 13] &= (byte) ~cleared;
            } else {
                PacketBytes.put16(segment, transport + 4, segment.length - transport);
            }
            segments.add(withPartialChecksum(segment));
        }
        return segments;
    }

    private static int transport(byte[] packet) {
        if (packet[0] >> 4 == 4) {
            return 4 * (packet[0] & 0xf);
        }
        return packet[6] == 60 ? 48 : 40;
    }

    private static int protocol(byte[] packet) {
        if (packet[0] >> 4 == 4) {
            return packet[9];
        }
        return packet[6] == 60 ? packet[40] : packet[6];
    }
}
