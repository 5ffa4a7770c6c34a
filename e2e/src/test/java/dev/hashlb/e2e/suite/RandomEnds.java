package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.lab.Topology;
import dev.hashlb.e2e.suite.Client.Ends;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Flows from addresses and ports of a client by chance; the seed is fixed, and no flow comes twice. */
public final class RandomEnds {
    /** Below the range from which Linux chooses ports itself. */
    private static final int FIRST_PORT = 1024;

    private static final int LAST_PORT = 32767;

    private final SplittableRandom random;
    private final Topology topology;
    private final Set<Ends> given = new HashSet<>();

    public RandomEnds(Topology topology, long seed) {
        this.topology = topology;
        this.random = new SplittableRandom(seed);
        System.out.println("flows are made from seed " + seed);
    }

    public Ends next(String vip, int port) {
        List<String> sources = vip.contains(":") ? topology.clientIpv6() : topology.clientIpv4();
        return Stream.generate(() -> Ends.of(
                        sources.get(random.nextInt(sources.size())),
                        random.nextInt(FIRST_PORT, LAST_PORT + 1),
                        vip,
                        port))
                .filter(given::add)
                .findFirst()
                .orElseThrow();
    }

    public List<Ends> next(String vip, int port, int count) {
        return Stream.generate(() -> next(vip, port)).limit(count).toList();
    }
}
