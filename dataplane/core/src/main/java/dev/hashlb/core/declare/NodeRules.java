package dev.hashlb.core.declare;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rules about nodes. Takes all {@link StaticNodes} documents, one after the other. */
final class NodeRules {
    private final Findings findings;
    private final Map<String, Place> placesByName = new LinkedHashMap<>();
    private final Map<IpAddress, Place> placesByAddress = new LinkedHashMap<>();
    private final List<Node> good = new ArrayList<>();
    private boolean declared;

    NodeRules(Findings findings) {
        this.findings = findings;
    }

    void check(StaticNodes document, Place place) {
        declared = true;
        Place at = place.field("nodes");
        if (document.nodes() == null || document.nodes().isEmpty()) {
            String problem = document.nodes() == null ? "is missing" : "is empty";
            findings.mistake(at, null, problem, "list every node as {name: NAME, address: ADDRESS}");
            return;
        }
        for (int i = 0; i < document.nodes().size(); i++) {
            check(document.nodes().get(i), at.item(i));
        }
    }

    /** Whether there was any document about nodes. */
    boolean declared() {
        return declared;
    }

    List<Node> nodes() {
        return List.copyOf(good);
    }

    /** Every name that was declared, also of nodes with mistakes, with its place. */
    Map<String, Place> placesByName() {
        return placesByName;
    }

    Map<IpAddress, Place> placesByAddress() {
        return placesByAddress;
    }

    private void check(StaticNodes.@Nullable Node node, Place place) {
        if (node == null) {
            findings.mistake(place, null, "is empty", "write {name: NAME, address: ADDRESS}");
            return;
        }
        String name = Names.subdomain(node.name(), place.field("name"), findings);
        if (!name.isEmpty()) {
            Place earlier = placesByName.putIfAbsent(name, place);
            if (earlier != null) {
                String problem = "is already the name of " + earlier.shortPath();
                findings.mistake(place.field("name"), name, problem, "give each node its own name");
            }
        }
        Addresses.host(
                        node.address(),
                        place.field("address"),
                        "write the address to which the other nodes send the tunnel's packets",
                        findings)
                .ifPresent(address -> {
                    Place earlier = placesByAddress.putIfAbsent(address.value(), place);
                    if (earlier != null) {
                        String problem = "is already the address of " + earlier.shortPath();
                        findings.mistake(address.place(), address.value(), problem, "give each node its own address");
                    }
                    boolean router = node.router() == null ? Defaults.ROUTER : node.router();
                    good.add(new Node(name, address.value(), router));
                });
    }
}
