package dev.hashlb.core.select;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.snapshot.Server;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The owner chain of every bucket of a {@code Stable} table, for one family and generation: its owner now (or, if no server takes new
 * flows, the last that did), then its earlier owners that still live, newest first. A pure function of the living servers' intervals, see
 * docs/calculation.md. Immutable.
 */
final class OwnerChains {
    private final List<Server> servers;
    private final Family family;
    private final long generation;
    /** Empty if no server ever took flows. */
    private final char[] first;

    private final @Nullable EarlierOwners earlier;

    private OwnerChains(
            List<Server> servers, Family family, long generation, char[] first, @Nullable EarlierOwners earlier) {
        this.servers = servers;
        this.family = family;
        this.generation = generation;
        this.first = first;
        this.earlier = earlier;
    }

    /** Computes every bucket anew: a score for each bucket and interval. */
    static OwnerChains of(List<Server> servers, Family family, long generation, int buckets) {
        List<Term> terms = Term.of(servers, family, generation);
        if (terms.isEmpty()) {
            return new OwnerChains(servers, family, generation, new char[0], null);
        }
        ChainWalk walk = new ChainWalk(terms);
        char[] first = new char[buckets];
        EarlierOwners.Builder earlier = new EarlierOwners.Builder(buckets);
        for (int bucket = 0; bucket < buckets; bucket++) {
            walkInto(walk, bucket, first, earlier);
        }
        return new OwnerChains(servers, family, generation, first, earlier.isEmpty() ? null : earlier.build());
    }

    /**
     * The same as {@link #of}, but computes only the buckets that the difference between the lists can have changed, where it
     * is small enough for that to pay.
     *
     * @param newFamily may be another than that of these chains only where both families had the same list
     */
    OwnerChains next(List<Server> newServers, Family newFamily, long newGeneration, int buckets) {
        ListChange change = first.length != buckets
                ? null
                : ListChange.between(servers, generation, newServers, newGeneration, newFamily);
        if (change == null) {
            return of(newServers, newFamily, newGeneration, buckets);
        }
        ChainWalk walk = new ChainWalk(Term.of(newServers, newFamily, newGeneration));
        char[] newFirst = new char[buckets];
        EarlierOwners.Builder newEarlier = new EarlierOwners.Builder(buckets);
        for (int bucket = 0; bucket < buckets; bucket++) {
            if (change.concerns(this, bucket)) {
                walkInto(walk, bucket, newFirst, newEarlier);
            } else {
                newFirst[bucket] = change.newIndex(first[bucket]);
                for (int i = 1; i < length(bucket); i++) {
                    newEarlier.add(bucket, change.newIndex(owner(bucket, i)));
                }
            }
        }
        return new OwnerChains(
                newServers, newFamily, newGeneration, newFirst, newEarlier.isEmpty() ? null : newEarlier.build());
    }

    private static void walkInto(ChainWalk walk, int bucket, char[] first, EarlierOwners.Builder earlier) {
        int length = walk.walk(bucket);
        first[bucket] = walk.owner(0); // where there is any term, every bucket has an owner
        for (int i = 1; i < length; i++) {
            earlier.add(bucket, walk.owner(i));
        }
    }

    /** A bucket's chain with its reasons. */
    List<ChainLink> explain(int bucket) {
        return new ChainWalk(Term.of(servers, family, generation)).links(bucket);
    }

    char[] first() {
        return first;
    }

    @Nullable EarlierOwners earlier() {
        return earlier;
    }

    /** How many servers a bucket's chain has. */
    int length(int bucket) {
        return earlier == null ? 1 : 1 + earlier.count(bucket);
    }

    /** The server at a position of a bucket's chain, as an index into the balancer's servers. */
    char owner(int bucket, int position) {
        return position == 0 || earlier == null ? first[bucket] : earlier.owner(bucket, position - 1);
    }
}
