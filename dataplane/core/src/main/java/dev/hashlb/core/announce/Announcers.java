package dev.hashlb.core.announce;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.select.Contest;
import dev.hashlb.core.select.Identity;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Which of the routers that live announces a VIP: the one with the highest rendezvous score for it, see docs/calculation.md. So a
 * router that dies gives away its own VIPs and no other moves, and one that comes takes VIPs for itself alone.
 */
public final class Announcers {
    private final List<String> routers;
    private final Contest contest;

    /** @param liveRouters names of nodes, each once, in any order */
    public Announcers(Collection<String> liveRouters) {
        routers = List.copyOf(liveRouters);
        contest = new Contest(routers);
    }

    /** The router that announces the VIP; empty if none lives. */
    public Optional<String> announcer(IpAddress vip) {
        int winner = contest.winner(Identity.hash(vip.toBytes()));
        return winner == Contest.NOBODY ? Optional.empty() : Optional.of(routers.get(winner));
    }
}
