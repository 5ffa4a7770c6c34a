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
 * and whatever lists come while it is on its way, a packet comes to the server that has its connection.
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
        allAreFound(seed, 2, 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void livingOwnerOfAnyTimeIsFoundAmongThreeLists(long seed) {
        allAreFound(seed, 3, 0);
    }

    /** As where nodes are busy: it lies in their queues for longer than a list is the newest. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void livingOwnerOfAnyTimeIsFoundThoughListsChangeWhileThePacketIsOnItsWay(long seed) {
        allAreFound(seed, 2, 6);
    }

    /**
     * @param different so many of the newest lists nodes have at a time
     * @param changes so many lists come while a packet is on its way
     */
    private static void allAreFound(long seed, int different, int changes) {
        Random random = new Random(seed);
        History history = new History(random);
        List<BalancerTable> past = new ArrayList<>(List.of(history.table()));
        for (int change = 0; change < CHANGES; change++) {
            past.add(history.change());
        }
        int longest = 0;
        for (int newest = 1; newest + changes <= CHANGES; newest++) {
            BalancerTable last = past.get(newest + changes);
            for (int slot = 0; slot < SLOTS; slot++) {
                int opened = random.nextInt(4) == 0
                        ? newest - random.nextInt(Math.min(different, newest + 1))
                        : random.nextInt(newest + 1);
                String owner = owner(past.get(opened), slot);
                if (index(last, owner) >= 0) {
                    longest = Math.max(longest, table(last).chainLength(slot));
                    var nodes = new Nodes(random, past, different, newest, newest + changes);
                    assertThat(nodes.way(slot, owner, opened))
                            .as("seed %d, list %d, slot %d", seed, newest, slot)
                            .endsWith("found");
                }
            }
        }
        assertThat(longest).as("chains that no header holds").isGreaterThan(8);
    }

    /** A router, and each server on a node of its own: each has any of the newest lists, and later perhaps a newer one. */
    private static final class Nodes {
        private final Random random;
        private final List<BalancerTable> lists;
        private final int different;
        private final int last;
        private final Map<String, Integer> hosts = new HashMap<>();
        private int newest;

        Nodes(Random random, List<BalancerTable> lists, int different, int newest, int last) {
            this.random = random;
            this.lists = lists;
            this.different = different;
            this.newest = newest;
            this.last = last;
        }

        /**
         * From a router to where the packet ends.
         *
         * @param opened the list by which the connection was opened: if nodes still have it, the router has it by now, or the host has it that
         *     sent the SYN on
         */
        String way(int slot, String target, int opened) {
            Offer offer = new Offer();
            int router = any(oldest());
            if (router < opened) {
                String redirected = owner(lists.get(any(oldest(), router)), slot);
                boolean lives = index(lists.get(router), redirected) >= 0;
                hosts.put(lives ? redirected : owner(lists.get(router), slot), any(opened));
            }
            offer.atRouter(lists.get(router), Family.IPV4, slot);
            StringBuilder way = new StringBuilder("opened by " + opened + ", router has " + router + ": ");
            while (true) {
                if (newest < last && random.nextInt(2) == 0) {
                    newest++;
                }
                String server = name(lists, offer.wireId(0));
                int has = any(Math.max(oldest(), hosts.getOrDefault(server, 0)));
                hosts.put(server, has);
                BalancerTable host = lists.get(has);
                way.append(server).append('(').append(has).append(") ");
                boolean asks = offer.asks(host, Family.IPV4, slot, index(host, server));
                if (server.equals(target)) {
                    return way.append("found").toString();
                }
                if (!asks) {
                    return way.append("but it is " + target + "'s").toString();
                }
                if (!offer.unclaimed(host, Family.IPV4, slot)) {
                    return way.append("dropped").toString();
                }
                if (index(host, name(lists, offer.wireId(0))) < 0) {
                    return way.append("does not know the next: sent again, and found")
                            .toString();
                }
            }
        }

        private int oldest() {
            return Math.max(0, newest - different + 1);
        }

        private int any(int from) {
            return any(from, newest);
        }

        private int any(int from, int to) {
            return from + random.nextInt(to - from + 1);
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
