package dev.hashlb.agent.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@code struct virtio_net_hdr} (linux/virtio_net.h), which stands before each packet of a TUN opened with IFF_VNET_HDR: which
 * checksum is left to be done and into which segments a super-packet is to be cut. Native, here little-endian, byte order.
 */
public final class VirtioNetHeader {
    public static final int LENGTH_BYTES = 10;

    private static final int FLAGS = 0;
    private static final int GSO_TYPE = 1;
    private static final int HEADER_LENGTH = 2;
    private static final int GSO_SIZE = 4;
    private static final int CHECKSUM_START = 6;
    private static final int CHECKSUM_OFFSET = 8;

    /** VIRTIO_NET_HDR_F_NEEDS_CSUM: the checksum field holds the pseudo-header's sum only. */
    public static final int FLAG_NEEDS_CSUM = 1;
    /** VIRTIO_NET_HDR_F_DATA_VALID: the checksum has been verified. */
    public static final int FLAG_DATA_VALID = 2;

    public static final int GSO_NONE = 0;
    public static final int GSO_TCPV4 = 1;
    /** UDP fragmentation (UFO): IP fragments, not datagrams. Modern kernels only accept it. */
    public static final int GSO_UDP = 3;

    public static final int GSO_TCPV6 = 4;
    /** UDP segmentation (USO): datagrams of gso_size bytes each. */
    public static final int GSO_UDP_L4 = 5;
    /** A bit beside the TCP types: the super-packet has CWR set (RFC 3168), in its first segment only. */
    public static final int GSO_ECN = 0x80;

    // Headers start wherever packets do, so nothing is aligned.
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;

    private VirtioNetHeader() {}

    public static int flags(MemorySegment memory, long offset) {
        return memory.get(ValueLayout.JAVA_BYTE, offset + FLAGS) & 0xff;
    }

    /** One of the GSO types, with {@link #GSO_ECN} where set. */
    public static int gsoType(MemorySegment memory, long offset) {
        return memory.get(ValueLayout.JAVA_BYTE, offset + GSO_TYPE) & 0xff;
    }

    /** Length of all headers of a super-packet in bytes; a hint, not to be relied on. */
    public static int headerLength(MemorySegment memory, long offset) {
        return u16(memory, offset + HEADER_LENGTH);
    }

    /** Payload bytes of each segment but the last. */
    public static int gsoSize(MemorySegment memory, long offset) {
        return u16(memory, offset + GSO_SIZE);
    }

    /** Where the checksum begins: bytes from the packet's start. */
    public static int checksumStart(MemorySegment memory, long offset) {
        return u16(memory, offset + CHECKSUM_START);
    }

    /** Where the checksum field is: bytes from {@link #checksumStart}. */
    public static int checksumOffset(MemorySegment memory, long offset) {
        return u16(memory, offset + CHECKSUM_OFFSET);
    }

    /** Writes a header; parameters as the accessors have them. */
    public static void write(
            MemorySegment memory,
            long offset,
            int flags,
            int gsoType,
            int headerLength,
            int gsoSize,
            int checksumStart,
            int checksumOffset) {
        memory.set(ValueLayout.JAVA_BYTE, offset + FLAGS, (byte) flags);
        memory.set(ValueLayout.JAVA_BYTE, offset + GSO_TYPE, (byte) gsoType);
        memory.set(U16, offset + HEADER_LENGTH, (short) headerLength);
        memory.set(U16, offset + GSO_SIZE, (short) gsoSize);
        memory.set(U16, offset + CHECKSUM_START, (short) checksumStart);
        memory.set(U16, offset + CHECKSUM_OFFSET, (short) checksumOffset);
    }

    /** Writes a header that asks for nothing: one whole packet with its checksums in place. */
    public static void clear(MemorySegment memory, long offset) {
        memory.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, 0);
        memory.set(U16, offset + CHECKSUM_OFFSET, (short) 0);
    }

    private static int u16(MemorySegment memory, long offset) {
        return memory.get(U16, offset) & 0xffff;
    }
}
