package dev.hashlb.agent.engine.kernel;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.route.RouterList;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.Snapshot;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a filter has to know: how each VIP's packets choose their router, and by which list. While a list settles a router handles less than is its own
 * by the newer list; the filter goes by that alone, so that it drops nothing that the engine would handle.
 *
 * @param router this router's name
 * @param choices of every VIP; those that not all routers receive are among them, since they are services as well
 * @param judged the VIPs whose packets the filter judges
 */
record SelectionPlan(String router, RouterList list, Map<IpAddress, Ingress> choices, Set<IpAddress> judged) {

    /** @param router this router's name */
    static SelectionPlan of(ForwardingTable table, String router) {
        Snapshot snapshot = table.snapshot();
        Map<IpAddress, Ingress> choices = new HashMap<>();
        for (Balancer balancer : snapshot.balancers()) {
            balancer.addresses().forEach(vip -> choices.putIfAbsent(vip, balancer.ingress()));
        }
        boolean destinations = !snapshot.routerGroups().isEmpty();
        Set<IpAddress> judged = choices.entrySet().stream()
                .filter(each -> each.getValue().selfSelect() && !(destinations && asksWhichEnd(each.getValue())))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
        return new SelectionPlan(router, table.routers().now().list(), Map.copyOf(choices), judged);
    }

    /** Whether it matters that the packet's source may be a service too; the filter knows of VIPs, not of prefixes. */
    private static boolean asksWhichEnd(Ingress ingress) {
        return ingress.fields() == HashFields.SOURCE_AND_SERVICE;
    }

    /** Whether there is anything to drop. A router that is not in the list drops all, and needs no haste. */
    boolean useful() {
        return !judged.isEmpty() && list.indexOf(router) >= 0;
    }
}
