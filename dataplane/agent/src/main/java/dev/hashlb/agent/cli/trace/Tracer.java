package dev.hashlb.agent.cli.trace;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.forward.BalancerTable;
import dev.hashlb.core.forward.Decision;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.forward.GroupTable;
import dev.hashlb.core.forward.Verdict;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.packet.PacketKind;
import dev.hashlb.core.route.RouterSelection;
import dev.hashlb.core.route.RouterSelections;
import dev.hashlb.core.select.ChainLink;
import dev.hashlb.core.select.SelectionTable;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.ReturnMode;
import dev.hashlb.core.snapshot.RouterGroup;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TableKind;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Answers which server takes a flow, by the code that routers decide with. For one thread.
 */
public final class Tracer {
    private final ForwardingTable table;
    private final Probe probe = new Probe();
    private final Flow flow = new Flow();
    private final Decision decision = new Decision();

    /** @param generation look at every balancer as it was at this generation; empty: as it is */
    public Tracer(Snapshot snapshot, OptionalLong generation) {
        table = ForwardingTable.compile(generation.isEmpty() ? snapshot : at(generation.getAsLong(), snapshot));
    }

    private static Snapshot at(long generation, Snapshot snapshot) {
        List<Balancer> balancers = snapshot.balancers().stream()
                .map(b -> b.withGeneration(generation))
                .toList();
        return snapshot.withBalancers(balancers);
    }

    /** @param text a flow, or anything else: then the answer says what is wrong with it */
    public Answer answer(String text) {
        String shown = text.strip();
        try {
            FlowText.parse(text, flow);
        } catch (IllegalArgumentException e) {
            return new Answer.Refused(shown, Optional.empty(), String.valueOf(e.getMessage()));
        }
        int group = table.groups().group(flow);
        if (group != GroupTable.NONE && !isForVip()) {
            return routed(shown, group);
        }
        Verdict verdict = table.decide(flow, PacketKind.FLOW, decision);
        BalancerTable balancer = decision.balancer();
        ServicePort port = decision.port();
        if (verdict != Verdict.FORWARD || balancer == null || port == null) {
            return new Answer.Refused(
                    shown, Optional.ofNullable(balancer).map(BalancerTable::balancer), error(verdict));
        }
        SelectionTable selection = balancer.table(flow.family());
        Server server = balancer.server(decision.serverIndex());
        return new Answer.Taken(
                shown,
                balancer.balancer(),
                port,
                sum(balancer.balancer().hash().fields(), flow.destinationPort()),
                selection.slots(),
                decision.slot(),
                selection.n(),
                server,
                table.snapshot().node(server.node()).orElse(null),
                router(balancer.balancer()),
                chain(balancer, selection, decision.slot()),
                probe.refusal(flow));
    }

    private boolean isForVip() {
        return table.isVip(flow.family(), flow.destinationHigh(), flow.destinationLow());
    }

    private Answer routed(String shown, int index) {
        RouterGroup group = table.groups().get(index);
        RouterSelections routers = table.routers().now();
        int router = table.groups().router(index, flow, routers);
        if (router == RouterSelection.NOBODY) {
            return new Answer.Refused(shown, Optional.empty(), "router group " + group.name() + " has no router");
        }
        return new Answer.Routed(
                shown,
                group,
                sum(group.fields(), table.groups().servicePort(flow)),
                group.table() == TableKind.STABLE
                        ? RouterSelection.BUCKETS
                        : routers.list().size(),
                routers.list().routers().get(router));
    }

    /** Of all routers that are declared: a trace does not know which of them live. */
    private @Nullable Node router(Balancer balancer) {
        boolean calculated = balancer.ingress().selfSelect() || balancer.returnMode() == ReturnMode.GATEWAY;
        int router = calculated ? table.replies().router(flow) : RouterSelection.NOBODY;
        return router == RouterSelection.NOBODY
                ? null
                : table.routers().now().list().routers().get(router);
    }

    private static List<Answer.ChainEntry> chain(BalancerTable balancer, SelectionTable selection, int slot) {
        List<ChainLink> links = selection.moved(slot) ? selection.explainChain(slot) : alone(balancer, selection, slot);
        return links.stream()
                .map(link -> new Answer.ChainEntry(
                        balancer.server(link.serverIndex()),
                        balancer.wireId(link.serverIndex()),
                        link.interval(),
                        link.newestOwned()))
                .toList();
    }

    /** The chain of a slot that never moved, without computing it again. */
    private static List<ChainLink> alone(BalancerTable balancer, SelectionTable selection, int slot) {
        int owner = selection.owner(slot);
        long generation = balancer.balancer().generation();
        return selection.hasChains()
                ? balancer.server(owner).intervalAt(generation).stream()
                        .map(interval -> new ChainLink(owner, interval, generation))
                        .toList()
                : List.of();
    }

    /** The formula's sum, to show; the slot comes from the table itself. */
    private BigInteger sum(HashFields fields, int servicePort) {
        BigInteger addresses = number(flow.source()).add(number(flow.destination()));
        long small = fields == HashFields.FIVE_TUPLE
                ? (long) flow.sourcePort() + flow.destinationPort() + flow.protocol()
                : servicePort;
        return addresses.add(BigInteger.valueOf(small));
    }

    private static BigInteger number(IpAddress address) {
        return new BigInteger(1, address.toBytes());
    }

    private String error(Verdict verdict) {
        String balancer = decision.balancer() == null
                ? "every balancer of " + flow.destination()
                : "balancer " + decision.balancer().balancer().name();
        String what = switch (decision.dropReason()) {
            case NOT_A_VIP -> flow.destination() + " is no balancer's address";
            case UNDECLARED_PORT ->
                "no balancer declares " + protocol() + " port " + flow.destinationPort() + " of " + flow.destination();
            case SOURCE_RANGE -> flow.source() + " is outside the sourceRanges of " + balancer;
            case NO_SERVER -> balancer + " has no server that takes new flows" + whoDrains();
            default -> decision.dropReason().description();
        };
        return switch (verdict) {
            case ANSWER_RESET -> what + "; it is answered with a reset";
            case ANSWER_UNREACHABLE -> what + "; it is answered with an ICMP port unreachable";
            default -> what + "; it is dropped";
        };
    }

    /** Routers treat packets of open TCP connections otherwise. */
    private String whoDrains() {
        BalancerTable balancer = decision.balancer();
        boolean drains = balancer != null && balancer.table(flow.family()).hasOwners();
        return drains && protocol() == Protocol.TCP
                ? ", and those that drain keep their connections; this is what becomes of a new one"
                : "";
    }

    private Protocol protocol() {
        return flow.protocol() == Protocol.TCP.number() ? Protocol.TCP : Protocol.UDP;
    }
}
