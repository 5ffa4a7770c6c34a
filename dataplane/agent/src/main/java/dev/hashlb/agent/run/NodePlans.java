package dev.hashlb.agent.run;

import dev.hashlb.agent.host.NodePlan;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.ReturnMode;
import dev.hashlb.core.snapshot.RouterGroup;
import dev.hashlb.core.snapshot.Snapshot;
import java.util.List;

/** What a node's own network namespace needs for a snapshot. */
final class NodePlans {
    private NodePlans() {}

    static NodePlan of(Snapshot snapshot, String nodeName) {
        List<IpAddress> vips = snapshot.balancers().stream()
                .flatMap(b -> b.addresses().stream())
                .distinct()
                .sorted()
                .toList();
        boolean router = snapshot.node(nodeName).map(Node::router).orElse(false);
        boolean nodeReturn =
                snapshot.balancers().stream().map(Balancer::returnMode).anyMatch(m -> m == ReturnMode.NODE);
        List<IpAddress> shared = snapshot.balancers().stream()
                .filter(b -> b.ingress().selfSelect())
                .flatMap(b -> b.addresses().stream())
                .toList();
        List<RouterGroup> groups = snapshot.routerGroups();
        return new NodePlan(
                vips,
                router,
                nodeReturn,
                shared,
                groups.stream().flatMap(g -> g.destinations().stream()).toList(),
                groups.stream().flatMap(g -> g.gateways().stream()).toList());
    }
}
