package dev.hashlb.operator.push;

import dev.hashlb.core.digest.SnapshotDigest;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TunnelKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as it goes out: what has not changed since the one before is taken over from it, so that equal resources are the
 * same objects. Immutable.
 */
final class EncodedSnapshot {
    private final long version;
    private final SortedMap<NamespacedName, EncodedBalancer> balancers;
    private final EncodedPart<List<Node>> nodes;
    private final EncodedPart<List<TunnelKey>> keys;
    private final long digest;
    private final int sizeBytes;

    private EncodedSnapshot(
            long version,
            SortedMap<NamespacedName, EncodedBalancer> balancers,
            EncodedPart<List<Node>> nodes,
            EncodedPart<List<TunnelKey>> keys) {
        this.version = version;
        this.balancers = balancers;
        this.nodes = nodes;
        this.keys = keys;
        this.digest = digestWithout(Set.of());
        this.sizeBytes = nodes.field().length
                + keys.field().length
                + balancers.values().stream().mapToInt(b -> b.field().length).sum();
    }

    /**
     * Encodes a snapshot.
     *
     * @param before the one before, whose resources are taken over where they are equal; null: none
     */
    static EncodedSnapshot of(Snapshot snapshot, @Nullable EncodedSnapshot before) {
        SortedMap<NamespacedName, EncodedBalancer> balancers = new TreeMap<>();
        List<Balancer> changed = new ArrayList<>();
        for (Balancer balancer : snapshot.balancers()) {
            EncodedBalancer known = before == null ? null : before.balancers.get(balancer.name());
            if (known != null && known.balancer().equals(balancer)) {
                balancers.put(balancer.name(), known);
            } else {
                changed.add(balancer);
            }
        }
        // Tables are computed for each digest: at a start, for hundreds of balancers, on all cores.
        changed.parallelStream()
                .map(EncodedBalancer::of)
                .toList()
                .forEach(encoded -> balancers.put(encoded.name(), encoded));
        List<Node> nodes = snapshot.nodes().stream()
                .sorted(Comparator.comparing(Node::name))
                .toList();
        return new EncodedSnapshot(
                snapshot.version(),
                balancers,
                EncodedPart.of(nodes, before == null ? null : before.nodes, WireResources::nodes),
                EncodedPart.of(snapshot.keys(), before == null ? null : before.keys, WireResources::keys));
    }

    long version() {
        return version;
    }

    List<Node> nodes() {
        return nodes.value();
    }

    /** How long it is as one whole change, about. */
    int sizeBytes() {
        return sizeBytes;
    }

    @Nullable EncodedBalancer balancer(NamespacedName name) {
        return balancers.get(name);
    }

    /**
     * The nodes that have something to prepare, where all that differs from another snapshot are servers that take no flows yet; empty if
     * something differs that every node calculates with, or nothing but the version.
     */
    Optional<Set<String>> preparing(EncodedSnapshot before) {
        if (!nodes.equals(before.nodes)
                || !keys.equals(before.keys)
                || !balancers.keySet().equals(before.balancers.keySet())) {
            return Optional.empty();
        }
        Set<Server> different = new HashSet<>();
        for (EncodedBalancer encoded : balancers.values()) {
            Balancer old =
                    Objects.requireNonNull(before.balancers.get(encoded.name())).balancer();
            if (old.equals(encoded.balancer())) {
                continue;
            }
            if (!old.withoutPrepared().equals(encoded.balancer().withoutPrepared())) {
                return Optional.empty();
            }
            addDifference(old.servers(), encoded.balancer().servers(), different);
            addDifference(encoded.balancer().servers(), old.servers(), different);
        }
        return Optional.of(different.stream().map(Server::node).collect(Collectors.toSet()))
                .filter(concerned -> !concerned.isEmpty());
    }

    private static void addDifference(List<Server> servers, List<Server> others, Set<Server> to) {
        Set<Server> some = new HashSet<>(servers);
        others.forEach(some::remove);
        to.addAll(some);
    }

    /** The digest of the snapshot without some of its balancers. */
    long digest(Set<NamespacedName> without) {
        return without.isEmpty() ? digest : digestWithout(without);
    }

    private long digestWithout(Set<NamespacedName> without) {
        List<Balancer> sent = balancers.values().stream()
                .filter(b -> !without.contains(b.name()))
                .map(EncodedBalancer::balancer)
                .toList();
        return SnapshotDigest.of(
                new Snapshot(version, sent, nodes.value(), List.of()),
                b -> Objects.requireNonNull(balancers.get(b.name())).digest());
    }

    /** The fields of a whole change that leaves some balancers out. */
    List<byte[]> whole(Set<NamespacedName> without) {
        List<byte[]> fields = new ArrayList<>(balancers.size() + 2);
        for (EncodedBalancer balancer : balancers.values()) {
            if (!without.contains(balancer.name())) {
                fields.add(balancer.field());
            }
        }
        fields.add(nodes.field());
        fields.add(keys.field());
        return fields;
    }

    /** The fields that turn what a node has into this, each with some balancers left out. */
    List<byte[]> since(EncodedSnapshot base, Set<NamespacedName> baseWithout, Set<NamespacedName> without) {
        List<byte[]> fields = new ArrayList<>();
        Map<NamespacedName, EncodedBalancer> gone = new HashMap<>(base.balancers);
        gone.keySet().removeAll(baseWithout);
        for (EncodedBalancer balancer : balancers.values()) {
            if (!without.contains(balancer.name()) && gone.remove(balancer.name()) != balancer) {
                fields.add(balancer.field());
            }
        }
        gone.keySet().stream().sorted().map(WireResources::removed).forEach(fields::add);
        if (base.nodes != nodes) {
            fields.add(nodes.field());
        }
        if (base.keys != keys) {
            fields.add(keys.field());
        }
        return fields;
    }
}
