package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;

/**
 * The reverse of {@link SuperPacket}: finds the run of segments that one super-packet stands for, and writes its header. The
 * payloads stay where they are, for a gathering write; so a run is held by offsets only.
 *
 * <p>Joined are segments without IP options or extension headers whose headers differ in nothing but lengths, sequence
 * numbers, identification and checksums; all payloads are equally long, but the last may be shorter. FIN or PSH end a run.
 * Segments must have a partial checksum (NEEDS_CSUM): a kernel takes that of a super-packet for right, so that a
 * segment whose full checksum nobody has looked at may not become part of one. A field that does not hold the sum of the
 * pseudo-header is refused here.
 *
 * <p>Mutable and reused: one per thread, valid as long as the memory of the first segment.
 */
public final class SegmentJoiner {
    /** What a kernel accepts of UDP in one piece on every release that has UDP_SEGMENT (UDP_MAX_SEGMENTS). */
    private static final int MOST_UDP_SEGMENTS = 64;

    private static final int MAX_PACKET_BYTES = 0xffff;

    private final SegmentHeader header = new SegmentHeader();
    private boolean open;
    private int segmentSizeBytes;
    private int payloadLengthBytes;
    private int segmentCount;
    private int lastFlags;

    /**
     * Begins a run with a segment. Any packet may begin one, but only a segment with a payload, a partial checksum and no
     * flags but ACK, PSH, FIN, ECE and CWR is joined by others.
     *
     * @param packet as {@link PacketParser} left it
     * @param checksumPartial whether its transport checksum is partial
     */
    public void start(Packet packet, boolean checksumPartial) {
        segmentCount = 1;
        open = checksumPartial && header.set(packet);
        segmentSizeBytes = open ? packet.lengthBytes() - header.lengthBytes() : 0;
        payloadLengthBytes = segmentSizeBytes;
        lastFlags = packet.tcpFlags();
        open &= segmentSizeBytes > 0 && !endsRun(lastFlags);
    }

    /**
     * Takes a segment into the run if it continues it. It need not be parsed before: what is equal to the first segment's
     * header is as good as that one.
     *
     * @param memory where it lies; may be another than that of the first
     * @param offset where its IP header begins
     * @param availableBytes how many bytes of it were received; nothing behind them is read
     * @param checksumPartial whether its transport checksum is partial
     * @return whether it is part of the run now; if not, nothing has changed, and another run begins with it
     */
    public boolean append(MemorySegment memory, long offset, int availableBytes, boolean checksumPartial) {
        if (!open || !checksumPartial || availableBytes < header.lengthBytes()) {
            return false;
        }
        int length = header.packetLengthBytes(memory, offset);
        int payload = length - header.lengthBytes();
        if (payload <= 0
                || payload > segmentSizeBytes
                || length > availableBytes
                || header.lengthBytes() + payloadLengthBytes + payload > MAX_PACKET_BYTES
                || (!header.isTcp() && segmentCount == MOST_UDP_SEGMENTS)
                || !header.isContinuedBy(memory, offset, length, segmentCount, payloadLengthBytes)) {
            return false;
        }
        segmentCount++;
        payloadLengthBytes += payload;
        lastFlags = header.flags(memory, offset);
        open = payload == segmentSizeBytes && !endsRun(lastFlags);
        return true;
    }

    /** How many segments the run has, the first included. */
    public int segmentCount() {
        return segmentCount;
    }

    /** Whether the run is more than one segment, and so is written as a super-packet. */
    public boolean isSuperPacket() {
        return segmentCount > 1;
    }

    /** The length of the joined header; where each segment's payload begins, too. Only for a run that others may join. */
    public int headerLengthBytes() {
        return header.lengthBytes();
    }

    /** From the IP header's start to the transport header: where a virtio_net_hdr's csum_start points. */
    public int transportOffsetBytes() {
        return header.transportOffsetBytes();
    }

    /** The payload of each segment but the last, in bytes: a virtio_net_hdr's gso_size. */
    public int segmentSizeBytes() {
        return segmentSizeBytes;
    }

    /** The payload of all segments together, in bytes. */
    public int payloadLengthBytes() {
        return payloadLengthBytes;
    }

    /**
     * Writes the header of the super-packet: the first segment's with lengths and checksums for the whole, and the last one's
     * FIN and PSH. The transport checksum is partial. Only if {@link #isSuperPacket()}.
     *
     * @param out takes {@link #headerLengthBytes()} bytes; may be the first segment's own memory
     * @param at where the IP header goes; may be the first segment's own offset
     */
    public void writeHeader(MemorySegment out, long at) {
        header.write(out, at, payloadLengthBytes, lastFlags);
    }

    private static boolean endsRun(int tcpFlags) {
        return (tcpFlags & (TcpHeader.FIN | TcpHeader.PSH)) != 0;
    }
}
