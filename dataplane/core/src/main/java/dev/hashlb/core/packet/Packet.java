package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;

/**
 * What {@link PacketParser} found in one IP packet: positions and the flow. Mutable and reused: one per thread, never kept
 * longer than the memory that it was parsed from. Offsets are bytes from the start of {@link #memory()}.
 */
public final class Packet {
    private final Flow flow = new Flow();
    private MemorySegment memory = MemorySegment.NULL;
    private long offset;
    private int lengthBytes;
    private PacketKind kind = PacketKind.FLOW;
    private int transportOffsetBytes;
    private int fragmentOffsetBytes;
    private boolean dontFragment;
    private int tcpFlags;
    private int innerOffsetBytes;
    private int innerTransportOffsetBytes;

    /** The memory that the packet lies in; owned by whoever had it parsed. */
    public MemorySegment memory() {
        return memory;
    }

    /** Where the IP header begins. */
    public long offset() {
        return offset;
    }

    /** The packet's length by its IP header, which may be less than what was received. */
    public int lengthBytes() {
        return lengthBytes;
    }

    public PacketKind kind() {
        return kind;
    }

    /** The flow, turned to the service's side; of the inner header for {@link PacketKind#ICMP_ERROR}. */
    public Flow flow() {
        return flow;
    }

    /** Bytes from the IP header's start to the transport header (or, behind the first fragment, to the payload). */
    public int transportOffsetBytes() {
        return transportOffsetBytes;
    }

    /** TCP and UDP, not behind the first fragment: bytes from the IP header's start to the payload. */
    public int headerLengthBytes() {
        // The parser has seen that the whole header is there.
        return transportOffsetBytes
                + (flow.protocol() == IpProtocol.TCP
                        ? TcpHeader.lengthBytes(memory, offset + transportOffsetBytes)
                        : UdpHeader.LENGTH_BYTES);
    }

    /** TCP and UDP: bytes from the transport header to its checksum (RFC 9293, RFC 768). */
    public int checksumOffsetBytes() {
        return flow.protocol() == IpProtocol.TCP ? TcpHeader.CHECKSUM : UdpHeader.CHECKSUM;
    }

    /**
     * The fragment's offset in its datagram, in bytes; 0 for the first and for a packet that is no fragment. Of the inner
     * packet for {@link PacketKind#ICMP_ERROR}, which itself is never a fragment.
     */
    public int fragmentOffsetBytes() {
        return fragmentOffsetBytes;
    }

    /** Whether it may not be fragmented on the way: DF, and always for IPv6. */
    public boolean dontFragment() {
        return dontFragment;
    }

    /** The TCP header's flags (RFC 9293: CWR to FIN, bit 7 to bit 0); 0 for all but the first fragment of TCP. */
    public int tcpFlags() {
        return tcpFlags;
    }

    /** Whether it is the first segment of a connection: SYN without ACK (RFC 9293, 3.5). */
    public boolean opensConnection() {
        return (tcpFlags & (TcpHeader.SYN | TcpHeader.ACK)) == TcpHeader.SYN;
    }

    /** {@link PacketKind#ICMP_ERROR}: bytes from the IP header's start to the inner IP header. */
    public int innerOffsetBytes() {
        return innerOffsetBytes;
    }

    /** {@link PacketKind#ICMP_ERROR}: bytes from the IP header's start to the inner transport header. */
    public int innerTransportOffsetBytes() {
        return innerTransportOffsetBytes;
    }

    Packet at(MemorySegment memory, long offset) {
        this.memory = memory;
        this.offset = offset;
        this.innerOffsetBytes = 0;
        this.innerTransportOffsetBytes = 0;
        this.fragmentOffsetBytes = 0;
        this.tcpFlags = 0;
        return this;
    }

    void header(int lengthBytes, int transportOffsetBytes, boolean dontFragment) {
        this.lengthBytes = lengthBytes;
        this.transportOffsetBytes = transportOffsetBytes;
        this.dontFragment = dontFragment;
    }

    void kind(PacketKind kind) {
        this.kind = kind;
    }

    void fragmentOffsetBytes(int fragmentOffsetBytes) {
        this.fragmentOffsetBytes = fragmentOffsetBytes;
    }

    void tcpFlags(int tcpFlags) {
        this.tcpFlags = tcpFlags;
    }

    void inner(int innerOffsetBytes, int innerTransportOffsetBytes) {
        this.innerOffsetBytes = innerOffsetBytes;
        this.innerTransportOffsetBytes = innerTransportOffsetBytes;
    }
}
