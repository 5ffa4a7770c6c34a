package dev.hashlb.core.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.select.SelectionTable;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TableKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A change reaches one node sooner than another. Whatever list router and hosts have meanwhile, that before the change or that
 * after it, a packet comes to the server that has its connection.
 */
class OfferAmongDifferentListsTest {
    private static final int CHANGES = 60;
    private static final int SLOTS = 400;
    private static final int MOST_SERVERS = 11;
    /** With longer ones the hops may not do, as some are asked twice. */
    private static final int LONGEST_CHAIN = 10;

    /** Servers by name with the time for which each took new flows; each change makes a generation. */
    private static final class History {
        private final Map<String, Interval> servers = new LinkedHashMap<>();
        private final Random random;
        private long generation = 1;
        private int named;
        private @Nullable ForwardingTable table;

        History(Random random) {
            this.random = random;
            for (int i = 0; i < 3; i++) {
                join();
            }
        }

        /** One joins, drains, or is there no more. */
        BalancerTable change() {
            generation++;
            List<String> open = servers.entrySet().stream()
                    .filter(e -> e.getValue().left().isEmpty())
                    .map(Map.Entry::getKey)
                    .toList();
            int what = random.nextInt(5);
            if (open.size() < 2 || (what < 2 && servers.size() < MOST_SERVERS)) {
                join();
            } else if (what < 4 || servers.size() < MOST_SERVERS / 2) {
                String name = open.get(random.nextInt(open.size()));
                servers.computeIfPresent(name, (n, i) -> new Interval(1, i.joined(), OptionalLong.of(generation)));
            } else {
                servers.remove(List.copyOf(servers.keySet()).get(random.nextInt(servers.size())));
            }
            return table();
        }

        private void join() {
            servers.put("s" + named++, Interval.open(1, generation));
        }

        BalancerTable table() {
            List<Server> list = servers.entrySet().stream()
                    .map(e -> new Server(
                            e.getKey(),
                            e.getKey(),
                            "n",
                            "ns",
                            List.of(),
                            Set.of(Family.values()),
                            List.of(e.getValue())))
                    .toList();
            Balancer balancer =
                    Lists.of(new HashSettings(HashFields.FIVE_TUPLE, TableKind.STABLE, 1021), generation, list);
            Node node = new Node("n", IpAddress.parse("10.9.0.11"), true);
            Snapshot snapshot = new Snapshot(generation, List.of(balancer), List.of(node), List.of());
            table = table == null ? ForwardingTable.compile(snapshot) : table.next(snapshot, table.routers());
            return table.balancers().getFirst();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void livingOwnerOfAnyTimeIsFound(long seed) {
        Random random = new Random(seed);
        History history = new History(random);
        List<BalancerTable> past = new ArrayList<>(List.of(history.table()));
        int longest = 0;
        for (int change = 0; change < CHANGES; change++) {
            BalancerTable before = past.getLast();
            BalancerTable after = history.change();
            for (int slot = 0; slot < SLOTS; slot++) {
                int length =
                        Math.max(table(before).chainLength(slot), table(after).chainLength(slot));
                boolean fresh = random.nextInt(4) == 0;
                String owner = owner(fresh ? after : past.get(random.nextInt(past.size())), slot);
                if (index(after, owner) >= 0 && length <= LONGEST_CHAIN) {
                    longest = Math.max(longest, length);
                    assertThat(way(random, before, after, slot, owner, fresh))
                            .as("seed %d, change %d, slot %d", seed, change, slot)
                            .endsWith("found");
                }
            }
            past.add(after);
        }
        assertThat(longest).as("chains that no header holds").isEqualTo(LONGEST_CHAIN);
    }

    /**
     * From a router to where the packet ends; each server is on a node of its own, which has either list.
     *
     * @param fresh the connection was opened by the list after the change: so its router has that already, or the host that sent the SYN on
     */
    private static String way(
            Random random, BalancerTable before, BalancerTable after, int slot, String target, boolean fresh) {
        Offer offer = new Offer();
        boolean routerAhead = random.nextBoolean();
        Map<String, Boolean> ahead = new LinkedHashMap<>();
        if (fresh) {
            ahead.put(owner(before, slot), true);
        }
        BalancerTable router = routerAhead ? after : before;
        offer.atRouter(router, Family.IPV4, slot);
        StringBuilder way = new StringBuilder(routerAhead ? "after: " : "before: ");
        while (true) {
            String server = name(before, after, offer.wireId(0));
            boolean hostAhead = ahead.computeIfAbsent(server, s -> random.nextInt(4) == 0);
            BalancerTable host = hostAhead ? after : before;
            way.append(server).append(hostAhead ? "(after) " : "(before) ");
            boolean asks = offer.asks(host, Family.IPV4, slot, index(host, server));
            if (server.equals(target)) {
                return way.append("found").toString();
            }
            if (!asks) {
                return way.append("but it is " + target + "'s").toString();
            }
            offer.unclaimed(host, Family.IPV4, slot);
            if (index(host, name(before, after, offer.wireId(0))) < 0) {
                return way.append("does not know the next: sent again, and found")
                        .toString();
            }
        }
    }

    private static SelectionTable table(BalancerTable balancer) {
        return balancer.table(Family.IPV4);
    }

    private static String owner(BalancerTable balancer, int slot) {
        return balancer.balancer().servers().get(table(balancer).owner(slot)).identity();
    }

    private static String name(BalancerTable before, BalancerTable after, int wireId) {
        BalancerTable knows = before.serverByWireId(wireId) >= 0 ? before : after;
        return knows.balancer().servers().get(knows.serverByWireId(wireId)).identity();
    }

    private static int index(BalancerTable balancer, String identity) {
        List<Server> servers = balancer.balancer().servers();
        for (int i = 0; i < servers.size(); i++) {
            if (servers.get(i).identity().equals(identity)) {
                return i;
            }
        }
        return -1;
    }
}
