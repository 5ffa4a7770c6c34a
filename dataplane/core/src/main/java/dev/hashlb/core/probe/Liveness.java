package dev.hashlb.core.probe;

import dev.hashlb.core.neighbor.MacAddress;
import dev.hashlb.core.route.RouterList;
import dev.hashlb.core.snapshot.Node;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who lives, as one node concludes it from the probes that it hears; the rules are in docs/wire-format.md. Times are milliseconds of any
 * clock that never goes back. Not for several threads.
 *
 * <p>Nobody is elected and nothing is agreed upon: each node has its own list, and tells its digest. What depends on equal
 * lists waits for equal digests, but never longer than {@value #AGREED_AFTER_MS} ms.
 */
public final class Liveness {
    /** Between two probes to a peer. */
    public static final long INTERVAL_MS = 200;
    /** Four probes missed, and a tenth of a second for the way and for threads to get their turn. */
    public static final long LOST_AFTER_MS = 4 * INTERVAL_MS + 100;
    /** How long a node hears its peers before it counts itself, and a peer that was lost is heard before it counts again. */
    public static final long SETTLED_AFTER_MS = 1_000;

    public static final long AGREED_AFTER_MS = 300;

    /** An echo of what was sent in the last second is fresh. */
    private static final int FRESH_ROUNDS = (int) (1_000 / INTERVAL_MS);
    /** A longer time without a look at the clock means that this process stood still. */
    private static final long STOOD_STILL_MS = 2 * INTERVAL_MS;

    private final String self;
    private final long epoch;
    private final boolean follows;
    private final long startedMs;
    private final Map<String, Peer> peers = new TreeMap<>();
    private List<Node> nodes = List.of();
    private boolean leaving;
    private long lookedMs;
    private long sentMs;
    private int sequence;
    private RouterList routers = RouterList.EMPTY;
    private long changedMs;
    private boolean sendNow = true;
    private long vipsDigest;

    /**
     * Begins to listen.
     *
     * @param self this node's name
     * @param epoch drawn for this process; not 0
     * @param follows whether an earlier process of this node has forwarded until now: peers may count this one at once
     */
    public Liveness(String self, long epoch, boolean follows, long nowMs) {
        if (epoch == 0) {
            throw new IllegalArgumentException("epoch 0 means that nothing was heard");
        }
        this.self = self;
        this.epoch = epoch;
        this.follows = follows;
        startedMs = nowMs;
        lookedMs = nowMs;
        changedMs = nowMs;
        sentMs = nowMs;
    }

    /**
     * Says who there is.
     *
     * @param all every node of the snapshot
     * @param vips {@link VipsDigest}
     */
    public void nodes(Collection<Node> all, long vips) {
        nodes = List.copyOf(all);
        vipsDigest = vips;
        Map<String, Node> others = new HashMap<>();
        nodes.stream().filter(n -> !n.name().equals(self)).forEach(n -> others.put(n.name(), n));
        peers.keySet().retainAll(others.keySet());
        others.forEach((name, node) -> {
            Peer known = peers.get(name);
            if (known == null || !known.node().equals(node)) {
                peers.put(name, new Peer(node));
            }
        });
    }

    /** A probe of a peer, whose tag was good. Of a node that is not a peer: ignored. */
    public void heard(String peer, Probe probe, long nowMs) {
        Peer known = peers.get(peer);
        if (known != null) {
            int age = sequence - probe.echoedSequence();
            known.hear(probe, probe.echoedEpoch() == epoch && age >= 0 && age < FRESH_ROUNDS, nowMs);
        }
    }

    /** Looks at the clock, after everything that came was heard; several times in an interval. @return whether the list changed */
    public boolean look(long nowMs) {
        long passedMs = nowMs - lookedMs;
        lookedMs = nowMs;
        if (passedMs > STOOD_STILL_MS) {
            peers.values().forEach(p -> p.allow(passedMs, nowMs));
        }
        peers.values().forEach(p -> p.judge(nowMs));
        RouterList now = RouterList.of(nodes, this::counts);
        if (now.equals(routers)) {
            return false;
        }
        routers = now;
        changedMs = nowMs;
        sendNow = true;
        return true;
    }

    private boolean counts(String name) {
        if (name.equals(self)) {
            return settled() && !leaving;
        }
        Peer peer = peers.get(name);
        return peer != null && peer.live();
    }

    /** Whether probes are to be sent to all peers now: {@link #next}. */
    public boolean due(long nowMs) {
        if (!sendNow && nowMs - sentMs < INTERVAL_MS) {
            return false;
        }
        sendNow = false;
        sentMs = nowMs;
        sequence++;
        return true;
    }

    /** The probe of this round for a peer. */
    public Probe next(String peer, MacAddress mac) {
        Peer to = peers.get(peer);
        if (to == null) {
            throw new IllegalArgumentException(peer + " is no peer");
        }
        return new Probe(
                settled() || follows,
                leaving,
                epoch,
                sequence,
                to.echoedEpoch(lookedMs),
                to.echoedSequence(lookedMs),
                routers.digest(),
                vipsDigest,
                mac);
    }

    /** This node stops in order: the next round tells it. */
    public void leave() {
        leaving = true;
        sendNow = true;
    }

    /**
     * Whether this node has listened long enough to have an opinion; before, the list lacks it and may lack others. Where there is nobody to
     * listen to, at once.
     */
    public boolean settled() {
        return (peers.isEmpty() && !nodes.isEmpty()) || lookedMs - startedMs >= SETTLED_AFTER_MS;
    }

    /** All but this node. */
    public List<Node> peers() {
        return peers.values().stream().map(Peer::node).toList();
    }

    public RouterList routers() {
        return routers;
    }

    /** Peers that live, routers or not. */
    public List<String> livePeers() {
        List<String> live = new ArrayList<>();
        peers.forEach((name, peer) -> {
            if (peer.live()) {
                live.add(name);
            }
        });
        return live;
    }

    /** Peers of which nothing is heard, though they did not say that they leave; none before this node has settled. */
    public List<String> missedPeers() {
        List<String> missed = new ArrayList<>();
        peers.forEach((name, peer) -> {
            if (settled() && peer.missed(lookedMs)) {
                missed.add(name);
            }
        });
        return missed;
    }

    /** The MAC addresses that peers said to announce from, those of peers that do not live any more included. */
    public Set<MacAddress> macs() {
        Set<MacAddress> macs = new HashSet<>();
        peers.values().forEach(p -> macs.add(p.last().mac()));
        macs.remove(MacAddress.NONE);
        return macs;
    }

    /** Whether every router that lives shows this node's list and VIPs, or the list has stood for {@value #AGREED_AFTER_MS} ms. */
    public boolean agreed(long nowMs) {
        if (nowMs - changedMs >= AGREED_AFTER_MS) {
            return true;
        }
        long digest = routers.digest();
        return peers.values().stream()
                .filter(p -> p.live() && p.node().router())
                .allMatch(p -> p.last().routersDigest() == digest && p.last().vipsDigest() == vipsDigest);
    }
}
