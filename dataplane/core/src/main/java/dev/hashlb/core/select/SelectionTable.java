package dev.hashlb.core.select;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.TableKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * From a flow to a slot and from a slot to a server, for one balancer, family and generation. Immutable. One final class for both
 * tables, so that the packet path has no virtual call: {@code Modulo} is the table whose slot i belongs to the i-th server.
 */
public final class SelectionTable {
    /** What an owner's index, a {@code char}, can tell apart. */
    public static final int MAX_SERVERS = 1 << 16;

    private final boolean fiveTuple;
    private final Modulus modulus;
    private final char[] owners;
    private final int servers;
    private final int listed;

    private SelectionTable(HashFields fields, char[] owners, int servers, int listed) {
        this.fiveTuple = fields == HashFields.FIVE_TUPLE;
        this.modulus = new Modulus(Math.max(1, owners.length));
        this.owners = owners;
        this.servers = servers;
        this.listed = listed;
    }

    /** Computes the table of the servers that take new flows at a generation. */
    public static SelectionTable of(Balancer balancer, Family family, long generation) {
        List<Server> all = balancer.servers();
        if (all.size() > MAX_SERVERS) {
            throw new IllegalArgumentException(
                    "balancer " + balancer.name() + " has " + all.size() + " servers, expected at most " + MAX_SERVERS);
        }
        int[] members = new int[all.size()];
        int n = 0;
        for (int i = 0; i < members.length; i++) {
            Server server = all.get(i);
            if (server.families().contains(family)
                    && server.intervalAt(generation).isPresent()) {
                members[n++] = i;
            }
        }
        members = Arrays.copyOf(members, n);
        HashFields fields = balancer.hash().fields();
        if (n == 0) {
            return new SelectionTable(fields, new char[0], 0, all.size());
        }
        char[] owners = balancer.hash().table() == TableKind.MODULO
                ? inOrder(members)
                : rendezvous(all, members, generation, balancer.hash().buckets());
        return new SelectionTable(fields, owners, n, all.size());
    }

    private static char[] inOrder(int[] members) {
        char[] owners = new char[members.length];
        for (int i = 0; i < owners.length; i++) {
            owners[i] = (char) members[i];
        }
        return owners;
    }

    private static char[] rendezvous(List<Server> all, int[] members, long generation, int buckets) {
        char[] owners = new char[buckets];
        long[] best = new long[buckets];
        long[] hashes = new long[all.size()];
        long[] salts = new long[buckets];
        int replicas = 0;
        int[] weights = new int[members.length];
        for (int m = 0; m < members.length; m++) {
            Server server = all.get(members[m]);
            hashes[members[m]] = Identity.hash(server.identity());
            weights[m] = server.intervalAt(generation).map(Interval::weight).orElseThrow();
            replicas = Math.max(replicas, weights[m]);
        }
        Arrays.fill(owners, (char) members[0]);
        for (int replica = 0; replica < replicas; replica++) {
            for (int bucket = 0; bucket < buckets; bucket++) {
                salts[bucket] = Rendezvous.salt(bucket, replica);
            }
            for (int m = 0; m < members.length; m++) {
                if (replica < weights[m]) {
                    claim(all, members[m], hashes, salts, owners, best);
                }
            }
        }
        return owners;
    }

    private static void claim(List<Server> all, int server, long[] hashes, long[] salts, char[] owners, long[] best) {
        for (int bucket = 0; bucket < owners.length; bucket++) {
            long score = Rendezvous.score(hashes[server], salts[bucket]);
            int compared = Long.compareUnsigned(score, best[bucket]);
            if (compared > 0 || (compared == 0 && precedes(all, hashes, server, owners[bucket]))) {
                best[bucket] = score;
                owners[bucket] = (char) server;
            }
        }
    }

    private static boolean precedes(List<Server> all, long[] hashes, int server, int other) {
        return precedes(
                hashes[server],
                all.get(server).identity(),
                hashes[other],
                all.get(other).identity());
    }

    /** The tie-break: the smaller identity hash, then the smaller UTF-8 bytes. */
    static boolean precedes(long hash, String identity, long otherHash, String otherIdentity) {
        int byHash = Long.compareUnsigned(hash, otherHash);
        return byHash < 0
                || (byHash == 0
                        && Arrays.compareUnsigned(
                                        identity.getBytes(StandardCharsets.UTF_8),
                                        otherIdentity.getBytes(StandardCharsets.UTF_8))
                                < 0);
    }

    /** Whether no server takes new flows. */
    public boolean isEmpty() {
        return servers == 0;
    }

    /** How many servers take new flows. */
    public int n() {
        return servers;
    }

    /** The formula's N: servers under {@code Modulo}, buckets under {@code Stable}; 0 if the table is empty. */
    public int slots() {
        return owners.length;
    }

    /** The slot of a flow; the table must not be empty. */
    public int slot(Flow flow) {
        return slot(flow, flow.destinationPort());
    }

    /** The slot of a flow whose destination port stands elsewhere: a fragment under {@code SourceAndService}. */
    public int slot(Flow flow, int destinationPort) {
        long small = fiveTuple
                ? (long) flow.sourcePort() + flow.destinationPort() + flow.protocol()
                : (long) destinationPort;
        if (flow.family() == Family.IPV4) {
            return modulus.remainder(flow.sourceLow() + flow.destinationLow() + small);
        }
        return modulus.remainder(
                flow.sourceHigh(), flow.sourceLow(), flow.destinationHigh(), flow.destinationLow(), small);
    }

    /** The owner of a slot, as an index into the balancer's servers. */
    public int owner(int slot) {
        return owners[slot];
    }

    /** How many slots each of the balancer's servers owns; a new array. */
    public int[] slotsPerServer() {
        int[] counts = new int[listed];
        for (char owner : owners) {
            counts[owner]++;
        }
        return counts;
    }
}
