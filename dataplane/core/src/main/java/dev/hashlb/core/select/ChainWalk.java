package dev.hashlb.core.select;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The owner chain of one bucket after another, from the terms of all living servers: from the newest generation back, who has the
 * highest score among those that took new flows then. Instead of every generation it visits only those in which the owner
 * changes: below the owner's {@code joined}, and where a server with a higher score had not left yet. Mutable; for one thread.
 */
final class ChainWalk {
    private final Term[] terms;
    private final Contender[] contenders;
    private final long[] joined;
    private final long[] last;
    private final long[] scores;
    private final long[] salts;
    private final long newest;
    private final long oldest;
    private char[] owners = new char[4];
    private int count;

    ChainWalk(List<Term> terms) {
        this.terms = terms.toArray(Term[]::new);
        contenders = terms.stream().map(Term::contender).toArray(Contender[]::new);
        joined = terms.stream().mapToLong(Term::joined).toArray();
        last = terms.stream().mapToLong(Term::last).toArray();
        scores = new long[contenders.length];
        salts = new long
                [Arrays.stream(contenders).mapToInt(Contender::weight).max().orElse(0)];
        newest = Arrays.stream(last).max().orElse(-1);
        oldest = Arrays.stream(joined).min().orElse(0);
    }

    /** Computes a bucket's chain, which {@link #owner} then tells. @return its length: 0 if there are no terms */
    int walk(int bucket) {
        score(bucket);
        count = 0;
        for (long generation = newest; generation >= oldest; ) {
            int owner = ownerAt(generation);
            if (owner >= 0) {
                append(contenders[owner].index());
            }
            generation = nextChange(owner, generation);
        }
        return count;
    }

    /** The server at a position of the chain that was walked last, 0 for the newest owner. */
    char owner(int position) {
        return owners[position];
    }

    /** A bucket's chain with the term of each server and the newest generation in which it was the highest. */
    List<ChainLink> links(int bucket) {
        score(bucket);
        List<ChainLink> links = new ArrayList<>();
        for (long generation = newest; generation >= oldest; ) {
            int owner = ownerAt(generation);
            if (owner >= 0) {
                int server = contenders[owner].index();
                if (links.stream().noneMatch(l -> l.serverIndex() == server)) {
                    links.add(new ChainLink(server, terms[owner].interval(), generation));
                }
            }
            generation = nextChange(owner, generation);
        }
        return links;
    }

    private void score(int bucket) {
        for (int replica = 0; replica < salts.length; replica++) {
            salts[replica] = Rendezvous.salt(bucket, replica);
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Rendezvous.highest(contenders[i].hash(), salts, contenders[i].weight());
        }
    }

    /** The term with the highest score among those that cover a generation, or -1. */
    private int ownerAt(long generation) {
        int owner = -1;
        for (int i = 0; i < scores.length; i++) {
            if (joined[i] <= generation && generation <= last[i] && (owner < 0 || beats(i, owner))) {
                owner = i;
            }
        }
        return owner;
    }

    /** The newest generation below this one in which somebody else than this owner may own the bucket. */
    private long nextChange(int owner, long generation) {
        long next = owner < 0 ? oldest - 1 : joined[owner] - 1;
        for (int i = 0; i < scores.length; i++) {
            if (last[i] < generation && last[i] > next && (owner < 0 || beats(i, owner))) {
                next = last[i];
            }
        }
        return next;
    }

    private boolean beats(int one, int other) {
        int compared = Long.compareUnsigned(scores[one], scores[other]);
        return compared > 0 || (compared == 0 && contenders[one].precedes(contenders[other]));
    }

    private void append(char server) {
        for (int i = 0; i < count; i++) {
            if (owners[i] == server) {
                return;
            }
        }
        if (count == owners.length) {
            owners = Arrays.copyOf(owners, 2 * count);
        }
        owners[count++] = server;
    }
}
