package dev.hashlb.core.neighbor;

import java.nio.ByteBuffer;

/** An Ethernet frame's header: destination, source, EtherType (IEEE 802.3; no tag of a VLAN, which the device takes off). */
final class Frame {
    static final int HEADER_BYTES = 14;
    static final int ETHER_TYPE = 12;

    private Frame() {}

    /** Writes the header. @return the frame, big-endian, at the first byte behind the header */
    static ByteBuffer begin(byte[] bytes, MacAddress destination, MacAddress source, int etherType) {
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        put(frame, destination);
        put(frame, source);
        return frame.putShort((short) etherType);
    }

    static void put(ByteBuffer buffer, MacAddress address) {
        buffer.putShort((short) (address.bits() >>> 32)).putInt((int) address.bits());
    }

    static MacAddress mac(ByteBuffer frame, int offset) {
        return new MacAddress(((frame.getShort(offset) & 0xffffL) << 32) | (frame.getInt(offset + 2) & 0xffff_ffffL));
    }

    static MacAddress source(ByteBuffer frame) {
        return mac(frame, MacAddress.LENGTH_BYTES);
    }
}
