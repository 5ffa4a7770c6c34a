package dev.hashlb.agent.control;

import dev.hashlb.agent.control.WireReader.UnreadableException;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TunnelKey;
import dev.hashlb.protocol.v1alpha1.Nack;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** From a snapshot and a change to the next snapshot. Pure; whether the next one makes sense is for {@link SnapshotJudge}. */
final class ChangeReader {
    private ChangeReader() {}

    /**
     * @param before the snapshot that is applied; {@link Snapshot#EMPTY} if none was ever
     * @return with balancers and nodes by name
     */
    static Snapshot read(Snapshot before, SnapshotChange change) throws ChangeRefusedException {
        boolean whole = change.getBaseVersion() == 0;
        checkVersions(before, change, whole);
        Map<NamespacedName, Balancer> balancers = new TreeMap<>();
        if (!whole) {
            before.balancers().forEach(b -> balancers.put(b.name(), b));
            change.getRemovedBalancersList().forEach(n -> balancers.remove(WireReader.name(n)));
        }
        Set<NamespacedName> seen = new HashSet<>();
        for (dev.hashlb.protocol.v1alpha1.Balancer balancer : change.getBalancersList()) {
            NamespacedName name = WireReader.name(balancer.getName());
            if (!seen.add(name)) {
                throw invalid("balancer " + name + " is there twice; expected each once", Optional.of(name));
            }
            balancers.put(name, read(balancer, name));
        }
        return new Snapshot(
                change.getVersion(),
                List.copyOf(balancers.values()),
                change.hasNodes() ? nodes(change) : before.nodes(),
                change.hasKeys() ? keys(change) : before.keys());
    }

    private static void checkVersions(Snapshot before, SnapshotChange change, boolean whole)
            throws ChangeRefusedException {
        long version = change.getVersion();
        if (version < 1) {
            throw invalid(
                    "version is " + Long.toUnsignedString(version) + "; expected 1 to " + Long.MAX_VALUE,
                    Optional.empty());
        }
        if (!whole && (before.version() == 0 || change.getBaseVersion() != before.version())) {
            throw new ChangeRefusedException(
                    Nack.Code.BASE_MISMATCH,
                    "base_version is " + Long.toUnsignedString(change.getBaseVersion()) + ", but "
                            + (before.version() == 0 ? "nothing" : "version " + before.version())
                            + " is applied here; send the whole snapshot");
        }
        if (version < before.version()) {
            throw new ChangeRefusedException(
                    Nack.Code.BASE_MISMATCH,
                    "version " + version + " is older than " + before.version()
                            + ", which is applied here; another operator has sent that, leave it to that one");
        }
        if (whole && (!change.hasNodes() || !change.hasKeys() || change.getRemovedBalancersCount() > 0)) {
            throw invalid(
                    "the change is whole (base_version 0) and "
                            + (change.hasNodes() && change.hasKeys() ? "removes balancers" : "lacks its nodes or keys")
                            + "; expected nodes and keys, and nothing removed",
                    Optional.empty());
        }
    }

    private static Balancer read(dev.hashlb.protocol.v1alpha1.Balancer balancer, NamespacedName name)
            throws ChangeRefusedException {
        try {
            return WireReader.balancer(balancer);
        } catch (UnreadableException e) {
            throw invalid("balancer " + name + ": " + e.getMessage(), Optional.of(name));
        }
    }

    private static List<Node> nodes(SnapshotChange change) throws ChangeRefusedException {
        List<Node> nodes = new ArrayList<>();
        for (dev.hashlb.protocol.v1alpha1.Node node : change.getNodes().getNodesList()) {
            try {
                nodes.add(WireReader.node(node));
            } catch (UnreadableException e) {
                throw invalid("node " + node.getName() + ": " + e.getMessage(), Optional.empty());
            }
        }
        nodes.sort(Comparator.comparing(Node::name));
        return nodes;
    }

    private static List<TunnelKey> keys(SnapshotChange change) throws ChangeRefusedException {
        List<TunnelKey> keys = new ArrayList<>();
        for (dev.hashlb.protocol.v1alpha1.TunnelKey key : change.getKeys().getKeysList()) {
            try {
                keys.add(WireReader.key(key));
            } catch (UnreadableException e) {
                throw invalid("keys[" + keys.size() + "]." + e.getMessage(), Optional.empty());
            }
        }
        return keys;
    }

    private static ChangeRefusedException invalid(String reason, Optional<NamespacedName> balancer) {
        return new ChangeRefusedException(Nack.Code.INVALID, reason, balancer);
    }
}
