package dev.hashlb.core.neighbor;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Checksum;
import dev.hashlb.core.packet.IpProtocol;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Neighbor solicitations and advertisements of IPv6 on Ethernet: RFC 4861, sections 4.3, 4.4 and 7. */
final class NeighborDiscovery {
    static final int ETHER_TYPE = 0x86dd;

    private static final IpAddress ALL_NODES = IpAddress.ipv6(0xff02_0000_0000_0000L, 1);
    private static final IpAddress UNSPECIFIED = IpAddress.ipv6(0, 0);
    private static final long SOLICITED_NODE_HIGH = 0xff02_0000_0000_0000L;
    private static final long SOLICITED_NODE_LOW = 0x0000_0001_ff00_0000L;

    private static final int IP_HEADER_BYTES = 40;
    private static final int MESSAGE_BYTES = 24;
    private static final int OPTION_BYTES = 8;
    /** What comes with less has passed a router, and is no neighbour's (RFC 4861, section 7.1). */
    private static final int HOP_LIMIT = 255;

    private static final int SOLICITATION = 135;
    private static final int ADVERTISEMENT = 136;
    private static final int SOURCE_LINK_ADDRESS = 1;
    private static final int TARGET_LINK_ADDRESS = 2;
    private static final int SOLICITED = 0x4000_0000;
    /** O: also those who know another MAC address take this one. */
    private static final int OVERRIDE = 0x2000_0000;

    private static final int IP = Frame.HEADER_BYTES;
    private static final int IP_SOURCE = IP + 8;
    private static final int IP_DESTINATION = IP + 24;
    private static final int ICMP = IP + IP_HEADER_BYTES;
    private static final int TARGET = ICMP + 8;
    private static final int OPTIONS = ICMP + MESSAGE_BYTES;

    private NeighborDiscovery() {}

    /** ff02::1:ffXX:XXXX, where questions about an address are sent (RFC 4291, section 2.7.1). */
    static IpAddress solicitedNode(IpAddress address) {
        return IpAddress.ipv6(SOLICITED_NODE_HIGH, SOLICITED_NODE_LOW | (address.low() & 0xff_ffff));
    }

    static List<NeighborMessage> read(ByteBuffer frame) {
        if (frame.limit() < OPTIONS
                || (frame.get(IP) & 0xff) >>> 4 != 6
                || (frame.get(IP + 6) & 0xff) != IpProtocol.ICMPV6) {
            return List.of();
        }
        int length = frame.getShort(IP + 4) & 0xffff;
        boolean whole = length >= MESSAGE_BYTES && ICMP + length <= frame.limit();
        boolean neighbours = (frame.get(IP + 7) & 0xff) == HOP_LIMIT && frame.get(ICMP + 1) == 0;
        if (!whole || !neighbours || checksum(frame, length) != 0) {
            return List.of();
        }
        IpAddress target = address(frame, TARGET);
        MacAddress source = Frame.source(frame);
        return switch (frame.get(ICMP) & 0xff) {
            case SOLICITATION -> List.of(new NeighborMessage.Question(target, source, asker(frame)));
            case ADVERTISEMENT -> List.of(new NeighborMessage.Claim(target, source, claimedAt(frame, length)));
            default -> List.of();
        };
    }

    private static Optional<IpAddress> asker(ByteBuffer frame) {
        IpAddress source = address(frame, IP_SOURCE);
        return source.equals(UNSPECIFIED) ? Optional.empty() : Optional.of(source);
    }

    /** The target's link-layer address, from the options; where there is none, where the frame came from. */
    private static MacAddress claimedAt(ByteBuffer frame, int messageBytes) {
        int end = ICMP + messageBytes;
        int at = OPTIONS;
        while (at + OPTION_BYTES <= end) {
            int optionBytes = OPTION_BYTES * (frame.get(at + 1) & 0xff);
            if (optionBytes == 0) {
                break;
            }
            if (frame.get(at) == TARGET_LINK_ADDRESS) {
                return Frame.mac(frame, at + 2);
            }
            at += optionBytes;
        }
        return Frame.source(frame);
    }

    /** The answer to a question: to the asker, S=1 and O=1. */
    static byte[] reply(IpAddress vip, MacAddress at, MacAddress from, MacAddress askerMac, IpAddress asker) {
        return message(askerMac, from, vip, asker, ADVERTISEMENT, SOLICITED | OVERRIDE, vip, TARGET_LINK_ADDRESS, at);
    }

    /** To all nodes, unasked: S=0 and O=1 (RFC 4861, section 7.2.6). */
    static byte[] announcement(IpAddress vip, MacAddress at, MacAddress from) {
        return message(
                MacAddress.ofIpv6Multicast(ALL_NODES),
                from,
                vip,
                ALL_NODES,
                ADVERTISEMENT,
                OVERRIDE,
                vip,
                TARGET_LINK_ADDRESS,
                at);
    }

    /** Duplicate address detection (RFC 4862, section 5.4.2): from the unspecified address, and so without a link-layer address. */
    static byte[] probe(IpAddress vip, MacAddress from) {
        IpAddress group = solicitedNode(vip);
        return message(
                MacAddress.ofIpv6Multicast(group),
                from,
                UNSPECIFIED,
                group,
                SOLICITATION,
                0,
                vip,
                SOURCE_LINK_ADDRESS,
                MacAddress.NONE);
    }

    private static byte[] message(
            MacAddress destination,
            MacAddress source,
            IpAddress from,
            IpAddress to,
            int type,
            int flags,
            IpAddress target,
            int option,
            MacAddress linkAddress) {
        boolean withOption = !linkAddress.equals(MacAddress.NONE);
        int length = MESSAGE_BYTES + (withOption ? OPTION_BYTES : 0);
        byte[] bytes = new byte[ICMP + length];
        ByteBuffer frame = Frame.begin(bytes, destination, source, ETHER_TYPE);
        frame.putInt(6 << 28)
                .putShort((short) length)
                .put((byte) IpProtocol.ICMPV6)
                .put((byte) HOP_LIMIT);
        frame.put(from.toBytes()).put(to.toBytes());
        frame.putInt(type << 24).putInt(flags).put(target.toBytes());
        if (withOption) {
            frame.put((byte) option).put((byte) 1);
            Frame.put(frame, linkAddress);
        }
        frame.putShort(ICMP + 2, (short) checksum(frame, length));
        return bytes;
    }

    private static IpAddress address(ByteBuffer frame, int offset) {
        return IpAddress.ipv6(frame.getLong(offset), frame.getLong(offset + Long.BYTES));
    }

    /** RFC 4443, section 2.3, over the pseudo-header and the message as it stands there: 0 if its own checksum is right. */
    private static int checksum(ByteBuffer frame, int messageBytes) {
        long pseudoHeader = Checksum.pseudoHeaderIpv6(
                frame.getLong(IP_SOURCE),
                frame.getLong(IP_SOURCE + Long.BYTES),
                frame.getLong(IP_DESTINATION),
                frame.getLong(IP_DESTINATION + Long.BYTES),
                IpProtocol.ICMPV6,
                messageBytes);
        MemorySegment bytes = MemorySegment.ofBuffer(frame.duplicate().rewind());
        return Checksum.of(pseudoHeader + Checksum.sum(bytes, ICMP, messageBytes));
    }
}
