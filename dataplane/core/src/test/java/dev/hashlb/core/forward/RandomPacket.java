package dev.hashlb.core.forward;

import java.nio.ByteBuffer;
import java.util.Random;

/** A valid packet of any kind that has a slot, and what the calculation should make of it. Written from the RFCs, not from the parser. */
final class RandomPacket {
    enum Kind {
        WHOLE,
        FIRST_FRAGMENT,
        LATER_FRAGMENT,
        ICMP_ERROR,
        ICMP_ERROR_ABOUT_FRAGMENT
    }

    final Kind kind;
    final byte[] client;
    final byte[] vip;
    final int clientPort;
    final int port;
    final int protocol;
    final byte[] bytes;

    RandomPacket(Random random, byte[] vip, int port, int protocol) {
        boolean ipv6 = vip.length == 16;
        this.vip = vip;
        this.port = port;
        this.protocol = protocol;
        client = new byte[vip.length];
        random.nextBytes(client);
        client[0] = (byte) (ipv6 ? 0x20 | (client[0] & 0x1f) : 1 + random.nextInt(126)); // global unicast
        clientPort = 1 + random.nextInt(65535);
        kind = Kind.values()[random.nextInt(Kind.values().length)];
        bytes = switch (kind) {
            case WHOLE ->
                ip(client, vip, protocol, transport(random, clientPort, port), 0, false, random.nextBoolean());
            case FIRST_FRAGMENT -> ip(client, vip, protocol, transport(random, clientPort, port), 0, true, false);
            case LATER_FRAGMENT ->
                ip(client, vip, protocol, new byte[24], 24 + 8 * random.nextInt(100), random.nextBoolean(), false);
            case ICMP_ERROR ->
                error(random, ip(vip, client, protocol, transport(random, port, clientPort), 0, false, false));
            case ICMP_ERROR_ABOUT_FRAGMENT -> {
                boolean first = random.nextBoolean();
                byte[] quoted =
                        ip(vip, client, protocol, transport(random, port, clientPort), first ? 0 : 1480, true, false);
                yield error(random, quoted);
            }
        };
    }

    boolean fragment() {
        return kind != Kind.WHOLE && kind != Kind.ICMP_ERROR;
    }

    private byte[] transport(Random random, int sourcePort, int destinationPort) {
        ByteBuffer segment = ByteBuffer.allocate(24);
        segment.putShort((short) sourcePort).putShort((short) destinationPort);
        if (protocol == 6) {
            segment.putInt(random.nextInt())
                    .putInt(random.nextInt())
                    .put((byte) 0x50)
                    .put((byte) random.nextInt(64));
        } else {
            segment.putShort((short) 24).putShort((short) random.nextInt());
        }
        return segment.array();
    }

    /** An error that some router sent to the VIP. */
    private byte[] error(Random random, byte[] quoted) {
        boolean ipv6 = vip.length == 16;
        byte[] router = client.clone();
        router[router.length - 1] ^= 1;
        byte[] message = ByteBuffer.allocate(8 + quoted.length)
                .put((byte) (ipv6 ? 1 + random.nextInt(4) : new int[] {3, 11, 12}[random.nextInt(3)]))
                .put(8, quoted)
                .array();
        return ip(router, vip, ipv6 ? 58 : 1, message, 0, false, false);
    }

    /** @param extended with IPv4 options, or with an IPv6 extension header */
    private static byte[] ip(
            byte[] source,
            byte[] destination,
            int protocol,
            byte[] payload,
            int offset,
            boolean more,
            boolean extended) {
        return source.length == 16
                ? ipv6(source, destination, protocol, payload, offset, more, extended)
                : ipv4(source, destination, protocol, payload, offset, more, extended);
    }

    private static byte[] ipv4(
            byte[] source,
            byte[] destination,
            int protocol,
            byte[] payload,
            int offset,
            boolean more,
            boolean extended) {
        int header = extended ? 28 : 20;
        ByteBuffer packet = ByteBuffer.allocate(header + payload.length);
        packet.put((byte) (0x40 | header / 4))
                .put((byte) 0)
                .putShort((short) packet.capacity())
                .putShort((short) 77);
        packet.putShort((short) (offset / 8 | (more ? 0x2000 : 0)))
                .put((byte) 64)
                .put((byte) protocol)
                .putShort((short) 0);
        packet.put(source).put(destination);
        while (packet.position() < header) {
            packet.put((byte) 1); // no operation
        }
        int sum = 0;
        for (int i = 0; i < header; i += 2) {
            sum += Short.toUnsignedInt(packet.getShort(i));
        }
        packet.putShort(10, (short) ~(sum + (sum >>> 16)));
        return packet.put(payload).array();
    }

    private static byte[] ipv6(
            byte[] source,
            byte[] destination,
            int protocol,
            byte[] payload,
            int offset,
            boolean more,
            boolean extended) {
        boolean fragment = offset != 0 || more;
        int headers = (extended ? 16 : 0) + (fragment ? 8 : 0);
        ByteBuffer packet = ByteBuffer.allocate(40 + headers + payload.length);
        packet.putInt(0x6000_0000).putShort((short) (headers + payload.length));
        packet.put((byte) (extended ? 60 : fragment ? 44 : protocol))
                .put((byte) 64)
                .put(source)
                .put(destination);
        if (extended) {
            packet.put((byte) (fragment ? 44 : protocol))
                    .put((byte) 1)
                    .putShort((short) 0x010c)
                    .position(56);
        }
        if (fragment) {
            packet.put((byte) protocol)
                    .put((byte) 0)
                    .putShort((short) (offset | (more ? 1 : 0)))
                    .putInt(77);
        }
        return packet.put(payload).array();
    }
}
