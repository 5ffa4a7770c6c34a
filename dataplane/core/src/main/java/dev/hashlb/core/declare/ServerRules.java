package dev.hashlb.core.declare;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Rules about the servers of one balancer by themselves, and the nodes that host them. */
final class ServerRules {
    private final Findings findings;
    private final NodeRules nodes;

    ServerRules(Findings findings, NodeRules nodes) {
        this.findings = findings;
        this.nodes = nodes;
    }

    List<ServerDraft> check(StaticServers document, Place place) {
        Place at = place.field("servers");
        if (document.servers() == null) {
            findings.mistake(at, null, "is missing", "list the servers, or write servers: [] for none");
            return List.of();
        }
        List<ServerDraft> drafts = new ArrayList<>();
        Map<String, Place> placesByName = new HashMap<>();
        Map<String, Place> placesByNamespace = new HashMap<>();
        for (int i = 0; i < document.servers().size(); i++) {
            StaticServers.Server server = document.servers().get(i);
            if (server == null) {
                findings.mistake(at.item(i), null, "is empty", "write {name: NAME, node: NODE, netns: NAMESPACE}");
                continue;
            }
            ServerDraft draft = check(server, at.item(i));
            drafts.add(draft);
            tellRepetitions(draft, placesByName, placesByNamespace);
        }
        return drafts;
    }

    /** The list's number, if one is written that can be it. */
    OptionalLong generation(StaticServers document, List<ServerDraft> servers, Place place) {
        Long written = document.generation();
        if (written == null) {
            return OptionalLong.empty();
        }
        Place at = place.field("generation");
        if (servers.stream().anyMatch(s -> s.tenure() instanceof Tenure.Unnumbered)) {
            findings.mistake(
                    at,
                    written,
                    "is for lists whose servers all have joined",
                    "write joined for each, or leave generation out");
            return OptionalLong.empty();
        }
        long least = Math.max(
                1,
                Numbering.newest(servers.stream()
                        .map(ServerDraft::tenure)
                        .map(Tenure.Written.class::cast)
                        .map(Tenure.Written::intervals)
                        .toList()));
        if (written < least) {
            findings.mistake(
                    at, written, "is below " + least + ", the newest number of the list", "write that or more");
            return OptionalLong.empty();
        }
        return OptionalLong.of(written);
    }

    private ServerDraft check(StaticServers.Server server, Place place) {
        return new ServerDraft(
                place,
                Names.subdomain(server.name(), place.field("name"), findings),
                node(server.node(), place.field("node")),
                netns(server.netns(), place.field("netns")),
                addresses(server.addresses(), place.field("addresses")),
                new TenureRules(findings).check(server, place));
    }

    private void tellRepetitions(
            ServerDraft draft, Map<String, Place> placesByName, Map<String, Place> placesByNamespace) {
        if (!draft.name().isEmpty()) {
            Place earlier = placesByName.putIfAbsent(draft.name(), draft.place());
            if (earlier != null) {
                findings.mistake(
                        draft.place().field("name"),
                        draft.name(),
                        "is already the name of " + earlier.shortPath(),
                        "give each server its own name");
            }
        }
        if (!draft.node().isEmpty() && !draft.netns().isEmpty()) {
            Place earlier = placesByNamespace.putIfAbsent(draft.node() + " " + draft.netns(), draft.place());
            if (earlier != null) {
                findings.warning(
                        draft.place().field("netns"),
                        draft.netns(),
                        "on node " + draft.node() + " is already that of " + earlier.shortPath(),
                        "two servers in one namespace are one server with a double share; use weight for that");
            }
        }
    }

    private String node(@Nullable String node, Place place) {
        if (node == null) {
            findings.mistake(place, null, "is missing", "name the node that hosts the server");
            return "";
        }
        // Without any StaticNodes the builder tells that once, instead of once for each server.
        if (nodes.declared() && !nodes.placesByName().containsKey(node)) {
            findings.mistake(
                    place,
                    node,
                    "is not among the nodes",
                    Spelling.remedy(node, nodes.placesByName().keySet()));
        }
        return node;
    }

    private String netns(@Nullable String netns, Place place) {
        String remedy = "write a name under /run/netns or an absolute path";
        if (netns == null) {
            findings.mistake(place, null, "is missing", remedy);
            return "";
        }
        boolean name = !netns.isBlank() && !netns.contains("/") && !netns.equals(".") && !netns.equals("..");
        boolean path = netns.startsWith("/") && netns.length() > 1;
        if ((!name && !path) || netns.chars().anyMatch(Character::isISOControl)) {
            findings.mistake(place, netns, "is not a network namespace", remedy);
            return "";
        }
        return netns;
    }

    private List<IpAddress> addresses(@Nullable List<@Nullable String> literals, Place place) {
        if (literals == null) {
            return List.of();
        }
        Map<Family, Located<IpAddress>> byFamily = new EnumMap<>(Family.class);
        for (int i = 0; i < literals.size(); i++) {
            Addresses.host(literals.get(i), place.item(i), "write the server's own address", findings)
                    .ifPresent(address -> {
                        Located<IpAddress> earlier =
                                byFamily.putIfAbsent(address.value().family(), address);
                        if (earlier != null) {
                            findings.mistake(
                                    address.place(),
                                    address.value(),
                                    "is of the same family as " + earlier.value(),
                                    "write at most one address of IPv4 and one of IPv6");
                        }
                    });
        }
        return byFamily.values().stream().map(Located::value).toList();
    }
}
