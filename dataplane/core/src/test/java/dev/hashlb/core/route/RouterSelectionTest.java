package dev.hashlb.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.select.NaiveCalculation;
import dev.hashlb.core.select.NaiveCalculation.Member;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.TableKind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RouterSelectionTest {
    private static final long SEED = 20261126;
    private static final int FLOWS = 100_000;
    private static final int MOST_ROUTERS = 12;

    private final Random random = new Random(SEED);
    private final List<IpAddress> vips = List.of(IpAddress.parse("198.51.100.10"), IpAddress.parse("2001:db8:51::10"));
    private final ServiceEnd serviceEnd =
            new ServiceEnd(vips, List.of(Cidr.parse("203.0.113.0/24"), Cidr.parse("2001:db8:99::/48")));

    /** Which router each bucket has, by number of routers; computed once each, since the oracle is slow. */
    private final Map<Integer, Map<Integer, Integer>> owners = new HashMap<>();

    @Test
    void requestReplyAndTheirFragmentsHaveTheOraclesRouter() {
        List<RouterSelections> selections = new ArrayList<>();
        for (int m = 1; m <= MOST_ROUTERS; m++) {
            selections.add(RouterSelections.of(RouterList.of(shuffled(nodes(m)))));
        }
        for (int i = 0; i < FLOWS; i++) {
            boolean ipv6 = random.nextBoolean();
            byte[] client = client(ipv6);
            byte[] service = service(ipv6);
            int clientPort = 1 + random.nextInt(65535);
            int servicePort = 1 + random.nextInt(65535);
            int protocol = random.nextBoolean() ? 6 : 17;
            boolean fragment = random.nextInt(4) == 0;
            HashFields fields = random.nextBoolean() ? HashFields.FIVE_TUPLE : HashFields.SOURCE_AND_SERVICE;
            TableKind table = random.nextBoolean() ? TableKind.MODULO : TableKind.STABLE;
            int m = 1 + random.nextInt(MOST_ROUTERS);

            Flow request = flow(client, clientPort, service, servicePort, protocol, fragment);
            Flow reply = flow(service, servicePort, client, clientPort, protocol, fragment);
            RouterSelection selection = selections.get(m - 1).by(fields, table);
            int expected = oracle(fields, table, m, client, clientPort, service, servicePort, protocol, fragment);
            if (selection.router(request, serviceEnd.port(request)) != expected
                    || selection.router(reply, serviceEnd.port(reply)) != expected) {
                throw new AssertionError("flow %d of seed %d, %s, %s, M = %d: expected router %d, but was %d and %d"
                        .formatted(
                                i,
                                SEED,
                                fields,
                                table,
                                m,
                                expected,
                                selection.router(request, serviceEnd.port(request)),
                                selection.router(reply, serviceEnd.port(reply))));
            }
        }
    }

    /** Source port 0 to 16380, all else constant: every slot once. */
    @Test
    void aRoutersSlotsAreThoseWhoseFlowsAreItsOwn() {
        int m = 5;
        RouterSelections selections = RouterSelections.of(RouterList.of(nodes(m)));
        for (TableKind table : TableKind.values()) {
            RouterSelection selection = selections.by(HashFields.FIVE_TUPLE, table);
            for (int router = 0; router < m; router++) {
                BitSet own = selection.slotsOf(router);
                BitSet met = new BitSet();
                for (int port = 0; port < RouterSelection.BUCKETS; port++) {
                    Flow flow = flow(new byte[4], port, new byte[4], 0, 6, false);
                    if (selection.router(flow, 0) == router) {
                        met.set((port + 6) % (table == TableKind.MODULO ? m : RouterSelection.BUCKETS));
                    }
                }
                assertThat(own).as("%s, router %d", table, router).isEqualTo(met);
            }
            assertThat(selection.slotsOf(RouterSelection.NOBODY).isEmpty()).isTrue();
        }
    }

    @Test
    void betweenTwoServicesBothDirectionsNameOneRouter() {
        RouterSelection selection =
                RouterSelections.of(RouterList.of(nodes(5))).by(HashFields.SOURCE_AND_SERVICE, TableKind.STABLE);
        for (int i = 0; i < 1000; i++) {
            byte[] one = service(i % 2 == 0);
            byte[] other = service(i % 2 == 0);
            int port = 1 + random.nextInt(65535);
            int otherPort = 1 + random.nextInt(65535);
            Flow there = flow(one, port, other, otherPort, 6, false);
            Flow back = flow(other, otherPort, one, port, 6, false);
            assertThat(selection.router(there, serviceEnd.port(there)))
                    .isEqualTo(selection.router(back, serviceEnd.port(back)));
        }
    }

    @Test
    void aRouterThatLeavesGivesAwayOnlyItsOwn() {
        RouterList all = RouterList.of(nodes(7));
        RouterList fewer = RouterList.of(nodes(7), name -> !name.equals("r3"));
        RouterSelection before = RouterSelections.of(all).by(HashFields.FIVE_TUPLE, TableKind.STABLE);
        RouterSelection after = RouterSelections.of(fewer).by(HashFields.FIVE_TUPLE, TableKind.STABLE);
        int[] shares = new int[7];
        for (int i = 0; i < 70_000; i++) {
            Flow flow = flow(client(false), 40000 + 2 * random.nextInt(5000), service(false), 80, 6, false);
            String earlier = all.routers()
                    .get(before.router(flow, flow.destinationPort()))
                    .name();
            String later = fewer.routers()
                    .get(after.router(flow, flow.destinationPort()))
                    .name();
            shares[all.indexOf(earlier)]++;
            if (!earlier.equals("r3")) {
                assertThat(later).isEqualTo(earlier);
            }
        }
        assertThat(Arrays.stream(shares).max().orElse(0)).isLessThan(11_000);
    }

    @Test
    void theListIsTheSameInWhateverOrderNodesAreTold() {
        RouterList list = RouterList.of(nodes(9));
        assertThat(RouterList.of(shuffled(nodes(9)))).isEqualTo(list);
        assertThat(RouterList.of(shuffled(nodes(9))).digest()).isEqualTo(list.digest());
        assertThat(RouterList.of(nodes(8)).digest()).isNotEqualTo(list.digest());
        assertThat(list.routers()).extracting(Node::name).isSorted();
        assertThat(list.indexOf("no-router")).isEqualTo(-1);
    }

    @Test
    void anEmptyListNamesNobody() {
        RouterSelections none = RouterSelections.of(RouterList.EMPTY);
        Flow flow = flow(client(false), 40000, service(false), 80, 6, false);
        for (TableKind table : TableKind.values()) {
            assertThat(none.by(HashFields.FIVE_TUPLE, table).router(flow, 80)).isEqualTo(RouterSelection.NOBODY);
        }
    }

    private int oracle(
            HashFields fields,
            TableKind table,
            int m,
            byte[] client,
            int clientPort,
            byte[] service,
            int servicePort,
            int protocol,
            boolean fragment) {
        BigInteger sum = NaiveCalculation.sum(
                fields == HashFields.FIVE_TUPLE,
                client,
                clientPort,
                service,
                fragment ? 0 : servicePort,
                protocol,
                fragment);
        if (table == TableKind.MODULO) {
            return sum.mod(BigInteger.valueOf(m)).intValueExact();
        }
        int bucket = sum.mod(BigInteger.valueOf(16381)).intValueExact();
        List<Member> named = names(m).stream().map(name -> new Member(name, 1)).toList();
        return owners.computeIfAbsent(m, ignored -> new HashMap<>())
                .computeIfAbsent(bucket, b -> NaiveCalculation.owner(named, b));
    }

    /** As docs/calculation.md orders them: r10 before r2. */
    private static List<String> names(int m) {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= m; i++) {
            names.add("r" + i);
        }
        Collections.sort(names);
        return names;
    }

    /** Routers r1 to rM, and a node that is none. */
    private static List<Node> nodes(int m) {
        List<Node> nodes = new ArrayList<>();
        for (int i = 1; i <= m; i++) {
            nodes.add(new Node("r" + i, IpAddress.parse("10.9.0." + i), true));
        }
        nodes.add(new Node("no-router", IpAddress.parse("10.9.0.200"), false));
        return nodes;
    }

    private List<Node> shuffled(List<Node> nodes) {
        List<Node> shuffled = new ArrayList<>(nodes);
        Collections.shuffle(shuffled, random);
        return shuffled;
    }

    private byte[] client(boolean ipv6) {
        byte[] client = new byte[ipv6 ? 16 : 4];
        random.nextBytes(client);
        client[0] = (byte) (ipv6 ? 0xfd : 10);
        return client;
    }

    private byte[] service(boolean ipv6) {
        if (random.nextBoolean()) {
            return vips.get(ipv6 ? 1 : 0).toBytes();
        }
        byte[] inside = IpAddress.parse(ipv6 ? "2001:db8:99::" : "203.0.113.0").toBytes();
        inside[inside.length - 1] = (byte) random.nextInt(256);
        return inside;
    }

    private static Flow flow(
            byte[] source, int sourcePort, byte[] destination, int port, int protocol, boolean fragment) {
        IpAddress from = IpAddress.of(source);
        IpAddress to = IpAddress.of(destination);
        Flow flow = source.length == 4
                ? new Flow().setIpv4(from.low(), sourcePort, to.low(), port, protocol)
                : new Flow().setIpv6(from.high(), from.low(), sourcePort, to.high(), to.low(), port, protocol);
        return fragment ? flow.asFragment() : flow;
    }
}
