package dev.hashlb.e2e.suite;

import dev.hashlb.core.address.IpAddress;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Well-formed TCP segments of connections that there are not. */
final class StraySegment {
    private static final int IP_BYTES = 20;
    private static final int TCP_BYTES = 20;
    private static final int TCP = 6;
    private static final int ACK = 0x10;
    /** Below the ports from which the kernel chooses. */
    private static final int LAST_PORT = 30_000;

    private StraySegment() {}

    /** An ACK from a port and with numbers by chance; a buffer from which it is to be read. */
    static ByteBuffer acknowledgement(String source, String vip, int port, SplittableRandom random) {
        byte[] from = IpAddress.parse(source).toBytes();
        byte[] to = IpAddress.parse(vip).toBytes();
        ByteBuffer segment = ByteBuffer.allocate(12 + TCP_BYTES); // behind the pseudo-header of RFC 9293
        segment.put(from).put(to).putShort((short) TCP).putShort((short) TCP_BYTES);
        segment.putShort((short) random.nextInt(1024, LAST_PORT)).putShort((short) port);
        segment.putInt(random.nextInt()).putInt(random.nextInt());
        segment.putShort((short) (((TCP_BYTES / 4) << 12) | ACK)).putShort((short) 1000);
        segment.putShort(28, MalformedPackets.checksum(segment, segment.capacity()));

        ByteBuffer packet = ByteBuffer.allocate(IP_BYTES + TCP_BYTES);
        packet.putShort((short) 0x4500).putShort((short) packet.capacity());
        packet.putInt(0x4000).put((byte) 64).put((byte) TCP).putShort((short) 0);
        packet.put(from).put(to);
        packet.putShort(10, MalformedPackets.checksum(packet, IP_BYTES));
        return packet.put(segment.array(), 12, TCP_BYTES).flip();
    }
}
