package dev.hashlb.core.declare;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rules about groups of routers beside each other, balancers and nodes: an address is of one service or of none. */
final class GroupsTogetherRules {
    private record Destination(GroupDraft group, Located<Cidr> prefix) {}

    private record Vip(BalancerDraft balancer, IpAddress address) {}

    private final Findings findings;

    GroupsTogetherRules(Findings findings) {
        this.findings = findings;
    }

    void check(List<GroupDraft> groups, List<BalancerDraft> balancers, NodeRules nodes) {
        List<Vip> vips = balancers.stream()
                .flatMap(b -> b.addresses().stream().map(a -> new Vip(b, a.value())))
                .toList();
        checkNames(groups);
        checkDestinations(groups, vips);
        groups.forEach(group -> checkGateways(group, vips, nodes.placesByAddress()));
        if (nodes.nodes().stream().noneMatch(Node::router)) {
            groups.forEach(group -> findings.warning(
                    group.place(),
                    null,
                    "has no router, so that nobody handles its packets",
                    "add the routers to a document of kind StaticNodes"));
        }
    }

    private void checkNames(List<GroupDraft> groups) {
        Map<NamespacedName, GroupDraft> byName = new HashMap<>();
        for (GroupDraft group : groups) {
            if (!Names.isUnnamed(group.name()) && byName.putIfAbsent(group.name(), group) != null) {
                findings.mistake(
                        group.place().field("metadata").field("name"),
                        group.name().name(),
                        "is already the name of another router group",
                        "give each group its own name, or leave one of the documents out");
            }
        }
    }

    private void checkDestinations(List<GroupDraft> groups, List<Vip> vips) {
        List<Destination> earlier = new ArrayList<>();
        for (GroupDraft group : groups) {
            for (Located<Cidr> prefix : group.destinations()) {
                earlier.stream()
                        .filter(e -> e.prefix.value().overlaps(prefix.value()))
                        .findFirst()
                        .ifPresent(e -> tellOverlap(group, prefix, e));
                vips.stream()
                        .filter(v -> prefix.value().contains(v.address))
                        .findFirst()
                        .ifPresent(v -> findings.mistake(
                                prefix.place(),
                                prefix.value(),
                                "holds " + v.address + ", an address of "
                                        + v.balancer.place().label(),
                                "a packet is a balancer's or a group's: choose smaller prefixes, or another address"));
                earlier.add(new Destination(group, prefix));
            }
        }
    }

    private void tellOverlap(GroupDraft group, Located<Cidr> prefix, Destination other) {
        boolean same = other.group.place().equals(group.place());
        findings.mistake(
                prefix.place(),
                prefix.value(),
                "overlaps " + other.prefix.value() + ", which is "
                        + other.prefix.place().shortPath()
                        + (same ? "" : " of " + other.group.place().label()),
                "give each address to one prefix");
    }

    private void checkGateways(GroupDraft group, List<Vip> vips, Map<IpAddress, Place> nodes) {
        Map<IpAddress, Vip> byAddress = new LinkedHashMap<>();
        vips.forEach(v -> byAddress.putIfAbsent(v.address, v));
        for (Located<IpAddress> gateway : group.gateways()) {
            Vip vip = byAddress.get(gateway.value());
            Place node = nodes.get(gateway.value());
            if (vip != null) {
                findings.mistake(
                        gateway.place(),
                        gateway.value(),
                        "is an address of " + vip.balancer.place().label(),
                        "a gateway must be nobody's address; choose another");
            } else if (node != null) {
                findings.mistake(
                        gateway.place(),
                        gateway.value(),
                        "is the address of " + node.shortPath(),
                        "a gateway must not be a node's own address, since all routers answer for it; choose another");
            }
        }
    }
}
