package dev.hashlb.core.select;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Server;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What differs between a server list and the next, to know which buckets' chains can differ. A chain stays as it is if none of its
 * servers has changed, and no server that is changed or new can have the highest score at any generation of its intervals. For the latter it
 * suffices that each such score is below the lowest that any server of the chain has: in each generation one of these owns the bucket.
 */
final class ListChange {
    private static final char GONE = Character.MAX_VALUE;

    /** By old index: the new index of a server that has not changed, or {@link #GONE}. */
    private final char[] newIndexes;
    /** By new index. */
    private final long[] hashes;

    private final int[] leastWeights;
    private final Contender[] changed;
    private final long[] salts;

    private ListChange(char[] newIndexes, long[] hashes, int[] leastWeights, List<Contender> changed, int mostWeight) {
        this.newIndexes = newIndexes;
        this.hashes = hashes;
        this.leastWeights = leastWeights;
        this.changed = changed.toArray(Contender[]::new);
        this.salts = new long[mostWeight];
    }

    /** @return null where it is simpler to compute everything anew */
    static @Nullable ListChange between(
            List<Server> before, long generationBefore, List<Server> now, long generationNow, Family family) {
        Map<String, Integer> indexesNow = new HashMap<>();
        for (int i = 0; i < now.size(); i++) {
            indexesNow.put(now.get(i).identity(), i);
        }
        if (generationNow < generationBefore || indexesNow.size() != now.size() || now.size() >= GONE) {
            return null;
        }
        char[] newIndexes = new char[before.size()];
        Set<String> same = new HashSet<>();
        for (int i = 0; i < newIndexes.length; i++) {
            Server old = before.get(i);
            int at = indexesNow.getOrDefault(old.identity(), -1);
            boolean unchanged = at >= 0 && sameTerms(old, now.get(at), family);
            newIndexes[i] = unchanged ? (char) at : GONE;
            if (unchanged) {
                same.add(old.identity());
            }
        }
        List<Term> sameTerms = new ArrayList<>();
        List<Term> changedTerms = new ArrayList<>();
        for (Term term : Term.of(now, family, generationNow)) {
            (same.contains(term.contender().identity()) ? sameTerms : changedTerms).add(term);
        }
        if (sameTerms.isEmpty()) {
            return null; // nobody's buckets stay as they are
        }
        boolean small = changedTerms.size() <= sameTerms.size() && 2 * same.size() >= before.size();
        if (!small || !standStill(sameTerms, generationBefore) || !cover(sameTerms, changedTerms)) {
            return null;
        }
        return of(newIndexes, now, sameTerms, changedTerms);
    }

    private static ListChange of(char[] newIndexes, List<Server> now, List<Term> same, List<Term> changed) {
        long[] hashes = new long[now.size()];
        int[] leastWeights = new int[now.size()];
        int mostWeight = 0;
        for (Term term : same) {
            Contender contender = term.contender();
            int index = contender.index();
            hashes[index] = contender.hash();
            int least = leastWeights[index];
            leastWeights[index] = least == 0 ? contender.weight() : Math.min(least, contender.weight());
            mostWeight = Math.max(mostWeight, leastWeights[index]);
        }
        for (Term term : changed) {
            mostWeight = Math.max(mostWeight, term.contender().weight());
        }
        return new ListChange(
                newIndexes,
                hashes,
                leastWeights,
                changed.stream().map(Term::contender).toList(),
                mostWeight);
    }

    private static boolean sameTerms(Server before, Server now, Family family) {
        return before.intervals().equals(now.intervals())
                && before.families().contains(family) == now.families().contains(family);
    }

    /** Whether nothing but the changed servers happened since: only then are the owners of new generations those of the last. */
    private static boolean standStill(List<Term> terms, long generationBefore) {
        for (Term term : terms) {
            Interval interval = term.interval();
            if (interval.joined() > generationBefore
                    || (interval.left().isPresent() && interval.left().getAsLong() > generationBefore)) {
                return false;
            }
        }
        return true;
    }

    /** Whether in each generation of the changed terms some unchanged one took new flows, whose score is to be beaten. */
    private static boolean cover(List<Term> same, List<Term> changed) {
        List<Term> ordered = new ArrayList<>(same);
        ordered.sort(Comparator.comparingLong(Term::joined));
        for (Term term : changed) {
            long uncovered = term.joined();
            for (Term other : ordered) {
                if (other.joined() <= uncovered && other.last() >= uncovered) {
                    uncovered = other.last() + 1;
                }
            }
            if (uncovered <= term.last()) {
                return false;
            }
        }
        return true;
    }

    /** Whether the bucket's chain may have changed. */
    boolean concerns(OwnerChains before, int bucket) {
        int length = before.length(bucket);
        for (int i = 0; i < length; i++) {
            if (newIndexes[before.owner(bucket, i)] == GONE) {
                return true;
            }
        }
        if (changed.length == 0) {
            return false;
        }
        for (int replica = 0; replica < salts.length; replica++) {
            salts[replica] = Rendezvous.salt(bucket, replica);
        }
        long lowest = -1L; // the highest unsigned
        for (int i = 0; i < length; i++) {
            int server = newIndexes[before.owner(bucket, i)];
            long score = Rendezvous.highest(hashes[server], salts, leastWeights[server]);
            lowest = Long.compareUnsigned(score, lowest) < 0 ? score : lowest;
        }
        for (Contender contender : changed) {
            long score = Rendezvous.highest(contender.hash(), salts, contender.weight());
            if (Long.compareUnsigned(score, lowest) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** The new index of a server that has not changed. */
    char newIndex(char oldIndex) {
        return newIndexes[oldIndex];
    }
}
