package dev.hashlb.operator.model;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.NamespacedName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Who may have which address. A VIP is captured on every node, so an address that is somebody else's would take that one's
 * traffic (as in CVE-2020-8554). Loopback, link-local, multicast and the like are refused by {@code core.declare} already.
 */
final class AddressPolicy {
    private final Installation installation;
    private final List<ClusterNode> nodes;
    private final ServiceAddresses services;

    AddressPolicy(ClusterView view) {
        this.installation = view.installation();
        this.nodes = view.nodes();
        this.services = view.serviceAddresses();
    }

    /** Why a namespace may not have these addresses; empty if it may. */
    Optional<Complaint> check(String namespace, List<IpAddress> addresses) {
        for (IpAddress address : addresses) {
            Optional<String> owner = owner(address);
            if (owner.isPresent()) {
                return Optional.of(new Complaint(
                        Complaint.ADDRESS_FORBIDDEN,
                        "addresses " + address + " is " + owner.get()
                                + "; choose an address that nothing in the cluster has"));
            }
        }
        List<Cidr> allowed = installation.allowedTo(namespace);
        for (IpAddress address : addresses) {
            if (allowed.stream().noneMatch(cidr -> cidr.contains(address))) {
                return Optional.of(new Complaint(
                        Complaint.ADDRESS_NOT_ALLOWED,
                        "addresses " + address + " is not among those that the installation allows to namespace "
                                + namespace + " ("
                                + (allowed.isEmpty()
                                        ? "none"
                                        : allowed.stream().map(Cidr::toString).collect(Collectors.joining(", ")))
                                + "); choose another, or have it added to the chart's value allowedAddresses"));
            }
        }
        return Optional.empty();
    }

    private Optional<String> owner(IpAddress address) {
        for (ClusterNode node : nodes) {
            if (node.has(address)) {
                return Optional.of("an address of node " + node.name());
            }
            for (Cidr pods : node.podCidrs()) {
                if (pods.contains(address)) {
                    return Optional.of("in " + pods + ", where node " + node.name() + " has its pods");
                }
            }
        }
        NamespacedName service = services.byAddress().get(address);
        if (service != null) {
            return Optional.of("the cluster address of Service " + service);
        }
        return installation.forbidden().stream()
                .filter(f -> f.cidr().contains(address))
                .findFirst()
                .map(f -> (f.cidr().lengthBits() == 8 * address.family().addressLengthBytes()
                                ? ""
                                : "in " + f.cidr() + ", ")
                        + f.what());
    }
}
