package dev.hashlb.core.packet;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;

/**
 * A flow as the calculation sees it, turned so that the destination is the service's side: for a packet to a VIP as it is,
 * for a reply or the header inside an ICMP error the other way round. Mutable and reused: one per thread, never kept.
 *
 * <p>Addresses are unsigned integers in two words, as in {@link IpAddress}; ports are 0 to 65535, and 0 for every
 * fragment, the first included, so that all fragments of a datagram give the same slot.
 */
public final class Flow {
    private Family family = Family.IPV4;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int sourcePort;
    private int destinationPort;
    private int protocol;
    private boolean fragment;

    /** Sets a flow of IPv4; addresses are zero-extended 32-bit numbers. */
    public Flow setIpv4(long source, int sourcePort, long destination, int destinationPort, int protocol) {
        return set(Family.IPV4, 0, source, sourcePort, 0, destination, destinationPort, protocol);
    }

    public Flow setIpv6(
            long sourceHigh,
            long sourceLow,
            int sourcePort,
            long destinationHigh,
            long destinationLow,
            int destinationPort,
            int protocol) {
        return set(
                Family.IPV6,
                sourceHigh,
                sourceLow,
                sourcePort,
                destinationHigh,
                destinationLow,
                destinationPort,
                protocol);
    }

    private Flow set(
            Family family,
            long sourceHigh,
            long sourceLow,
            int sourcePort,
            long destinationHigh,
            long destinationLow,
            int destinationPort,
            int protocol) {
        this.family = family;
        this.sourceHigh = sourceHigh;
        this.sourceLow = sourceLow;
        this.destinationHigh = destinationHigh;
        this.destinationLow = destinationLow;
        this.sourcePort = sourcePort;
        this.destinationPort = destinationPort;
        this.protocol = protocol;
        this.fragment = false;
        return this;
    }

    Flow ports(int sourcePort, int destinationPort) {
        this.sourcePort = sourcePort;
        this.destinationPort = destinationPort;
        return this;
    }

    Flow protocol(int protocol) {
        this.protocol = protocol;
        return this;
    }

    /** Marks the flow as that of a fragment, which has no ports. */
    public Flow asFragment() {
        fragment = true;
        sourcePort = 0;
        destinationPort = 0;
        return this;
    }

    public Family family() {
        return family;
    }

    public long sourceHigh() {
        return sourceHigh;
    }

    public long sourceLow() {
        return sourceLow;
    }

    public long destinationHigh() {
        return destinationHigh;
    }

    public long destinationLow() {
        return destinationLow;
    }

    public int sourcePort() {
        return sourcePort;
    }

    public int destinationPort() {
        return destinationPort;
    }

    /** The IANA protocol number. */
    public int protocol() {
        return protocol;
    }

    public boolean fragment() {
        return fragment;
    }

    /** The pseudo-header's sum for a segment between the flow's addresses, in either direction. */
    long pseudoHeaderSum(int transportProtocol, int lengthBytes) {
        return family == Family.IPV4
                ? Checksum.pseudoHeaderIpv4(sourceLow, destinationLow, transportProtocol, lengthBytes)
                : Checksum.pseudoHeaderIpv6(
                        sourceHigh, sourceLow, destinationHigh, destinationLow, transportProtocol, lengthBytes);
    }

    /** Whether it goes to an address that nobody may answer from. */
    boolean hasMulticastOrBroadcastDestination() {
        return family == Family.IPV4
                ? Ipv4Header.isMulticastOrBroadcast(destinationLow)
                : Ipv6Header.isMulticast(destinationHigh);
    }

    /** For messages only: allocates. */
    public IpAddress source() {
        return new IpAddress(family, sourceHigh, sourceLow);
    }

    /** For messages only: allocates. */
    public IpAddress destination() {
        return new IpAddress(family, destinationHigh, destinationLow);
    }
}
