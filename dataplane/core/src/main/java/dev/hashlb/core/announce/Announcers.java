package dev.hashlb.core.announce;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.select.Identity;
import dev.hashlb.core.select.Rendezvous;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which of the routers that live announces a VIP: the one with the highest rendezvous score for it, see docs/calculation.md. So a
 * router that dies gives away its own VIPs and no other moves, and one that comes takes VIPs for itself alone.
 */
public final class Announcers {
    private record Candidate(String name, long identityHash) {}

    /** In the order in which equal scores are decided: nobody replaces one before it without a higher score. */
    private final List<Candidate> candidates;

    /** @param liveRouters names of nodes, each once, in any order */
    public Announcers(Collection<String> liveRouters) {
        candidates = liveRouters.stream()
                .map(name -> new Candidate(name, Identity.hash(name)))
                .sorted(Comparator.comparing(Candidate::identityHash, Long::compareUnsigned)
                        .thenComparing(Candidate::name))
                .toList();
    }

    /** The router that announces the VIP; empty if none lives. */
    public Optional<String> announcer(IpAddress vip) {
        long salt = Identity.hash(vip.toBytes());
        Candidate best = null;
        long highest = 0;
        for (Candidate candidate : candidates) {
            long score = Rendezvous.score(candidate.identityHash(), salt);
            if (best == null || Long.compareUnsigned(score, highest) > 0) {
                best = candidate;
                highest = score;
            }
        }
        return Optional.ofNullable(best).map(Candidate::name);
    }
}
