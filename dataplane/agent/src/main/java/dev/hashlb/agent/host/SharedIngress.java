package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.GroupMembership;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.TunDevice;
import dev.hashlb.agent.linux.netlink.Link;
import dev.hashlb.agent.linux.netlink.Route;
import dev.hashlb.agent.linux.netlink.Rtnetlink;
import dev.hashlb.agent.linux.netlink.Rule;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.announce.Announcer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node needs for packets that all routers receive ({@code ingress: SelfSelect}, router groups): a TUN of their own, {@code hashlb1}, so that the engine
 * tells them from packets that reached this router alone, such as those of its own pods. {@link NodeRuleset} marks them by how
 * their frames came, a policy rule leads the mark to a table, and the table to the device. The uplinks join the group's address.
 */
final class SharedIngress implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SharedIngress.class);

    private final TunDevice tun;
    private final int linkIndex;
    private final GroupMembership membership;

    private SharedIngress(TunDevice tun, int linkIndex, GroupMembership membership) {
        this.tun = tun;
        this.linkIndex = linkIndex;
        this.membership = membership;
    }

    /** @throws IOException if a device cannot be made or CAP_NET_RAW is missing */
    static SharedIngress open(Rtnetlink rtnetlink, int queues, int mtuBytes) throws IOException {
        return of(rtnetlink, NodeDevice.create(HostFootprint.SHARED_DEVICE, queues), mtuBytes);
    }

    /** @param tun the device, this object's from now on; closed if this fails */
    static SharedIngress of(Rtnetlink rtnetlink, TunDevice tun, int mtuBytes) throws IOException {
        try {
            int index = NodeDevice.configure(rtnetlink, HostFootprint.SHARED_DEVICE, mtuBytes);
            LOG.info("device {} is up: {} queues, MTU {}", HostFootprint.SHARED_DEVICE, tun.queues(), mtuBytes);
            return new SharedIngress(tun, index, GroupMembership.open());
        } catch (IOException e) {
            tun.close();
            throw e;
        }
    }

    /** The queues' descriptors; they stay this object's. */
    int[] queueFds() {
        return tun.fds();
    }

    /** Joins the group on the devices by which neighbours are reached, new ones included. */
    void join(Rtnetlink rtnetlink) throws IOException {
        for (Link link : rtnetlink.links().list()) {
            if (link.up() && link.usesArp() && !link.name().equals(HostFootprint.DEVICE) && !isPodSide(link)) {
                join(link);
            }
        }
    }

    /** A veth into another namespace is a pod's, and all frames pass there anyway. */
    private static boolean isPodSide(Link link) {
        return link.peerNamespaceId().isPresent();
    }

    private void join(Link link) throws IOException {
        try {
            membership.join(link.index(), Announcer.EVERY_ROUTER.toBytes());
        } catch (LinuxException e) {
            LOG.warn("device {} does not take the group address of SelfSelect VIPs: {}", link.name(), e.getMessage());
        }
    }

    /** The routes of the table; the blackhole is taken once the device is gone. */
    List<Route> routes(List<Family> families) {
        List<Route> routes = new ArrayList<>();
        for (Family family : families) {
            Route ours = Route.defaultRoute(family)
                    .withTable(HostFootprint.SHARED_TABLE)
                    .withProtocol(HostFootprint.PROTOCOL);
            routes.add(ours.withKind(Route.Kind.BLACKHOLE).withMetric(HostFootprint.FALLBACK_METRIC));
            routes.add(ours.withLink(linkIndex));
        }
        return routes;
    }

    /** Has marked packets look up the table, in the families that need it; elsewhere no rule of ours remains. */
    static void reconcileRules(Rtnetlink rtnetlink, List<Family> families) throws IOException {
        for (Family family : Family.values()) {
            Rule wanted = new Rule(
                    family,
                    HostFootprint.SHARED_PRIORITY,
                    null,
                    null,
                    null,
                    HostFootprint.SHARED_MARK,
                    HostFootprint.SHARED_TABLE,
                    HostFootprint.PROTOCOL);
            if (families.contains(family)) {
                rtnetlink.rules().add(wanted);
            }
            for (Rule rule : rtnetlink.rules().list(family)) {
                boolean ours = rule.protocol() == HostFootprint.PROTOCOL;
                if (ours && !(families.contains(family) && rule.equals(wanted))) {
                    rtnetlink.rules().remove(rule);
                }
            }
        }
    }

    /** Ends the device and the membership; rules and routes are {@link NodeSetup}'s to take back. */
    @Override
    public void close() {
        membership.close();
        tun.close();
    }
}
