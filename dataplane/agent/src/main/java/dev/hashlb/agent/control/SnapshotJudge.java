package dev.hashlb.agent.control;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.declare.Finding;
import dev.hashlb.core.declare.SnapshotRules;
import dev.hashlb.core.digest.BalancerDigest;
import dev.hashlb.core.digest.SnapshotDigest;
import dev.hashlb.core.select.BalancerTables;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.protocol.v1alpha1.Nack;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a snapshot may be applied on this node. Remembers the digests of the balancers that it saw last. For one thread. */
final class SnapshotJudge {
    private final String nodeName;
    private final ForbiddenAddresses forbidden;
    private final TablesInForce inForce;
    private Map<NamespacedName, Digested> digests = new HashMap<>();
    /** The last digest was not what was expected: the next is of nothing that is known from before. */
    private boolean distrusts;

    private record Digested(Balancer balancer, long digest) {}

    /** Addresses that no VIP may have here, with what each is, for a person. */
    interface ForbiddenAddresses {
        Map<IpAddress, String> now() throws IOException;
    }

    /** What this node forwards a balancer's packets by: most changes concern a few of its buckets. */
    interface TablesInForce {
        Optional<BalancerTables> of(NamespacedName balancer);
    }

    SnapshotJudge(String nodeName, ForbiddenAddresses forbidden, TablesInForce inForce) {
        this.nodeName = nodeName;
        this.forbidden = forbidden;
        this.inForce = inForce;
    }

    /**
     * @param expectedDigest what whoever sent the snapshot calculated
     * @throws ChangeRefusedException with the first reason against it
     * @throws IOException if the node's own addresses cannot be read
     */
    void check(Snapshot snapshot, long expectedDigest) throws ChangeRefusedException, IOException {
        if (snapshot.node(nodeName).isEmpty()) {
            throw new ChangeRefusedException(
                    Nack.Code.INVALID,
                    "nodes do not name this node, " + nodeName + "; expected all nodes, the receiver among them");
        }
        List<Finding> mistakes = SnapshotRules.mistakes(snapshot);
        if (!mistakes.isEmpty()) {
            Finding first = mistakes.getFirst();
            int index = first.place().document();
            throw new ChangeRefusedException(
                    Nack.Code.INVALID,
                    first.toString(),
                    index == SnapshotRules.NO_BALANCER
                            ? Optional.empty()
                            : Optional.of(snapshot.balancers().get(index).name()));
        }
        checkAddresses(snapshot);
        long digest = digest(snapshot);
        distrusts = digest != expectedDigest;
        if (distrusts) {
            throw new ChangeRefusedException(
                    Nack.Code.DIGEST_MISMATCH,
                    "the snapshot's digest here is %016x, expected %016x; send the whole snapshot, and compare the versions"
                            .formatted(digest, expectedDigest));
        }
    }

    private long digest(Snapshot snapshot) {
        Map<NamespacedName, Digested> now = new HashMap<>();
        long digest = SnapshotDigest.of(snapshot, balancer -> {
            Digested known = distrusts ? null : digests.get(balancer.name());
            Digested digested = known != null && known.balancer().equals(balancer)
                    ? known
                    : new Digested(balancer, BalancerDigest.of(balancer, tables(balancer)));
            now.put(balancer.name(), digested);
            return digested.digest();
        });
        digests = now;
        return digest;
    }

    private BalancerTables tables(Balancer balancer) {
        Optional<BalancerTables> before = distrusts ? Optional.empty() : inForce.of(balancer.name());
        return before.map(tables -> tables.next(balancer)).orElseGet(() -> BalancerTables.of(balancer));
    }

    private void checkAddresses(Snapshot snapshot) throws ChangeRefusedException, IOException {
        Map<IpAddress, String> never = forbidden.now();
        for (Balancer balancer : snapshot.balancers()) {
            for (IpAddress vip : balancer.addresses()) {
                String what = never.get(vip);
                if (what != null) {
                    throw new ChangeRefusedException(
                            Nack.Code.FORBIDDEN_ADDRESS,
                            "balancer " + balancer.name() + ": address " + vip + " is " + what + " on node " + nodeName
                                    + "; choose an address that nothing else has",
                            Optional.of(balancer.name()));
                }
            }
        }
    }
}
