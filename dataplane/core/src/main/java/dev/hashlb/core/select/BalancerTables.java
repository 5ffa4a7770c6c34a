package dev.hashlb.core.select;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.snapshot.Balancer;
import org.jspecify.annotations.Nullable;

/** A balancer's table of each family, at its own generation; one table for both where both have the same servers. Immutable. */
public final class BalancerTables {
    private final Balancer balancer;
    private final SelectionTable ipv4;
    private final SelectionTable ipv6;

    private BalancerTables(Balancer balancer, @Nullable BalancerTables before) {
        this.balancer = balancer;
        ipv4 = table(balancer, Family.IPV4, before);
        boolean sameInBoth = balancer.servers().stream()
                .allMatch(
                        s -> s.families().contains(Family.IPV4) == s.families().contains(Family.IPV6));
        ipv6 = sameInBoth ? ipv4 : table(balancer, Family.IPV6, before);
    }

    private static SelectionTable table(Balancer balancer, Family family, @Nullable BalancerTables before) {
        return before == null
                ? SelectionTable.of(balancer, family, balancer.generation())
                : before.of(family).next(balancer, family);
    }

    /** Computes both anew. Takes milliseconds: not for a packet thread. */
    public static BalancerTables of(Balancer balancer) {
        return new BalancerTables(balancer, null);
    }

    /** The same as {@link #of(Balancer)}, computed from these where that is quicker; these themselves if nothing differs. */
    public BalancerTables next(Balancer newer) {
        return decideLike(newer) ? this : new BalancerTables(newer, this);
    }

    /** Whether the other balancer has these very tables. */
    private boolean decideLike(Balancer other) {
        return balancer.generation() == other.generation()
                && balancer.hash().equals(other.hash())
                && balancer.servers().equals(other.servers());
    }

    /** The balancer that these were computed for. */
    public Balancer balancer() {
        return balancer;
    }

    public SelectionTable of(Family family) {
        return family == Family.IPV4 ? ipv4 : ipv6;
    }
}
