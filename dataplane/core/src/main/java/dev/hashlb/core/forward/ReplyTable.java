package dev.hashlb.core.forward;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.route.LiveRouters;
import dev.hashlb.core.route.RouterSelection;
import dev.hashlb.core.route.ServiceEnd;
import dev.hashlb.core.snapshot.Ingress;
import org.jspecify.annotations.Nullable;

/**
 * Which router the calculation names, and what becomes of packets that servers send under {@code return: Gateway}: the host asks before it sends
 * one to the router, and the router before it sends it on. Immutable.
 */
public final class ReplyTable {
    private final VipTable vips;
    private final EgressTable egress;
    private final ServiceEnd serviceEnd;
    private final LiveRouters routers;

    ReplyTable(VipTable vips, EgressTable egress, ServiceEnd serviceEnd, LiveRouters routers) {
        this.vips = vips;
        this.egress = egress;
        this.serviceEnd = serviceEnd;
        this.routers = routers;
    }

    /** The same with other routers alive. */
    ReplyTable with(LiveRouters routersNow) {
        return new ReplyTable(vips, egress, serviceEnd, routersNow);
    }

    LiveRouters routers() {
        return routers;
    }

    /**
     * The router that the calculation names for a packet of a flow, request or reply, as an index into the live routers' list: whether it
     * has a part in it depends on the balancer's modes. {@link RouterSelection#NOBODY} if no router lives, or the packet is of no balancer.
     */
    public int router(Flow flow) {
        Vip vip = vips.find(flow.family(), flow.destinationHigh(), flow.destinationLow());
        if (vip == null) {
            vip = vips.find(flow.family(), flow.sourceHigh(), flow.sourceLow());
        }
        if (vip != null) {
            return router(vip.ingress(), flow);
        }
        BalancerTable opener = egress.find(flow);
        return opener == null
                ? RouterSelection.NOBODY
                : router(opener.balancer().ingress(), flow);
    }

    private int router(Ingress ingress, Flow flow) {
        return routers.now().by(ingress.fields(), ingress.table()).router(flow, serviceEnd.port(flow));
    }

    /** Whether replies from a VIP go through routers: as soon as one of its balancers says so. */
    public boolean goesByRouter(Family family, long high, long low) {
        Vip vip = vips.find(family, high, low);
        return vip != null && vip.gateway();
    }

    /**
     * What becomes of a packet that a server sent.
     *
     * @return {@link Verdict#SEND_ON} with the router that it goes through; or {@link Verdict#DROP}: not from a VIP of {@code Gateway} and
     *     not one that a server may send so, or no router lives
     */
    public Verdict decide(Packet packet, Decision out) {
        Flow flow = packet.flow();
        Vip vip = vips.find(flow.family(), flow.sourceHigh(), flow.sourceLow());
        BalancerTable balancer = vip == null ? egress.find(flow) : vip.soleBalancer();
        if (vip == null ? balancer == null : !vip.gateway()) {
            return out.drop(DropReason.UNEXPECTED_REPLY, balancer);
        }
        int router = router(ingress(vip, balancer), flow);
        return router == RouterSelection.NOBODY
                ? out.drop(DropReason.NO_ROUTER, balancer)
                : out.sendOn(balancer, router);
    }

    private static Ingress ingress(@Nullable Vip vip, @Nullable BalancerTable balancer) {
        if (vip != null) {
            return vip.ingress();
        }
        return balancer == null ? Ingress.ANY_NODE : balancer.balancer().ingress();
    }
}
