package dev.hashlb.e2e.suite;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.e2e.oracle.OracleSipHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A tunnel packet put together by hand from docs/wire-format.md: a UDP datagram over IPv4 from a client to a VIP, for a server.
 *
 * @param serverIdentity names the server by its wire id
 * @param client whose packet it claims to carry
 * @param clientPort likewise
 * @param vip the packet's destination
 * @param vipPort likewise
 */
record TunnelDatagram(String serverIdentity, String client, int clientPort, String vip, int vipPort) {
    static final int PORT = 6082;
    private static final int OPTION_DATA = 12;
    private static final int TAG = 36;
    private static final int HEADER_BYTES = 44;
    private static final byte[] PAYLOAD = "forged".getBytes(StandardCharsets.US_ASCII);

    /** The whole datagram with a tag. */
    byte[] bytes(long tag) {
        return ByteBuffer.allocate(HEADER_BYTES + 28 + PAYLOAD.length)
                .put(header())
                .putLong(tag)
                .put(innerPacket())
                .array();
    }

    /** The tag that the right sender would have made under this key. */
    long tag(byte[] key, String sender, String receiver) {
        ByteBuffer message = ByteBuffer.allocate(TAG - OPTION_DATA + 21);
        message.put(header(), OPTION_DATA, TAG - OPTION_DATA);
        message.put(address(sender)).put(address(receiver)).put(address(client)).put(address(vip));
        message.putShort((short) clientPort).putShort((short) vipPort).put((byte) 17);
        return OracleSipHash.hash(key, message.array()).longValue();
    }

    private byte[] header() {
        int wireId = OracleSipHash.identityHash(serverIdentity).intValue();
        return ByteBuffer.allocate(TAG)
                .putInt(0x0940_0800)
                .putInt(0)
                .putInt(0xff48_8108)
                .putInt(1)
                .putInt(0)
                .putInt(wireId == 0 ? 1 : wireId)
                .array();
    }

    private byte[] innerPacket() {
        int length = 28 + PAYLOAD.length;
        ByteBuffer packet = ByteBuffer.allocate(length);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) length).putInt(0x0001_0000);
        packet.put((byte) 64)
                .put((byte) 17)
                .putShort((short) 0)
                .put(address(client))
                .put(address(vip));
        packet.putShort((short) clientPort).putShort((short) vipPort);
        packet.putShort((short) (8 + PAYLOAD.length)).putShort((short) 0).put(PAYLOAD);
        return packet.putShort(10, MalformedPackets.checksum(packet, 20)).array();
    }

    private static byte[] address(String literal) {
        return IpAddress.parse(literal).toBytes();
    }
}
