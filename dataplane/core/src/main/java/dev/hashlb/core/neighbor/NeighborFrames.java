package dev.hashlb.core.neighbor;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;

/** Whole Ethernet frames that speak of an address, by ARP or by Neighbor Discovery as its family demands. */
public final class NeighborFrames {
    private NeighborFrames() {}

    /**
     * The answer to a question, to the one who asked. To one who tries whether the address is free, everybody is told that it is not.
     *
     * @param at the MAC address that the target is said to have: the sender's own, or one of many stations
     * @param from the sender's own MAC address
     */
    public static byte[] answer(NeighborMessage.Question question, MacAddress at, MacAddress from) {
        IpAddress vip = question.target();
        if (vip.family() == Family.IPV4) {
            IpAddress asker = question.asker().orElse(IpAddress.ipv4(0));
            return Arp.reply(vip, at, from, question.source(), asker);
        }
        return question.asker().isPresent()
                ? NeighborDiscovery.reply(
                        vip, at, from, question.source(), question.asker().get())
                : announcement(vip, at, from);
    }

    /** Tells everybody where the address is: a gratuitous ARP, or an unsolicited neighbour advertisement with O=1. */
    public static byte[] announcement(IpAddress vip, MacAddress at, MacAddress from) {
        return vip.family() == Family.IPV4
                ? Arp.announcement(vip, at, from)
                : NeighborDiscovery.announcement(vip, at, from);
    }

    /** Asks whether anybody has the address, without claiming it. */
    public static byte[] probe(IpAddress vip, MacAddress from) {
        return vip.family() == Family.IPV4 ? Arp.probe(vip, from) : NeighborDiscovery.probe(vip, from);
    }

    /** The group that questions about an IPv6 address are sent to: ff02::1:ffXX:XXXX. */
    public static IpAddress solicitedNode(IpAddress ipv6) {
        return NeighborDiscovery.solicitedNode(ipv6);
    }
}
