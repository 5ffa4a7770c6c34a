package dev.hashlb.core.declare;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.declare.Numbering.Numbered;
import dev.hashlb.core.select.Identity;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.RouterGroup;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TableKind;
import dev.hashlb.core.snapshot.TunnelKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** From a declaration to a snapshot, or to all the reasons why there is none. Applies every rule and every default. */
public final class SnapshotBuilder {
    private final Findings findings = new Findings();
    private final NodeRules nodes = new NodeRules(findings);
    private final List<BalancerDraft> balancers = new ArrayList<>();
    private final List<GroupDraft> groups = new ArrayList<>();
    private final Map<NamespacedName, Place> serverPlaces = new HashMap<>();
    private final Map<NamespacedName, List<ServerDraft>> servers = new HashMap<>();
    private final Map<NamespacedName, OptionalLong> generations = new HashMap<>();

    private SnapshotBuilder() {}

    /**
     * Judges a declaration.
     *
     * @param before the snapshot that it follows, for numbering changes and the version; {@link Snapshot#EMPTY} for none
     * @param keys the tunnel's keys, which no document carries
     * @return the snapshot, equal to {@code before} if nothing changed
     */
    public static Checked build(Declaration declaration, Snapshot before, List<TunnelKey> keys) {
        SnapshotBuilder builder = new SnapshotBuilder();
        builder.check(declaration);
        return new Checked(
                builder.findings.hasMistakes() ? Optional.empty() : Optional.of(builder.snapshot(before, keys)),
                builder.findings.list());
    }

    private void check(Declaration declaration) {
        for (Declaration.Entry entry : declaration.entries()) {
            if (entry.document() instanceof StaticNodes document) {
                nodes.check(document, place(entry));
            }
        }
        for (Declaration.Entry entry : declaration.entries()) {
            if (entry.document() instanceof HashLoadBalancer document) {
                balancers.add(new BalancerRules(findings).check(document, place(entry)));
            } else if (entry.document() instanceof HashRouterGroup document) {
                groups.add(new GroupRules(findings).check(document, place(entry)));
            }
        }
        new VipRules(findings).check(balancers, nodes.placesByAddress());
        new GroupsTogetherRules(findings).check(groups, balancers, nodes);
        for (Declaration.Entry entry : declaration.entries()) {
            if (entry.document() instanceof StaticServers document) {
                check(document, place(entry));
            }
        }
        for (BalancerDraft balancer : balancers) {
            List<ServerDraft> own = servers.get(balancer.name());
            if (own == null) {
                findings.warning(
                        balancer.place(), null, "has no StaticServers document", "it has no server until there is one");
            } else {
                checkTogether(balancer, own);
            }
        }
    }

    private void check(StaticServers document, Place place) {
        NamespacedName name = Names.balancer(document.metadata(), place, findings);
        ServerRules rules = new ServerRules(findings, nodes);
        List<ServerDraft> drafts = rules.check(document, place);
        if (!drafts.isEmpty() && !nodes.declared() && serverPlaces.isEmpty()) {
            findings.mistake(
                    drafts.getFirst().place().field("node"),
                    drafts.getFirst().node(),
                    "cannot be found, as there is no document of kind StaticNodes",
                    "add one that lists every node with its address");
        }
        if (Names.isUnnamed(name)) {
            return;
        }
        Place at = place.field("metadata").field("name");
        if (serverPlaces.putIfAbsent(name, place) != null) {
            findings.mistake(at, name.name(), "already has a StaticServers document", "put all its servers into one");
            return;
        }
        servers.put(name, drafts);
        generations.put(name, rules.generation(document, drafts, place));
        List<String> known = balancers.stream()
                .map(BalancerDraft::name)
                .filter(n -> !Names.isUnnamed(n))
                .map(NamespacedName::toString)
                .toList();
        if (!known.contains(name.toString())) {
            findings.mistake(
                    at,
                    name.name(),
                    "belongs to no HashLoadBalancer " + name,
                    known.isEmpty() ? "add the balancer's document" : Spelling.remedy(name.toString(), known));
        }
    }

    private void checkTogether(BalancerDraft balancer, List<ServerDraft> own) {
        Map<Integer, ServerDraft> byWireId = new HashMap<>();
        for (ServerDraft server : own) {
            ServerDraft other =
                    byWireId.putIfAbsent(Identity.wireId(ServerDraft.identity(balancer.name(), server.name())), server);
            if (other != null && !other.name().equals(server.name())) {
                findings.mistake(
                        server.place().field("name"),
                        server.name(),
                        "has by chance the same 32-bit wire id as "
                                + other.place().shortPath(),
                        "choose another name for one of them");
            }
        }
        if (!balancer.reply().egress().isEmpty()) {
            own.stream().filter(s -> s.addresses().isEmpty()).forEach(this::refuseUnknownSource);
        }
        if (balancer.hash().table() == TableKind.MODULO) {
            for (ServerDraft server : own) {
                refuseWeight(server);
            }
        }
    }

    /** Routers let nothing pass but what comes from an address that is a server's. */
    private void refuseUnknownSource(ServerDraft server) {
        findings.mistake(
                server.place().field("addresses"),
                null,
                "is missing, and the balancer has return.egress, for which every node must know the server's addresses",
                "write the server's own addresses");
    }

    private void refuseWeight(ServerDraft server) {
        List<Integer> weights = switch (server.tenure()) {
            case Tenure.Unnumbered wish -> List.of(wish.weight());
            case Tenure.Written written ->
                written.intervals().stream().map(Interval::weight).toList();
        };
        weights.stream()
                .filter(w -> w != 1)
                .findFirst()
                .ifPresent(weight -> findings.mistake(
                        server.place().field("weight"),
                        weight,
                        "cannot be had with table Modulo, which gives every server one share",
                        "leave it out, or choose table Stable"));
    }

    private Snapshot snapshot(Snapshot before, List<TunnelKey> keys) {
        Numbering numbering = new Numbering(before);
        List<Balancer> complete = balancers.stream()
                .map(b -> balancer(b, numbering))
                .sorted(Comparator.comparing(Balancer::name))
                .toList();
        List<RouterGroup> sortedGroups = groups.stream()
                .map(GroupDraft::toGroup)
                .sorted(Comparator.comparing(RouterGroup::name))
                .toList();
        List<Node> sortedNodes =
                nodes.nodes().stream().sorted(Comparator.comparing(Node::name)).toList();
        Snapshot same = new Snapshot(before.version(), complete, sortedGroups, sortedNodes, keys);
        return same.equals(before) ? before : same.withVersion(before.version() + 1);
    }

    private Balancer balancer(BalancerDraft draft, Numbering numbering) {
        List<ServerDraft> own = servers.getOrDefault(draft.name(), List.of());
        Set<Family> families = draft.addresses().stream()
                .map(a -> a.value().family())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Family.class)));
        Numbered numbered =
                numbering.number(draft.name(), own, generations.getOrDefault(draft.name(), OptionalLong.empty()));
        List<Server> complete = new ArrayList<>();
        for (int i = 0; i < own.size(); i++) {
            complete.add(own.get(i)
                    .toServer(draft.name(), families, numbered.intervals().get(i)));
        }
        return draft.toBalancer(numbered.generation(), complete);
    }

    static Place place(Declaration.Entry entry) {
        Metadata metadata = entry.document().metadata();
        String label = Document.label(
                entry.document().kind(),
                metadata == null ? null : metadata.namespace(),
                metadata == null ? null : metadata.name(),
                entry.index());
        return Place.of(entry.index(), label);
    }
}
