package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.NetworkNamespace;
import dev.hashlb.agent.linux.netlink.SocketClaims;
import dev.hashlb.core.forward.BalancerTable;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.snapshot.NamespacedName;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Since when lists are as they are, and what packet threads ask namespaces' kernels by. Each namespace gets that as soon as it is attached: a
 * router may go by a chain before this node knows of one. For the control thread.
 */
final class ChainUse {
    private static final Logger LOG = LoggerFactory.getLogger(ChainUse.class);

    /** How long after a change UDP is offered along the chain: as long as Linux remembers a UDP stream (nf_conntrack). */
    private static final long UDP_NANOS = TimeUnit.SECONDS.toNanos(180);

    /** When a list's generation was first seen. */
    private record Seen(long generation, long nanos) {}

    private final int loops;
    private Map<NamespacedName, Seen> seen = new HashMap<>();
    private boolean asked;

    ChainUse(int loops) {
        this.loops = loops;
    }

    void apply(ForwardingTable table, long nowNanos) {
        Map<NamespacedName, Seen> now = new HashMap<>();
        for (BalancerTable balancer : table.balancers()) {
            NamespacedName name = balancer.balancer().name();
            long generation = balancer.balancer().generation();
            Seen before = seen.get(name);
            now.put(
                    name,
                    before != null && before.generation() == generation ? before : new Seen(generation, nowNanos));
        }
        seen = now;
    }

    /** By balancer index, until when UDP is offered along the chain. */
    long[] udpUntil(ForwardingTable table) {
        return table.balancers().stream()
                .mapToLong(b -> {
                    Seen since = seen.get(b.balancer().name());
                    return (since == null ? System.nanoTime() : since.nanos()) + UDP_NANOS;
                })
                .toArray();
    }

    /** Once: namespaces have one kernel. */
    private void tellWhatIsMissing(SocketClaims claims) {
        if (asked) {
            return;
        }
        asked = true;
        List<String> missing = claims.missingModules();
        if (!missing.isEmpty()) {
            LOG.warn(
                    "the kernel lacks modules by which it tells of connections (those of port translation by nf_conntrack_netlink), so such are reset when their buckets move: modprobe {}",
                    String.join(" ", missing));
        }
    }

    /** Tries again where {@link #equip} has failed. */
    void equipAttached(Collection<PodPort> ports) {
        ports.stream().filter(p -> p.fd() != PodPort.NOT_ATTACHED).forEach(this::equip);
    }

    /** Gives a namespace what packet threads ask by, if it does not have it yet. */
    void equip(PodPort port) {
        if (port.hasClaims()) {
            return;
        }
        NetworkNamespace namespace = NetworkNamespace.ofPath(Path.of(port.networkNamespace()));
        SocketClaims[] claims = new SocketClaims[loops];
        int opened = 0;
        try {
            for (; opened < loops; opened++) {
                claims[opened] = SocketClaims.openIn(namespace);
            }
            tellWhatIsMissing(claims[0]);
            port.claims(claims);
        } catch (LinuxException e) {
            LOG.warn(
                    "sockets of {} cannot be looked up, so flows that it had before its buckets moved are lost: {}",
                    port.networkNamespace(),
                    e.getMessage());
            for (int i = 0; i < opened; i++) {
                claims[i].close();
            }
        }
    }
}
