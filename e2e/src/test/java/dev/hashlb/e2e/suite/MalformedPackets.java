package dev.hashlb.e2e.suite;

import dev.hashlb.core.address.IpAddress;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Packets for a VIP with something wrong in them, endlessly. IP headers are mostly as the router's kernel wants them, or
 * nothing would get to its data plane: right version, length and header checksum, and anything in what follows.
 */
final class MalformedPackets {
    private static final int LONGEST_BYTES = 400;
    private static final int[] PROTOCOLS = {6, 17, 1, 58, 0, 43, 44, 50, 51, 60, 132, 4, 41, 255};

    private final SplittableRandom random;
    private final byte[] sourceIpv4 = IpAddress.parse("192.0.2.7").toBytes();
    private final byte[] sourceIpv6 = IpAddress.parse("2001:db8:c::7").toBytes();
    private final byte[] vipIpv4 = IpAddress.parse(Vips.IPV4).toBytes();
    private final byte[] vipIpv6 = IpAddress.parse(Vips.IPV6).toBytes();

    MalformedPackets(long seed) {
        random = new SplittableRandom(seed);
        System.out.println("malformed packets are made from seed " + seed);
    }

    boolean nextIsIpv6() {
        return random.nextBoolean();
    }

    /** A buffer from which the packet is to be read. */
    ByteBuffer next(boolean ipv6) {
        ByteBuffer packet = ByteBuffer.allocate(LONGEST_BYTES);
        int protocol = PROTOCOLS[random.nextInt(PROTOCOLS.length)];
        int payloadBytes = random.nextInt(100);
        if (ipv6) {
            ipv6Header(packet, protocol, payloadBytes);
        } else {
            ipv4Header(packet, protocol, payloadBytes);
        }
        payload(packet, protocol, payloadBytes, ipv6);
        return packet.flip();
    }

    /** Bytes by chance, as of a tunnel that somebody scribbles on. */
    byte[] noise() {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        return bytes;
    }

    private void ipv4Header(ByteBuffer packet, int protocol, int payloadBytes) {
        int optionBytes = random.nextInt(4) == 0 ? 4 * random.nextInt(11) : 0;
        int headerBytes = 20 + optionBytes;
        boolean fragment = random.nextInt(5) == 0;
        packet.put((byte) (0x40 | headerBytes / 4)).put((byte) random.nextInt(256));
        packet.putShort((short) (headerBytes + payloadBytes));
        packet.putShort((short) random.nextInt());
        packet.putShort((short) (fragment ? random.nextInt() & 0x3fff : 0x4000));
        packet.put((byte) 64).put((byte) protocol).putShort((short) 0);
        packet.put(sourceIpv4).put(vipIpv4);
        for (int i = 0; i < optionBytes; i++) {
            // No-operations: the kernel itself refuses broken options.
            packet.put((byte) 1);
        }
        packet.putShort(10, checksum(packet, headerBytes));
    }

    /** The Internet checksum (RFC 1071) of an even number of bytes from the beginning. */
    static short checksum(ByteBuffer packet, int lengthBytes) {
        int sum = 0;
        for (int i = 0; i < lengthBytes; i += 2) {
            sum += packet.getShort(i) & 0xffff;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (short) ~sum;
    }

    private void ipv6Header(ByteBuffer packet, int nextHeader, int payloadBytes) {
        packet.putInt(0x6000_0000 | random.nextInt(1 << 20));
        packet.putShort((short) payloadBytes).put((byte) nextHeader).put((byte) 64);
        packet.put(sourceIpv6).put(vipIpv6);
    }

    private void payload(ByteBuffer packet, int protocol, int lengthBytes, boolean ipv6) {
        byte[] bytes = new byte[lengthBytes];
        random.nextBytes(bytes);
        if (lengthBytes >= 8) {
            switch (random.nextInt(4)) {
                case 0 -> port(bytes, 2, 80);
                case 1 -> errorWithInnerHeader(bytes, protocol, ipv6);
                case 2 -> extensionHeader(bytes);
                default -> {
                    // Stays as chance made it.
                }
            }
        }
        packet.put(bytes);
    }

    /** For a declared port, with a header length and flags by chance. */
    private static void port(byte[] bytes, int offset, int port) {
        bytes[offset] = (byte) (port >>> 8);
        bytes[offset + 1] = (byte) port;
    }

    /** An ICMP error of a known type around something that begins like an IP header. */
    private void errorWithInnerHeader(byte[] bytes, int protocol, boolean ipv6) {
        if (protocol == 1 || protocol == 58) {
            int[] types = ipv6 ? new int[] {1, 2, 3, 4, 128} : new int[] {3, 4, 5, 11, 12, 8};
            bytes[0] = (byte) types[random.nextInt(types.length)];
            if (bytes.length > 8) {
                bytes[8] = (byte) (ipv6 ? 0x60 : 0x40 | random.nextInt(16));
            }
        }
    }

    /** A next header that leads on, with a length by chance. */
    private void extensionHeader(byte[] bytes) {
        bytes[0] = (byte) PROTOCOLS[random.nextInt(PROTOCOLS.length)];
        bytes[1] = (byte) random.nextInt(random.nextBoolean() ? 3 : 256);
    }
}
