package dev.hashlb.agent.run;

import dev.hashlb.agent.host.PodPlan;
import dev.hashlb.agent.host.PortTranslation;
import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.Snapshot;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What each network namespace of a node needs for a snapshot. A namespace may hold servers of many balancers. */
final class PodPlans {
    private record Draft(Set<IpAddress> podAddresses, Set<PortTranslation> translations, Set<Cidr> egress) {
        Draft() {
            this(new LinkedHashSet<>(), new LinkedHashSet<>(), new LinkedHashSet<>());
        }
    }

    private PodPlans() {}

    static Collection<PodPlan> of(Snapshot snapshot, String nodeName, int uplinkMtuBytes, int tunnelOverheadBytes) {
        Map<String, Draft> drafts = new LinkedHashMap<>();
        for (Balancer balancer : snapshot.balancers()) {
            for (Server server : balancer.servers()) {
                if (server.node().equals(nodeName)) {
                    add(drafts.computeIfAbsent(server.networkNamespace(), n -> new Draft()), balancer, server);
                }
            }
        }
        return drafts.entrySet().stream()
                .map(e -> new PodPlan(
                        e.getKey(),
                        List.copyOf(e.getValue().podAddresses()),
                        List.copyOf(e.getValue().translations()),
                        List.copyOf(e.getValue().egress()),
                        uplinkMtuBytes,
                        tunnelOverheadBytes))
                .toList();
    }

    private static void add(Draft draft, Balancer balancer, Server server) {
        draft.podAddresses().addAll(server.addresses());
        balancer.reply().egress().stream()
                .filter(prefix -> server.families().contains(prefix.family()))
                .forEach(draft.egress()::add);
        balancer.addresses().stream()
                .filter(vip -> server.families().contains(vip.family()))
                .flatMap(vip -> balancer.ports().stream()
                        .map(port -> new PortTranslation(
                                vip,
                                port.protocol(),
                                port.port(),
                                port.targetPort(),
                                port.delivery(),
                                balancer.returnMode())))
                .forEach(draft.translations()::add);
    }
}
