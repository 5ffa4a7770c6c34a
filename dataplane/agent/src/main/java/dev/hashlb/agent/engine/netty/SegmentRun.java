package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.VirtioNetHeader;
import dev.hashlb.agent.linux.WriteVector;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.forward.Decision;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.packet.SegmentJoiner;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.tunnel.TunnelHeader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive segments of one flow, joined again into the super-packet that a router cut up: one write instead of many.
 * Only segments whose checksums are still to be finished are joined, since else each checksum would have to be verified.
 */
final class SegmentRun implements AutoCloseable {
    private static final int MAX_SEGMENTS = 128;

    private final PodWriter podWriter;
    private final SegmentJoiner joiner = new SegmentJoiner();
    private final WriteVector pieces = new WriteVector(MAX_SEGMENTS);
    private @Nullable PodPort port;
    private @Nullable Packet packet;
    private @Nullable Decision decision;
    private long tunnelOffset;
    private boolean partial;

    SegmentRun(PodWriter podWriter) {
        this.podWriter = podWriter;
    }

    /**
     * Begins with a packet that was checked; packet and decision must stay as they are until {@link #flush}.
     *
     * @param tunnelOffset where the tunnel's header begins
     * @param checksumPartial whether the transport checksum is still to be finished
     */
    void begin(PodPort toPort, Packet first, Decision firstDecision, long tunnelOffset, boolean checksumPartial) {
        port = toPort;
        packet = first;
        decision = firstDecision;
        this.tunnelOffset = tunnelOffset;
        boolean joinable = first.flow().protocol() == Protocol.TCP.number() || toPort.segmentsUdp();
        partial = checksumPartial;
        joiner.start(first, checksumPartial && joinable);
        pieces.clear();
        pieces.add(
                first.memory().address() + first.offset() - VirtioNetHeader.LENGTH_BYTES,
                VirtioNetHeader.LENGTH_BYTES + first.lengthBytes());
    }

    /**
     * Takes a datagram that continues the run.
     *
     * @return false, with nothing changed, if it does not
     */
    boolean extend(MemorySegment memory, long offset, int availableBytes) {
        if (packet == null || pieces.count() == MAX_SEGMENTS || availableBytes <= TunnelHeader.LENGTH_BYTES) {
            return false;
        }
        // The same header, tag included, over the same inner tuple was checked for the first segment.
        boolean sameTunnel = MemorySegment.mismatch(
                        memory,
                        offset,
                        offset + TunnelHeader.LENGTH_BYTES,
                        memory,
                        tunnelOffset,
                        tunnelOffset + TunnelHeader.LENGTH_BYTES)
                < 0;
        int before = joiner.payloadLengthBytes();
        long inner = offset + TunnelHeader.LENGTH_BYTES;
        if (!sameTunnel || !joiner.append(memory, inner, availableBytes - TunnelHeader.LENGTH_BYTES, true)) {
            return false;
        }
        pieces.add(memory.address() + inner + joiner.headerLengthBytes(), joiner.payloadLengthBytes() - before);
        return true;
    }

    /** Writes what was gathered, if anything. */
    void flush() {
        Packet first = packet;
        PodPort to = port;
        Decision firstDecision = decision;
        if (first == null || firstDecision == null || to == null) {
            return;
        }
        packet = null;
        int totalBytes = first.lengthBytes();
        if (joiner.isSuperPacket()) {
            totalBytes = joiner.headerLengthBytes() + joiner.payloadLengthBytes();
            joiner.writeHeader(first.memory(), first.offset());
        }
        podWriter.translatePort(first, firstDecision, partial);
        writeVirtioHeader(first); // over the tag, which is checked by now
        podWriter.writePieces(to, pieces, firstDecision, joiner.segmentCount(), totalBytes);
    }

    private void writeVirtioHeader(Packet first) {
        boolean tcp = first.flow().protocol() == Protocol.TCP.number();
        int gsoType = VirtioNetHeader.GSO_NONE;
        int headerLength = 0;
        int gsoSize = 0;
        if (joiner.isSuperPacket()) {
            int tcpType = first.flow().family() == Family.IPV4 ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6;
            gsoType = tcp ? tcpType : VirtioNetHeader.GSO_UDP_L4;
            headerLength = joiner.headerLengthBytes();
            gsoSize = joiner.segmentSizeBytes();
        }
        VirtioNetHeader.write(
                first.memory(),
                first.offset() - VirtioNetHeader.LENGTH_BYTES,
                partial ? VirtioNetHeader.FLAG_NEEDS_CSUM : 0,
                gsoType,
                headerLength,
                gsoSize,
                partial ? first.transportOffsetBytes() : 0,
                partial ? first.checksumOffsetBytes() : 0);
    }

    @Override
    public void close() {
        pieces.close();
    }
}
