package dev.hashlb.operator.model;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import java.util.List;

/**
 * A Kubernetes node.
 *
 * @param internal its InternalIPs, in the node's order
 * @param others all its other addresses
 * @param podCidrs the prefixes of its pods, where the cluster gives them out
 */
public record ClusterNode(String name, List<IpAddress> internal, List<IpAddress> others, List<Cidr> podCidrs) {
    public ClusterNode {
        internal = List.copyOf(internal);
        others = List.copyOf(others);
        podCidrs = List.copyOf(podCidrs);
    }

    boolean has(IpAddress address) {
        return internal.contains(address) || others.contains(address);
    }
}
