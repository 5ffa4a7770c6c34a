package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.NetworkNamespace;
import dev.hashlb.agent.linux.netlink.Address;
import dev.hashlb.agent.linux.netlink.Devconf;
import dev.hashlb.agent.linux.netlink.Link;
import dev.hashlb.agent.linux.netlink.Rtnetlink;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.ReturnMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was found before a server's namespace is set up, and what will be changed: the changes go into the journal before
 * any is made.
 *
 * @param place the namespace
 * @param network what it looks like
 * @param podAddresses the server's own addresses, for the families that need them
 * @param hostSide the device by which its packets enter the node's namespace, where that is known
 * @param podChanges changes in the namespace
 * @param hostChanges changes in the node's
 * @param hostAddress an address that {@code hostSide} needs and has not
 */
record PodSurvey(
        Place place,
        PodNetwork network,
        Map<Family, IpAddress> podAddresses,
        Optional<Link> hostSide,
        List<JournalEntry> podChanges,
        List<JournalEntry> hostChanges,
        Optional<Address> hostAddress) {

    /**
     * Looks, and changes nothing. Runs in the node's namespace.
     *
     * @param attached whether the TUN that is in the namespace is this process's
     * @throws HostSetupException with the reason why the namespace cannot be used yet, or at all
     */
    static PodSurvey take(PodPlan plan, Place node, boolean attached) throws IOException {
        String path = plan.networkNamespace();
        PodNetwork network = readNetwork(path);
        if (network.cookie() == node.cookie()) {
            throw new HostSetupException("it is the node's own network namespace; servers on the host network cannot be"
                    + " served, give the server a namespace of its own");
        }
        if (!attached && network.hasOurDevice()) {
            throw new HostSetupException(
                    "device " + HostFootprint.DEVICE + " exists in it already: another hashlb serves it;"
                            + " stop that process, or `ip link delete " + HostFootprint.DEVICE + "` in the namespace");
        }
        Map<Family, IpAddress> podAddresses = new EnumMap<>(Family.class);
        for (Family family : Family.values()) {
            if (!plan.natVips(family).isEmpty()) {
                podAddresses.put(family, network.podAddress(plan, family));
            }
        }
        Place place = new Place(path, network.cookie());
        List<JournalEntry> hostChanges = List.of();
        Optional<Address> hostAddress = Optional.empty();
        Optional<Link> hostSide;
        try (Rtnetlink rtnetlink = Rtnetlink.open();
                NamespaceFile namespace = NamespaceFile.open(path)) {
            hostSide = HostSide.find(rtnetlink, namespace, network);
            if (hostSide.isPresent() && repliesDirectlyByIpv4(plan)) {
                hostChanges = HostSide.changes(node, hostSide.get());
                hostAddress = HostSide.missingAddress(rtnetlink, hostSide.get());
            }
        }
        return new PodSurvey(
                place,
                network,
                Map.copyOf(podAddresses),
                hostSide,
                podChanges(plan, place, network),
                hostChanges,
                hostAddress);
    }

    /** Both kinds of changes, and that our routes, rules and nft table will be there. */
    List<JournalEntry> entries() {
        List<JournalEntry> entries = new ArrayList<>();
        entries.add(JournalEntry.footprint(place));
        entries.addAll(podChanges);
        entries.addAll(hostChanges);
        return entries;
    }

    static PodNetwork readNetwork(String path) throws IOException {
        try {
            return NetworkNamespace.ofPath(Path.of(path)).call(() -> {
                try (Rtnetlink rtnetlink = Rtnetlink.open()) {
                    return PodNetwork.read(rtnetlink);
                }
            });
        } catch (LinuxException e) {
            if (e.errno() == Errno.EINVAL && e.call().equals("setns")) {
                throw new HostSetupException("the file does not name a network namespace (yet)", e);
            }
            throw e;
        }
    }

    /**
     * VIPs on lo, and neighbours kept from learning of them: without arp_ignore 1 the namespace would answer ARP for the VIP,
     * without arp_announce 2 it would ask in the VIP's name.
     */
    private static List<JournalEntry> podChanges(PodPlan plan, Place place, PodNetwork network)
            throws HostSetupException {
        List<JournalEntry> changes = new ArrayList<>();
        Link loopback = network.loopback();
        for (Family family : Family.values()) {
            for (IpAddress vip : plan.addressVips(family)) {
                boolean there = network.addresses().stream()
                        .anyMatch(a ->
                                a.linkIndex() == loopback.index() && a.address().equals(vip));
                if (!there) {
                    changes.add(PlacedAddress.change(place, loopback, vip, Address.SCOPE_UNIVERSE));
                }
            }
        }
        if (!plan.addressVips(Family.IPV4).isEmpty()) {
            for (Link link : network.ethernetLinks()) {
                changes.addAll(
                        DeviceSettings.changes(place, link, Map.of(Devconf.ARP_IGNORE, 1, Devconf.ARP_ANNOUNCE, 2)));
            }
        }
        return changes;
    }

    private static boolean repliesDirectlyByIpv4(PodPlan plan) {
        return plan.translations().stream()
                .anyMatch(t -> t.vip().family() == Family.IPV4 && t.returnMode() == ReturnMode.DIRECT);
    }
}
