package dev.hashlb.core.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.packet.PacketParser;
import dev.hashlb.core.route.RouterShare;
import dev.hashlb.core.select.NaiveCalculation;
import dev.hashlb.core.select.NaiveCalculation.Member;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.IngressMode;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TableKind;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** 100,000 packets of every kind, as bytes, through parser and tables, against the oracle that shares nothing with them. */
class IndependentOracleTest {
    private static final long SEED = 20260104;
    private static final int PACKETS = 100_000;

    private final Random random = new Random(SEED);

    @Test
    void everyPacketGoesToTheOraclesServer() {
        List<Balancer> balancers = balancers();
        ForwardingTable table = ForwardingTable.compile(new Snapshot(1, balancers, nodes(), List.of()));
        List<Map<Integer, Integer>> owners = new ArrayList<>();
        balancers.forEach(b -> owners.add(new HashMap<>()));
        Map<Integer, Integer> routerOwners = new HashMap<>();
        RouterShare third = new RouterShare(table.routers(), "s3");
        Decision shared = new Decision();
        Map<RandomPacket.Kind, Integer> seen = new EnumMap<>(RandomPacket.Kind.class);
        Packet packet = new Packet();
        Decision decision = new Decision();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(2048);
            for (int i = 0; i < PACKETS; i++) {
                int index = random.nextInt(balancers.size());
                Balancer balancer = balancers.get(index);
                ServicePort port =
                        balancer.ports().get(random.nextInt(balancer.ports().size()));
                IpAddress vip = balancer.addresses().get(random.nextInt(2));
                RandomPacket sent = new RandomPacket(
                        random, vip.toBytes(), port.port(), port.protocol().number());
                int offset = random.nextInt(16);
                MemorySegment.copy(MemorySegment.ofArray(sent.bytes), 0, memory, offset, sent.bytes.length);

                assertThat((Object) PacketParser.parse(memory, offset, sent.bytes.length, packet))
                        .as("packet %d of seed %d", i, SEED)
                        .isNull();
                Verdict verdict = table.decide(packet, decision);

                boolean fiveTuple = balancer.hash().fields() == HashFields.FIVE_TUPLE;
                BigInteger sum = NaiveCalculation.sum(
                        fiveTuple, sent.client, sent.clientPort, sent.vip, sent.port, sent.protocol, sent.fragment());
                boolean modulo = balancer.hash().table() == TableKind.MODULO;
                int n = modulo ? balancer.servers().size() : balancer.hash().buckets();
                int slot = sum.mod(BigInteger.valueOf(n)).intValueExact();
                int server = modulo ? slot : owners.get(index).computeIfAbsent(slot, s -> owner(balancer, s));
                if (verdict != Verdict.FORWARD || decision.slot() != slot || decision.serverIndex() != server) {
                    throw new AssertionError(
                            "packet %d of seed %d, %s of %s: expected slot %d and server %d, but was %s, slot %d, server %d"
                                    .formatted(
                                            i,
                                            SEED,
                                            sent.kind,
                                            balancer,
                                            slot,
                                            server,
                                            verdict,
                                            decision.slot(),
                                            decision.serverIndex()));
                }
                int router = router(balancer.ingress(), sent, routerOwners);
                boolean dropped = table.decideShared(packet, third, shared) == Verdict.DROP
                        && shared.dropReason() == DropReason.NOT_SELECTED;
                if (table.replies().router(packet.flow()) != router || dropped != (router != 2)) {
                    throw new AssertionError(
                            "packet %d of seed %d, %s of %s: expected router %d, but was %d; dropped by s3: %s"
                                    .formatted(
                                            i,
                                            SEED,
                                            sent.kind,
                                            balancer,
                                            router,
                                            table.replies().router(packet.flow()),
                                            dropped));
                }
                seen.merge(sent.kind, 1, Integer::sum);
            }
        }
        assertThat(seen)
                .containsOnlyKeys(RandomPacket.Kind.values())
                .allSatisfy((kind, count) -> assertThat(count).isGreaterThan(10_000));
    }

    /** Five routers, s1 to s5, and a node that is none. */
    private static List<Node> nodes() {
        List<Node> nodes = new ArrayList<>();
        for (int i = 5; i >= 1; i--) {
            nodes.add(new Node("s" + i, IpAddress.parse("10.9.0.1" + i), true));
        }
        nodes.add(new Node("n1", IpAddress.parse("10.9.0.99"), false));
        return nodes;
    }

    private static int router(Ingress ingress, RandomPacket sent, Map<Integer, Integer> owners) {
        BigInteger sum = NaiveCalculation.sum(
                ingress.fields() == HashFields.FIVE_TUPLE,
                sent.client,
                sent.clientPort,
                sent.vip,
                sent.fragment() ? 0 : sent.port,
                sent.protocol,
                sent.fragment());
        if (ingress.table() == TableKind.MODULO) {
            return sum.mod(BigInteger.valueOf(5)).intValueExact();
        }
        List<Member> routers = List.of("s1", "s2", "s3", "s4", "s5").stream()
                .map(name -> new Member(name, 1))
                .toList();
        return owners.computeIfAbsent(
                sum.mod(BigInteger.valueOf(16381)).intValueExact(), bucket -> NaiveCalculation.owner(routers, bucket));
    }

    private static int owner(Balancer balancer, int bucket) {
        List<Member> members = balancer.servers().stream()
                .map(s -> new Member(s.identity(), s.intervals().getFirst().weight()))
                .toList();
        return NaiveCalculation.owner(members, bucket);
    }

    /** Both formulas, both tables, N from 1 to 10; one port for each protocol, so that fragments are taken throughout. */
    private List<Balancer> balancers() {
        List<Balancer> balancers = new ArrayList<>();
        for (HashFields fields : HashFields.values()) {
            for (int n = 1; n <= 10; n++) {
                balancers.add(balancer(balancers.size(), n, new HashSettings(fields, TableKind.MODULO, 1021)));
                int buckets = List.of(1021, 4093, 16381).get(n % 3);
                balancers.add(balancer(balancers.size(), n, new HashSettings(fields, TableKind.STABLE, buckets)));
            }
        }
        return balancers;
    }

    private Balancer balancer(int number, int n, HashSettings hash) {
        NamespacedName name = new NamespacedName("default", "b" + number);
        List<Server> servers = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int weight = hash.table() == TableKind.MODULO ? 1 : 1 + random.nextInt(3);
            servers.add(new Server(
                    "s" + i,
                    name + "/s" + i,
                    "s1",
                    "ns" + i,
                    List.of(),
                    Set.of(Family.values()),
                    List.of(Interval.open(weight, 1))));
        }
        return new Balancer(
                name,
                List.of(
                        IpAddress.ipv4(0xc633_6400 | number),
                        IpAddress.ipv6(0x2001_0db8_0051_0000L, random.nextLong())),
                List.of(
                        new ServicePort("", Protocol.TCP, 1 + random.nextInt(65535), 8080, Delivery.ADDRESS),
                        new ServicePort("", Protocol.UDP, 1 + random.nextInt(65535), 8080, Delivery.NAT)),
                hash,
                new Ingress(
                        IngressMode.SELF_SELECT,
                        random.nextBoolean() ? HashFields.FIVE_TUPLE : HashFields.SOURCE_AND_SERVICE,
                        random.nextBoolean() ? TableKind.MODULO : TableKind.STABLE),
                Reply.DIRECT,
                List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")),
                true,
                UndeclaredPorts.REJECT,
                1,
                servers);
    }
}
