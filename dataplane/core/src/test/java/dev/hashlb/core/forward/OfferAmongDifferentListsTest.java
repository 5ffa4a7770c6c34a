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
import java.util.HashMap;
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
 * A change reaches one node sooner than another. Whichever of two or three lists that follow each other router and hosts have meanwhile,
 * a packet comes to the server that has its connection.
 */
class OfferAmongDifferentListsTest {
    private static final int CHANGES = 60;
    private static final int SLOTS = 400;
    private static final int MOST_SERVERS = 11;

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
    void livingOwnerOfAnyTimeIsFoundAmongTwoLists(long seed) {
        allAreFound(seed, 2, 10);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void livingOwnerOfAnyTimeIsFoundAmongThreeLists(long seed) {
        allAreFound(seed, 3, 5);
    }

    /** @param longestChain with longer ones the hops may not do, as some are asked twice */
    private static void allAreFound(long seed, int different, int longestChain) {
        Random random = new Random(seed);
        History history = new History(random);
        List<BalancerTable> past = new ArrayList<>(List.of(history.table()));
        int longest = 0;
        for (int change = 0; change < CHANGES; change++) {
            past.add(history.change());
            List<BalancerTable> lists = past.subList(Math.max(0, past.size() - different), past.size());
            for (int slot = 0; slot < SLOTS; slot++) {
                int bucket = slot;
                int length = lists.stream()
                        .mapToInt(l -> table(l).chainLength(bucket))
                        .max()
                        .orElseThrow();
                int opened = random.nextInt(4) == 0
                        ? past.size() - 1 - random.nextInt(lists.size())
                        : random.nextInt(past.size());
                String owner = owner(past.get(opened), slot);
                if (index(past.getLast(), owner) >= 0 && length <= longestChain) {
                    longest = Math.max(longest, length);
                    int by = Math.max(0, opened - (past.size() - lists.size()));
                    assertThat(way(random, lists, slot, owner, by))
                            .as("seed %d, change %d, slot %d", seed, change, slot)
                            .endsWith("found");
                }
            }
        }
        assertThat(longest).as("chains that no header holds").isEqualTo(longestChain);
    }

    /**
     * From a router to where the packet ends; each server is on a node of its own, which has any of the lists.
     *
     * @param lists one after the other
     * @param by the list by which the connection was opened, or the first for an older one: so its router has that by now, or the host has it
     *     that sent the SYN on
     */
    private static String way(Random random, List<BalancerTable> lists, int slot, String target, int by) {
        Offer offer = new Offer();
        int newest = lists.size() - 1;
        int router = random.nextInt(lists.size());
        Map<String, Integer> hosts = new HashMap<>();
        if (router < by) {
            String redirected = owner(lists.get(random.nextInt(router + 1)), slot);
            boolean lives = index(lists.get(router), redirected) >= 0;
            hosts.put(lives ? redirected : owner(lists.get(router), slot), by + random.nextInt(newest - by + 1));
        }
        offer.atRouter(lists.get(router), Family.IPV4, slot);
        StringBuilder way = new StringBuilder("opened by " + by + ", router has " + router + ": ");
        while (true) {
            String server = name(lists, offer.wireId(0));
            int has = hosts.computeIfAbsent(server, s -> random.nextInt(lists.size()));
            BalancerTable host = lists.get(has);
            way.append(server).append('(').append(has).append(") ");
            boolean asks = offer.asks(host, Family.IPV4, slot, index(host, server));
            if (server.equals(target)) {
                return way.append("found").toString();
            }
            if (!asks) {
                return way.append("but it is " + target + "'s").toString();
            }
            offer.unclaimed(host, Family.IPV4, slot);
            if (index(host, name(lists, offer.wireId(0))) < 0) {
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

    private static String name(List<BalancerTable> lists, int wireId) {
        for (BalancerTable list : lists) {
            int server = list.serverByWireId(wireId);
            if (server >= 0) {
                return list.balancer().servers().get(server).identity();
            }
        }
        throw new AssertionError("nobody has wire id " + wireId);
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
