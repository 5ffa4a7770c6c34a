package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.VirtioNetHeader;
import dev.hashlb.core.packet.Packet;
import java.lang.foreign.MemorySegment;

/**
 * What the kernel left to be done for a packet that it handed over with a virtio_net_hdr: cut it up, finish its checksum.
 * Mutable and reused: one per thread.
 */
final class Offload {
    private int gsoType;
    private int gsoSizeBytes;
    private int checksumStartBytes;
    private boolean checksumPartial;

    void readFrom(MemorySegment memory, long headerOffset) {
        gsoType = VirtioNetHeader.gsoType(memory, headerOffset) & ~VirtioNetHeader.GSO_ECN;
        gsoSizeBytes = VirtioNetHeader.gsoSize(memory, headerOffset);
        checksumPartial = (VirtioNetHeader.flags(memory, headerOffset) & VirtioNetHeader.FLAG_NEEDS_CSUM) != 0;
        checksumStartBytes = checksumPartial ? VirtioNetHeader.checksumStart(memory, headerOffset) : 0;
    }

    /** Whether the packet is a super-packet, to be cut into segments. */
    boolean superPacket() {
        return gsoType != VirtioNetHeader.GSO_NONE;
    }

    /** Payload bytes of each segment but the last. */
    int gsoSizeBytes() {
        return gsoSizeBytes;
    }

    /** Whether the transport checksum field holds only the pseudo-header's sum. */
    boolean checksumPartial() {
        return checksumPartial;
    }

    /** Whether this is an offload that the tunnel can carry: of the packet's own transport header. */
    boolean fits(Packet packet) {
        return !checksumPartial || checksumStartBytes == packet.transportOffsetBytes();
    }

    /** For a packet that came without a virtio_net_hdr: no super-packet. */
    void of(boolean partial, Packet packet) {
        gsoType = VirtioNetHeader.GSO_NONE;
        gsoSizeBytes = 0;
        checksumPartial = partial;
        checksumStartBytes = packet.transportOffsetBytes();
    }

    /** How many packets it becomes. */
    int packets(Packet packet) {
        if (!superPacket()) {
            return 1;
        }
        int payloadBytes = packet.lengthBytes() - packet.headerLengthBytes();
        return Math.max(1, Math.ceilDiv(payloadBytes, Math.max(1, gsoSizeBytes)));
    }

    /** The length of the packet, or of the largest segment that it becomes. */
    int segmentLengthBytes(Packet packet) {
        return superPacket()
                ? Math.min(packet.lengthBytes(), packet.headerLengthBytes() + gsoSizeBytes)
                : packet.lengthBytes();
    }
}
