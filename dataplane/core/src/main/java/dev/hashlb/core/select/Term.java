package dev.hashlb.core.select;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Server;
import java.util.ArrayList;
import java.util.List;

/**
 * A server's interval as the owner chain looks at it from one generation.
 *
 * @param contender the server with the interval's weight
 * @param interval as the list has it
 * @param last the last generation, at most the one looked from, in which the server took new flows
 */
record Term(Contender contender, Interval interval, long last) {
    long joined() {
        return interval.joined();
    }

    /** Whether the server took new flows at this generation. */
    boolean covers(long generation) {
        return interval.joined() <= generation && generation <= last;
    }

    /** The terms of a family's servers up to a generation, in the list's order. */
    static List<Term> of(List<Server> servers, Family family, long generation) {
        List<Term> terms = new ArrayList<>();
        for (int i = 0; i < servers.size(); i++) {
            Server server = servers.get(i);
            if (!server.families().contains(family)) {
                continue;
            }
            long hash = Identity.hash(server.identity());
            for (Interval interval : server.intervals()) {
                if (interval.joined() <= generation) {
                    Contender contender = new Contender((char) i, server.identity(), hash, interval.weight());
                    terms.add(new Term(contender, interval, last(interval, generation)));
                }
            }
        }
        return terms;
    }

    private static long last(Interval interval, long generation) {
        return interval.left().isEmpty() ? generation : Math.min(interval.left().getAsLong() - 1, generation);
    }
}
