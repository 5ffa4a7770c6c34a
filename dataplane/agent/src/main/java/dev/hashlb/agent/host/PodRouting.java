package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.netlink.Route;
import dev.hashlb.agent.linux.netlink.Rtnetlink;
import dev.hashlb.agent.linux.netlink.Rule;
import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Policy rules and routes of a server's namespace.
 *
 * <ul>
 *   <li>The server as a client of a VIP on its own {@code lo}: a rule before the local table's sends what it sends to the
 *       VIP out by the default route, so the kernel's rule for the local table moves from priority 0 to 1.
 *   <li>Replies that leave by the TUN: a rule by source (or mark) and a table whose default route is the TUN, with a
 *       blackhole behind it, so that they do not leave by the ordinary device while the TUN is away.
 *   <li>Connections that the server opens to prefixes of {@code egress}: likewise, from its own address.
 * </ul>
 *
 * @param rules what there should be of ours
 * @param routes what there should be of ours
 * @param movedLocal the families whose local rule is moved
 */
record PodRouting(List<Rule> rules, List<Route> routes, List<Family> movedLocal) {
    static final PodRouting NONE = new PodRouting(List.of(), List.of(), List.of());

    static PodRouting wanted(PodPlan plan, PodNetwork network, int tunIndex) {
        List<Rule> rules = new ArrayList<>();
        List<Route> routes = new ArrayList<>();
        List<Family> movedLocal = new ArrayList<>();
        for (Family family : Family.values()) {
            Route way = network.defaultRoutes().get(family);
            if (way != null && !plan.addressVips(family).isEmpty()) {
                movedLocal.add(family);
                plan.addressVips(family).forEach(vip -> rules.add(client(vip)));
                Optional<IpAddress> source = network.clientAddress(plan, family);
                routes.add(Route.defaultRoute(family)
                        .withLink(way.linkIndex())
                        .withGateway(way.gateway(), way.onLink())
                        .withSource(source.orElse(null))
                        .withTable(HostFootprint.CLIENT_TABLE)
                        .withProtocol(HostFootprint.PROTOCOL));
            }
            List<Rule> returns = returns(plan, family);
            if (!returns.isEmpty()) {
                rules.addAll(returns);
                Route byTun = Route.defaultRoute(family)
                        .withTable(HostFootprint.RETURN_TABLE)
                        .withProtocol(HostFootprint.PROTOCOL);
                routes.add(byTun.withKind(Route.Kind.BLACKHOLE).withMetric(HostFootprint.FALLBACK_METRIC));
                routes.add(byTun.withLink(tunIndex));
            }
            List<Cidr> egress = plan.egress(family);
            if (!egress.isEmpty()) {
                egress.forEach(prefix -> rules.add(opening(prefix)));
                Route byTun = Route.defaultRoute(family)
                        .withTable(HostFootprint.EGRESS_TABLE)
                        .withProtocol(HostFootprint.PROTOCOL);
                routes.add(byTun.withKind(Route.Kind.BLACKHOLE).withMetric(HostFootprint.FALLBACK_METRIC));
                routes.add(byTun.withLink(tunIndex)
                        .withSource(network.clientAddress(plan, family).orElse(null)));
            }
        }
        return new PodRouting(rules, routes, movedLocal);
    }

    private static Rule client(IpAddress vip) {
        return new Rule(
                vip.family(),
                HostFootprint.CLIENT_PRIORITY,
                null,
                Cidr.ofHost(vip),
                "lo",
                0,
                HostFootprint.CLIENT_TABLE,
                HostFootprint.PROTOCOL);
    }

    private static Rule opening(Cidr prefix) {
        return new Rule(
                prefix.family(),
                HostFootprint.EGRESS_PRIORITY,
                null,
                prefix,
                null,
                0,
                HostFootprint.EGRESS_TABLE,
                HostFootprint.PROTOCOL);
    }

    private static List<Rule> returns(PodPlan plan, Family family) {
        List<Rule> rules = new ArrayList<>();
        plan.addressVips(family).stream()
                .filter(plan::returnsByTun)
                .forEach(vip -> rules.add(returning(family, vip, 0)));
        if (plan.natVips(family).stream().anyMatch(plan::returnsByTun)) {
            rules.add(returning(family, null, HostFootprint.RETURN_MARK));
        }
        return rules;
    }

    private static Rule returning(Family family, @org.jspecify.annotations.Nullable IpAddress from, int mark) {
        return new Rule(
                family,
                HostFootprint.RETURN_PRIORITY,
                from,
                null,
                null,
                mark,
                HostFootprint.RETURN_TABLE,
                HostFootprint.PROTOCOL);
    }

    /** Makes the calling thread's namespace so. At no moment is there no rule for the local table. */
    void make(Rtnetlink rtnetlink) throws IOException {
        OwnRoutes.reconcile(rtnetlink.routes(), routes);
        for (Family family : Family.values()) {
            List<Rule> present = rtnetlink.rules().list(family);
            if (movedLocal.contains(family)) {
                moveLocalRule(rtnetlink, family, present);
            }
            for (Rule rule : rules) {
                if (rule.family() == family && !present.contains(rule)) {
                    rtnetlink.rules().add(rule);
                }
            }
            if (!movedLocal.contains(family)) {
                restoreLocalRule(rtnetlink, family, present);
            }
            for (Rule rule : present) {
                if (rule.protocol() == HostFootprint.PROTOCOL && !rule.isPlainLocal() && !rules.contains(rule)) {
                    rtnetlink.rules().remove(rule);
                }
            }
        }
    }

    private static void moveLocalRule(Rtnetlink rtnetlink, Family family, List<Rule> present) throws IOException {
        Rule moved = Rule.local(family, HostFootprint.LOCAL_PRIORITY, HostFootprint.PROTOCOL);
        for (Rule rule : present) {
            if (rule.isPlainLocal() && rule.priority() == 0) {
                rtnetlink.rules().add(moved);
                rtnetlink.rules().remove(rule);
            }
        }
    }

    private static void restoreLocalRule(Rtnetlink rtnetlink, Family family, List<Rule> present) throws IOException {
        Rule moved = Rule.local(family, HostFootprint.LOCAL_PRIORITY, HostFootprint.PROTOCOL);
        if (present.contains(moved)) {
            rtnetlink.rules().add(Rule.local(family, 0, Rule.PROTOCOL_KERNEL));
            rtnetlink.rules().remove(moved);
        }
    }
}
