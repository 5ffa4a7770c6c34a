package dev.hashlb.core.announce;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Snapshot;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * For which VIPs and gateways of router groups a node answers; a gateway is as a VIP of every router here.
 *
 * @param own the VIPs that this node answers for, and how
 * @param others the VIPs that another router alone answers for, and which
 */
public record AnnouncementPlan(Map<IpAddress, Answering> own, Map<IpAddress, String> others) {
    public static final AnnouncementPlan EMPTY = new AnnouncementPlan(Map.of(), Map.of());

    public AnnouncementPlan {
        own = Map.copyOf(own);
        others = Map.copyOf(others);
    }

    /**
     * What a node does by a snapshot.
     *
     * @param liveRouters names of the routers that live, as this node sees them; where it is not one of them, it answers for nothing
     */
    public static AnnouncementPlan of(Snapshot snapshot, Collection<String> liveRouters, String nodeName) {
        Announcers announcers = new Announcers(liveRouters);
        boolean lives = liveRouters.contains(nodeName);
        Map<IpAddress, Answering> own = new TreeMap<>();
        Map<IpAddress, String> others = new TreeMap<>();
        answering(snapshot).forEach((vip, answering) -> {
            if (answering == Answering.EVERY_ROUTER) {
                if (lives) {
                    own.put(vip, answering);
                }
                return;
            }
            announcers.announcer(vip).ifPresent(router -> {
                if (router.equals(nodeName)) {
                    own.put(vip, answering);
                } else {
                    others.put(vip, router);
                }
            });
        });
        return new AnnouncementPlan(own, others);
    }

    /** The same VIPs, none of them this node's yet: another has answered for them until now. */
    public AnnouncementPlan heldByAnother() {
        Map<IpAddress, String> held = new TreeMap<>(others);
        own.keySet().forEach(vip -> held.put(vip, ""));
        return new AnnouncementPlan(Map.of(), held);
    }

    /** Who answers for each VIP and gateway. Where balancers share a VIP, every router must get its packets if one of them needs it. */
    static Map<IpAddress, Answering> answering(Snapshot snapshot) {
        Map<IpAddress, Answering> answering = new TreeMap<>();
        for (Balancer balancer : snapshot.balancers()) {
            Answering wanted = balancer.ingress().selfSelect() ? Answering.EVERY_ROUTER : Answering.ONE_ROUTER;
            for (IpAddress vip : balancer.addresses()) {
                answering.merge(vip, wanted, (a, b) -> a == Answering.EVERY_ROUTER ? a : b);
            }
        }
        snapshot.routerGroups().stream()
                .flatMap(g -> g.gateways().stream())
                .forEach(gateway -> answering.put(gateway, Answering.EVERY_ROUTER));
        return answering;
    }
}
