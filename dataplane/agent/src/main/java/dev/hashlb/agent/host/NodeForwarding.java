package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.netlink.Devconf;
import dev.hashlb.agent.linux.netlink.Link;
import dev.hashlb.agent.linux.netlink.Route;
import dev.hashlb.agent.linux.netlink.Rtnetlink;
import dev.hashlb.core.address.Family;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lets packets pass between the uplinks and the TUN. IPv4 forwarding is a setting of the device that a packet comes in by,
 * so it is set on each and {@code ip_forward} stays; IPv6 asks for the host-wide one.
 */
final class NodeForwarding {
    private static final String IPV4 = "net/ipv4/ip_forward";
    private static final String IPV6_CONF = "net/ipv6/conf/";

    private final Journal journal;
    private final Place node;

    NodeForwarding(Journal journal, Place node) {
        this.journal = journal;
        this.node = node;
    }

    void enable(Rtnetlink rtnetlink, Set<Family> families) throws IOException {
        List<Link> links = rtnetlink.links().list();
        if (families.contains(Family.IPV4)
                && !Sysctl.read(IPV4).filter("1"::equals).isPresent()) {
            enableIpv4(rtnetlink, links);
        }
        if (families.contains(Family.IPV6)
                && Sysctl.read(IPV6_CONF + "all/forwarding").filter("0"::equals).isPresent()) {
            enableIpv6(rtnetlink, links);
        }
    }

    private void enableIpv4(Rtnetlink rtnetlink, List<Link> links) throws IOException {
        List<JournalEntry> changes = new ArrayList<>();
        for (Link link : links) {
            if (link.up() && !link.loopback() && !link.name().equals(HostFootprint.DEVICE)) {
                changes.addAll(DeviceSettings.changes(node, link, Map.of(Devconf.FORWARDING, 1)));
            }
        }
        journal.record(changes);
        DeviceSettings.make(rtnetlink, changes);
    }

    /**
     * A host that forwards ignores router advertisements unless accept_ra is 2, and drops the default route it has from one:
     * so that is set first, where such a route exists. Setting {@code all} sets every device; the old value of each is kept.
     */
    private void enableIpv6(Rtnetlink rtnetlink, List<Link> links) throws IOException {
        List<JournalEntry> changes = new ArrayList<>(acceptRa(rtnetlink, links));
        List<JournalEntry> overwritten = new ArrayList<>();
        for (String device : ipv6Devices()) {
            String path = IPV6_CONF + device + "/forwarding";
            if (!device.equals("all") && Sysctl.read(path).filter("1"::equals).isPresent()) {
                overwritten.add(Sysctl.change(node, path, "1", "0"));
            }
        }
        changes.add(Sysctl.change(node, IPV6_CONF + "all/forwarding", "0", "1"));
        journal.record(overwritten);
        journal.record(changes);
        Sysctl.make(changes);
    }

    private List<JournalEntry> acceptRa(Rtnetlink rtnetlink, List<Link> links) throws IOException {
        Set<Integer> advertised = rtnetlink.routes().inTable(Family.IPV6, Route.TABLE_MAIN).stream()
                .filter(r -> r.protocol() == Route.PROTOCOL_RA)
                .map(Route::linkIndex)
                .collect(Collectors.toSet());
        List<JournalEntry> changes = new ArrayList<>();
        for (Link link : links) {
            String path = IPV6_CONF + link.name() + "/accept_ra";
            if (advertised.contains(link.index())
                    && Sysctl.read(path).filter("1"::equals).isPresent()) {
                changes.add(Sysctl.change(node, path, "1", "2"));
            }
        }
        return changes;
    }

    private static List<String> ipv6Devices() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/sys/" + IPV6_CONF))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
