package dev.hashlb.core.packet;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;

/** Makes packets from the client to the VIP byte by byte, checksums right, with nothing of the code under test. */
final class PacketBytes {
    private static final String ADDRESSES_4 = "c0000207c633640a";
    private static final String ADDRESSES_6 = "20010db8000000000000000000000007" + "20010db8005100000000000000000010";

    /** An answer's builder. */
    interface Answer {
        int write(Packet request, MemorySegment out, long at);
    }

    private PacketBytes() {}

    /** A TCP segment; the length of options is a multiple of 4. */
    static byte[] tcp(
            boolean ipv4, int source, int destination, long seq, long ack, int flags, byte[] options, byte[] payload) {
        byte[] segment = new Bytes()
                .u16(source)
                .u16(destination)
                .u32(seq)
                .u32(ack)
                .u16((5 + options.length / 4) << 12 | flags)
                .u16(8192)
                .u32(0)
                .raw(options)
                .raw(payload)
                .done();
        return sealTransport(ip(ipv4, 6, segment), 16);
    }

    static byte[] udp(boolean ipv4, int source, int destination, byte[] payload) {
        byte[] datagram = new Bytes()
                .u16(source)
                .u16(destination)
                .u16(8 + payload.length)
                .u16(0)
                .raw(payload)
                .done();
        return sealTransport(ip(ipv4, 17, datagram), 6);
    }

    static byte[] echoRequest(boolean ipv4, int identifier, int sequence, byte[] data) {
        byte[] message = new Bytes()
                .u16(ipv4 ? 0x0800 : 0x8000)
                .u16(0)
                .u16(identifier)
                .u16(sequence)
                .raw(data)
                .done();
        return sealTransport(ip(ipv4, ipv4 ? 1 : 58, message), 2);
    }

    /** A header with DF set and identification 0x1234, then the payload. */
    static byte[] ip(boolean ipv4, int protocol, byte[] payload) {
        if (!ipv4) {
            return new Bytes()
                    .u32(0x6000_0000)
                    .u16(payload.length)
                    .u16(protocol << 8 | 64)
                    .raw(HexFormat.of().parseHex(ADDRESSES_6))
                    .raw(payload)
                    .done();
        }
        return sealHeader(new Bytes()
                .u16(0x4500)
                .u16(20 + payload.length)
                .u32(0x1234_4000)
                .u16(64 << 8 | protocol)
                .u16(0)
                .raw(HexFormat.of().parseHex(ADDRESSES_4))
                .raw(payload)
                .done());
    }

    /** Makes the IPv4 header's checksum right. */
    static byte[] sealHeader(byte[] packet) {
        put16(packet, 10, 0);
        put16(packet, 10, ~NaivePacket.onesComplementSum(Arrays.copyOf(packet, 4 * (packet[0] & 0xf))));
        return packet;
    }

    /** Makes the transport checksum right, which is at a position in the transport header; IP headers without options. */
    static byte[] sealTransport(byte[] packet, int position) {
        NaivePacket naive = new NaivePacket(packet);
        int transport = naive.isIpv4() ? 20 : 40;
        int protocol = packet[naive.isIpv4() ? 9 : 6];
        put16(packet, transport + position, 0);
        int checksum = ~naive.transportSum(transport, protocol) & 0xffff;
        put16(packet, transport + position, checksum == 0 && protocol == 17 ? 0xffff : checksum);
        return packet;
    }

    static void put16(byte[] packet, int at, int value) {
        packet[at] = (byte) (value >> 8);
        packet[at + 1] = (byte) value;
    }

    /** Parses the request, has it answered into memory of that size at an odd offset, and returns the answer. */
    static byte[] answer(byte[] request, int roomBytes, Answer answer) {
        try (Arena arena = Arena.ofConfined()) {
            Packet packet = parsed(arena, request);
            MemorySegment out = arena.allocate(3 + roomBytes).fill((byte) 0xee);
            int length = answer.write(packet, out, 3);
            return NaivePacket.of(out, 3, length).bytes();
        }
    }

    static Packet parsed(Arena arena, byte[] bytes) {
        Packet packet = new Packet();
        MemorySegment memory = arena.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
        DropReason reason = PacketParser.parse(memory, 0, bytes.length, packet);
        if (reason != null) {
            throw new AssertionError(reason + ": " + HexFormat.of().formatHex(bytes));
        }
        return packet;
    }

    private static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Bytes u16(int value) {
            out.write(value >> 8);
            out.write(value);
            return this;
        }

        Bytes u32(long value) {
            return u16((int) (value >> 16)).u16((int) value);
        }

        Bytes raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        byte[] done() {
            return out.toByteArray();
        }
    }
}
