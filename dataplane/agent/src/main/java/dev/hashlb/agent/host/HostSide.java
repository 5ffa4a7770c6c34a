package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.netlink.Address;
import dev.hashlb.agent.linux.netlink.Devconf;
import dev.hashlb.agent.linux.netlink.Link;
import dev.hashlb.agent.linux.netlink.Rtnetlink;
import dev.hashlb.core.address.Family;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The device by which a server's packets enter the node's namespace: the other end of its veth, or the bridge that this is
 * a port of. Replies come in there from the VIP, an address that no route leads back to by it, so strict rp_filter drops
 * them (TcpExtIPReversePathFilter counts).
 */
final class HostSide {
    private static final String ALL_RP_FILTER = "net/ipv4/conf/all/rp_filter";
    private static final int LOOSE = 2;

    private HostSide() {}

    /**
     * Finds the device.
     *
     * @param rtnetlink the node's namespace
     * @param namespace the server's namespace
     * @return empty where the veth's other end is in a third namespace, or the way out is no veth
     */
    static Optional<Link> find(Rtnetlink rtnetlink, NamespaceFile namespace, PodNetwork pod) throws IOException {
        Optional<Link> inner = pod.uplink();
        if (inner.isEmpty() || inner.get().peerIndex().isEmpty()) {
            return Optional.empty();
        }
        Optional<Link> outer = rtnetlink.links().find(inner.get().peerIndex().getAsInt());
        boolean joined = outer.isPresent()
                && outer.get().peerNamespaceId().isPresent()
                && outer.get().peerIndex().orElse(0) == inner.get().index()
                && outer.get().peerNamespaceId().equals(rtnetlink.namespaceIds().of(namespace.fd()));
        if (!joined) {
            return Optional.empty();
        }
        return outer.get().masterIndex().isPresent()
                ? rtnetlink.links().find(outer.get().masterIndex().getAsInt())
                : outer;
    }

    /**
     * What has to change for replies to pass. Where {@code all} is 0, the device's own 0 does. Where it is not, that cannot be
     * undone for one device; but loose filtering passes what comes in by a device that has an IPv4 address, whichever.
     */
    static List<JournalEntry> changes(Place node, Link device) throws IOException {
        return DeviceSettings.changes(node, device, Map.of(Devconf.RP_FILTER, filteredForAll() ? LOOSE : 0));
    }

    /**
     * The address that the device needs, if it does. It is not taken away again while the device lives: with a device's last
     * IPv4 address the kernel removes all IPv4 routes over it, and the server would be cut off.
     */
    static Optional<Address> missingAddress(Rtnetlink rtnetlink, Link device) throws IOException {
        boolean hasAddress = rtnetlink.addresses().list().stream()
                .anyMatch(a -> a.linkIndex() == device.index() && a.address().family() == Family.IPV4);
        return filteredForAll() && !hasAddress
                ? Optional.of(new Address(device.index(), HostFootprint.LINK_ADDRESS, 32, Address.SCOPE_HOST, 0))
                : Optional.empty();
    }

    private static boolean filteredForAll() throws IOException {
        return Sysctl.read(ALL_RP_FILTER).filter(v -> !v.equals("0")).isPresent();
    }

    /** Puts one device back as it was; it may be gone. Gives the entries that are done with. */
    static List<JournalEntry> undo(Rtnetlink rtnetlink, Journal journal, Place node, Link device) throws IOException {
        String start = device.name() + " " + device.index() + " ";
        List<JournalEntry> changes = journal.entries(node).stream()
                .filter(e -> e.key().startsWith(start) && !e.key().endsWith(" " + Devconf.FORWARDING.sysctlName()))
                .toList();
        DeviceSettings.undo(rtnetlink, changes);
        return changes;
    }
}
