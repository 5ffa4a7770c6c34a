package dev.hashlb.core.select;

import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Server;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;

/**
 * A random history of a server list that remembers what HashLB does not: the whole list of every generation, the dead included. Its
 * scores are those of the code, which {@link NaiveCalculation} checks elsewhere.
 */
final class History {
    private static final int MOST_SERVERS = 12;
    private static final int[] WEIGHTS = {1, 1, 1, 2, 3, 7};

    private final Random random;
    private final List<Server> living = new ArrayList<>();
    /** By generation: the list as it truly was, identity to weight. */
    private final List<Map<String, Integer>> truth = new ArrayList<>();
    /** By identity: below this generation the server's intervals are not those that were, since a gap was closed. */
    private final Map<String, Long> forgottenBelow = new HashMap<>();

    private long generation;
    private int named;

    History(long seed) {
        random = new Random(seed);
        truth.add(Map.of());
    }

    long generation() {
        return generation;
    }

    /** Shuffled, for the order must not matter. */
    List<Server> servers() {
        List<Server> shuffled = new ArrayList<>(living);
        Collections.shuffle(shuffled, random);
        return shuffled;
    }

    boolean isEmpty() {
        return living.isEmpty();
    }

    /** One new generation, with one or a few changes. */
    void step() {
        generation++;
        int changes = random.nextInt(4) == 0 ? 1 + random.nextInt(4) : 1;
        for (int i = 0; i < changes; i++) {
            change();
        }
        Map<String, Integer> list = new HashMap<>();
        for (Server server : living) {
            server.intervalAt(generation).ifPresent(interval -> list.put(server.identity(), interval.weight()));
        }
        truth.add(list);
    }

    private void change() {
        int what = random.nextInt(10);
        if (living.isEmpty() || (what < 4 && living.size() < MOST_SERVERS)) {
            living.add(ServerLists.server("ns/lb/s" + named++, Interval.open(weight(), generation)));
            return;
        }
        int at = random.nextInt(living.size());
        Server server = living.get(at);
        Interval last = server.intervals().getLast();
        if (what < 5) {
            living.remove(at); // dies, draining or not
        } else if (last.joined() == generation || last.left().equals(OptionalLong.of(generation))) {
            return; // changed in this generation already
        } else if (last.left().isPresent()) {
            living.set(at, with(server, server.intervals(), Interval.open(weight(), generation)));
        } else {
            List<Interval> intervals = new ArrayList<>(server.intervals());
            intervals.set(
                    intervals.size() - 1, new Interval(last.weight(), last.joined(), OptionalLong.of(generation)));
            living.set(
                    at,
                    what < 8
                            ? ServerLists.server(server.identity(), intervals.toArray(Interval[]::new))
                            : with(server, intervals, Interval.open(weight(), generation)));
        }
    }

    /** One interval more; the oldest gap is closed as docs/calculation.md says. */
    private Server with(Server server, List<Interval> before, Interval added) {
        List<Interval> intervals = new ArrayList<>(before);
        intervals.add(added);
        while (intervals.size() > Server.MAX_INTERVALS) {
            Interval second = intervals.remove(1);
            forgottenBelow.put(server.identity(), second.joined());
            intervals.set(0, new Interval(second.weight(), intervals.getFirst().joined(), second.left()));
        }
        return ServerLists.server(server.identity(), intervals.toArray(Interval[]::new));
    }

    private int weight() {
        return WEIGHTS[random.nextInt(WEIGHTS.length)];
    }

    /**
     * Who truly owned the bucket, the dead counted in, and lives; of the generations since the last closed gap of a server that
     * lives, for what was before is no longer told exactly.
     */
    Set<String> livingTrueOwners(int bucket) {
        long since = living.stream()
                .mapToLong(s -> forgottenBelow.getOrDefault(s.identity(), 0L))
                .max()
                .orElse(0);
        Set<String> owners = new LinkedHashSet<>();
        for (int g = (int) since; g < truth.size(); g++) {
            String owner = owner(truth.get(g), bucket);
            if (living.stream().anyMatch(s -> s.identity().equals(owner))) {
                owners.add(owner);
            }
        }
        return owners;
    }

    /** The chain word for word: distinct owners among the living, from the newest generation back. */
    List<String> definedChain(int bucket) {
        Set<String> chain = new LinkedHashSet<>();
        for (long g = generation; g >= 1; g--) {
            Map<String, Integer> list = new HashMap<>();
            for (Server server : living) {
                long at = g;
                server.intervalAt(at).ifPresent(interval -> list.put(server.identity(), interval.weight()));
            }
            String owner = owner(list, bucket);
            if (!owner.isEmpty()) {
                chain.add(owner);
            }
        }
        return List.copyOf(chain);
    }

    /** The owner of a bucket in a list, or an empty text. */
    private static String owner(Map<String, Integer> list, int bucket) {
        String owner = "";
        long best = 0;
        for (Map.Entry<String, Integer> member : list.entrySet()) {
            long hash = Identity.hash(member.getKey());
            for (int replica = 0; replica < member.getValue(); replica++) {
                long score = Rendezvous.score(hash, Rendezvous.salt(bucket, replica));
                if (owner.isEmpty() || Long.compareUnsigned(score, best) > 0) {
                    owner = member.getKey();
                    best = score;
                }
            }
        }
        return owner;
    }
}
