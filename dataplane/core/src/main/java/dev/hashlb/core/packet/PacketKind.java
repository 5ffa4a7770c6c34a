package dev.hashlb.core.packet;

/** What a packet is to a router. */
public enum PacketKind {
    /** TCP or UDP, or a fragment of either. */
    FLOW,
    /** An ICMP or ICMPv6 error whose inner header names a flow; {@link Packet#flow()} is that flow. */
    ICMP_ERROR,
    /** An ICMP or ICMPv6 echo request. */
    ECHO_REQUEST
}
