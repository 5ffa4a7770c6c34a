package dev.hashlb.agent.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.PacketSocket;
import dev.hashlb.agent.linux.SendBatch;
import dev.hashlb.agent.linux.SockAddr;
import dev.hashlb.agent.linux.TestNamespace;
import dev.hashlb.agent.linux.TunDevice;
import dev.hashlb.agent.linux.UdpSocket;
import dev.hashlb.agent.linux.VirtioNetHeader;
import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.route.LiveRouters;
import dev.hashlb.core.route.RouterList;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.IngressMode;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.RouterGroup;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TableKind;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Packets are sent through a TUN, and what can be read at its other end is what the filter has let pass. What should pass is calculated here from the
 * packet's bytes with big integers, and for {@code Stable} from the table of owners. Needs root and /dev/net/tun.
 */
@Timeout(120)
class SelectionFilterIT {
    private static final long SEED = 41;
    private static final int PACKETS = 1000;
    /** Fewer than a queue holds. */
    private static final int AT_ONCE = 200;

    private static final List<String> ROUTERS = List.of("r1", "r10", "r2", "r3", "r4");
    private static final String SELF = "r2";
    private static final int SELF_INDEX = 2;

    private final Random random = new Random(SEED);
    private final CallState state = new CallState();
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(70_000);
    private TestNamespace namespace;
    private TunDevice device;
    private PacketSocket socket;
    private SelectionFilter filter;

    @BeforeEach
    void open() throws Exception {
        System.out.println("packets are made from seed " + SEED);
        namespace = new TestNamespace();
        device = namespace.namespace().call(() -> TunDevice.open("lx0", 1));
        namespace.inside("addr add 10.77.0.1/24 dev lx0"); // Java knows no device without an address
        namespace.inside("link set lx0 up");
        socket = namespace.namespace().call(() -> {
            int index = NetworkInterface.getByName("lx0").getIndex();
            return PacketSocket.open(index, "lx0", PacketSocket.Hears.ARP);
        });
        filter = allowed(SELF);
    }

    private SelectionFilter allowed(String router) {
        SelectionFilter made = new SelectionFilter(device.fd(0), router);
        made.allow(true);
        return made;
    }

    @AfterEach
    void close() throws Exception {
        filter.close();
        socket.close();
        device.close();
        namespace.close();
        arena.close();
    }

    private static List<Node> nodes(List<String> names) {
        return IntStream.range(0, names.size())
                .mapToObj(i -> new Node(names.get(i), IpAddress.ipv4(0x0a090001 + i), true))
                .toList();
    }

    private static Balancer balancer(String name, Ingress ingress, String... vips) {
        return new Balancer(
                new NamespacedName("default", name),
                List.of(vips).stream().map(IpAddress::parse).toList(),
                List.of(new ServicePort("", Protocol.UDP, 53, 53, Delivery.ADDRESS)),
                HashSettings.DEFAULT,
                ingress,
                Reply.DIRECT,
                List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")),
                true,
                UndeclaredPorts.REJECT,
                1,
                List.of());
    }

    private static Ingress shared(HashFields fields, TableKind table) {
        return new Ingress(IngressMode.SELF_SELECT, fields, table);
    }

    private static ForwardingTable table(Balancer... balancers) {
        return ForwardingTable.compile(new Snapshot(1, List.of(balancers), nodes(ROUTERS), List.of()));
    }

    private static byte[] packet(IpAddress source, int sourcePort, IpAddress vip, int port, Protocol protocol) {
        byte[] from = source.toBytes();
        ByteBuffer packet = ByteBuffer.allocate(2 * from.length + (from.length == 4 ? 12 : 8) + 8);
        if (from.length == 4) {
            packet.putInt(0x4500001c).putInt(0x00004000).put((byte) 64);
            packet.put((byte) protocol.number()).putShort((short) 0);
        } else {
            packet.putInt(0x60000000)
                    .putShort((short) 8)
                    .put((byte) protocol.number())
                    .put((byte) 64);
        }
        packet.put(from).put(vip.toBytes()).putShort((short) sourcePort).putShort((short) port);
        return packet.array();
    }

    private IpAddress client(IpAddress vip) {
        byte[] bytes = new byte[vip.toBytes().length];
        random.nextBytes(bytes);
        bytes[0] = (byte) (bytes.length == 4 ? 10 : 0xfd);
        return IpAddress.of(bytes);
    }

    private List<byte[]> packets(IpAddress vip) {
        return IntStream.range(0, PACKETS)
                .mapToObj(i -> packet(
                        client(vip),
                        random.nextInt(1 << 16),
                        vip,
                        random.nextInt(1 << 16),
                        random.nextBoolean() ? Protocol.TCP : Protocol.UDP))
                .toList();
    }

    /** What comes out of the device of these packets, in their order. */
    private List<byte[]> passed(List<byte[]> sent) {
        List<byte[]> passed = new ArrayList<>();
        for (int from = 0; from < sent.size(); from += AT_ONCE) {
            List<byte[]> some = sent.subList(from, Math.min(sent.size(), from + AT_ONCE));
            some.forEach(packet -> assertThat(socket.send(packet)).isZero());
            byte[] read = read();
            while (read.length > 0) {
                byte[] packet = read;
                if (some.stream()
                        .anyMatch(each -> Arrays.equals(each, packet))) { // the kernel sends of its own as well
                    passed.add(packet);
                }
                read = read();
            }
        }
        return passed;
    }

    private byte[] read() {
        int length = Libc.read(state, device.fd(0), buffer.address(), (int) buffer.byteSize());
        return length < VirtioNetHeader.LENGTH_BYTES
                ? new byte[0]
                : buffer.asSlice(VirtioNetHeader.LENGTH_BYTES, length - VirtioNetHeader.LENGTH_BYTES)
                        .toArray(ValueLayout.JAVA_BYTE);
    }

    private static int unsignedShort(byte[] packet, int offset) {
        return Short.toUnsignedInt(ByteBuffer.wrap(packet).getShort(offset));
    }

    private static BigInteger number(byte[] packet, int offset, int lengthBytes) {
        return new BigInteger(1, packet, offset, lengthBytes);
    }

    /** The formula, written once more. */
    private static int slot(byte[] packet, HashFields fields, int n) {
        boolean ipv4 = packet[0] == 0x45;
        int address = ipv4 ? 4 : 16;
        int source = ipv4 ? 12 : 8;
        int ports = ipv4 ? 20 : 40;
        long small = unsignedShort(packet, ports + 2);
        if (fields == HashFields.FIVE_TUPLE) {
            small += unsignedShort(packet, ports) + packet[ipv4 ? 9 : 6];
        }
        return number(packet, source, address)
                .add(number(packet, source + address, address))
                .add(BigInteger.valueOf(small))
                .mod(BigInteger.valueOf(n))
                .intValue();
    }

    private static List<byte[]> own(List<byte[]> sent, ForwardingTable table, Ingress ingress) {
        if (ingress.table() == TableKind.MODULO) {
            return sent.stream()
                    .filter(p -> slot(p, ingress.fields(), ROUTERS.size()) == SELF_INDEX)
                    .toList();
        }
        var owners =
                table.routers().now().by(ingress.fields(), TableKind.STABLE).slotsOf(SELF_INDEX);
        return sent.stream()
                .filter(p -> owners.get(slot(p, ingress.fields(), 16381)))
                .toList();
    }

    @Test
    void onlyThisRoutersPacketsPassByEveryFormulaAndFamily() {
        for (HashFields fields : HashFields.values()) {
            for (TableKind kind : TableKind.values()) {
                Ingress ingress = shared(fields, kind);
                ForwardingTable table = table(balancer("web", ingress, "198.51.100.10", "2001:db8:51::10"));
                filter.apply(table);
                for (IpAddress vip : table.balancers().getFirst().balancer().addresses()) {
                    List<byte[]> sent = packets(vip);
                    List<byte[]> expected = own(sent, table, ingress);
                    long before = filter.dropped();

                    assertThat(passed(sent)).as("%s to %s", ingress, vip).containsExactlyElementsOf(expected);
                    assertThat(expected.size()).isBetween(1, PACKETS - 1);
                    assertThat(filter.dropped() - before).isEqualTo(PACKETS - expected.size());
                }
            }
        }
    }

    @Test
    void whatTheFilterCannotTellPasses() {
        IpAddress vip = IpAddress.parse("198.51.100.10");
        filter.apply(table(
                balancer("web", shared(HashFields.FIVE_TUPLE, TableKind.STABLE), "198.51.100.10", "2001:db8:51::10"),
                balancer("alone", Ingress.ANY_NODE, "198.51.100.11")));
        List<byte[]> sent = new ArrayList<>(packets(IpAddress.parse("198.51.100.11")));
        sent.addAll(packets(IpAddress.parse("203.0.113.1")));
        for (byte[] packet : packets(vip)) {
            switch (random.nextInt(4)) {
                case 0 -> packet[9] = 1; // ICMP
                case 1 -> packet[6] |= 0x20; // a fragment, the first
                case 2 -> packet[7] |= 0x01; // a fragment, a later one
                default -> packet[0] = 0x46; // options
            }
            sent.add(packet);
        }
        for (byte[] packet : packets(IpAddress.parse("2001:db8:51::10"))) {
            packet[6] = (byte) (random.nextBoolean() ? 44 : 58); // a fragment header, ICMPv6
            sent.add(packet);
        }
        assertThat(passed(sent)).containsExactlyElementsOf(sent);
        assertThat(filter.dropped()).isZero();
    }

    @Test
    void whereThePortDependsOnWhichEndIsTheServiceTheEngineDecides() {
        Ingress byService = shared(HashFields.SOURCE_AND_SERVICE, TableKind.STABLE);
        IpAddress vip = IpAddress.parse("198.51.100.10");
        IpAddress other = IpAddress.parse("198.51.100.11");
        Balancer web = balancer("web", byService, vip.toString());
        filter.apply(table(web, balancer("other", Ingress.ANY_NODE, other.toString())));
        List<byte[]> betweenServices = IntStream.range(1, PACKETS)
                .mapToObj(port -> packet(other, port, vip, 53, Protocol.UDP))
                .toList();
        assertThat(passed(betweenServices)).containsExactlyElementsOf(betweenServices);

        RouterGroup group = new RouterGroup(
                new NamespacedName("default", "lan"),
                List.of(Cidr.parse("10.0.0.0/8")),
                List.of(),
                byService.fields(),
                byService.table());
        filter.apply(ForwardingTable.compile(new Snapshot(1, List.of(web), List.of(group), nodes(ROUTERS), List.of())));
        List<byte[]> sent = packets(vip);
        assertThat(passed(sent)).containsExactlyElementsOf(sent);
    }

    @Test
    void itGoesByTheNewerListWhileThatSettlesAndByNoneThatLacksThisRouter() {
        Ingress ingress = shared(HashFields.FIVE_TUPLE, TableKind.STABLE);
        ForwardingTable all = table(balancer("web", ingress, "198.51.100.10"));
        List<byte[]> sent = packets(IpAddress.parse("198.51.100.10"));
        LiveRouters fewer = all.routers().next(RouterList.of(nodes(List.of("r10", "r2"))));
        filter.apply(all.withRouters(fewer));
        var owned = fewer.now().by(HashFields.FIVE_TUPLE, TableKind.STABLE).slotsOf(1);

        assertThat(passed(sent))
                .containsExactlyElementsOf(sent.stream()
                        .filter(p -> owned.get(slot(p, HashFields.FIVE_TUPLE, 16381)))
                        .toList());

        filter.apply(all.withRouters(all.routers().next(RouterList.of(nodes(List.of("r1"))))));
        assertThat(passed(sent)).containsExactlyElementsOf(sent);
    }

    @Test
    void aFilterThatAnotherProcessLeftIsReplacedOrTakenAway() {
        List<byte[]> sent = packets(IpAddress.parse("198.51.100.10"));
        Ingress ingress = shared(HashFields.FIVE_TUPLE, TableKind.MODULO);
        ForwardingTable shared = table(balancer("web", ingress, "198.51.100.10"));
        filter.apply(shared);
        filter.close();
        assertThat(passed(sent)).isNotEqualTo(sent);

        filter = new SelectionFilter(device.fd(0), SELF);
        filter.allow(false);
        filter.apply(shared);
        assertThat(passed(sent)).as("another process reads too").containsExactlyElementsOf(sent);

        filter.allow(true);
        filter.apply(shared);
        try (SelectionFilter another = allowed("r1")) {
            another.apply(shared);
        }
        filter.allow(true);
        filter.apply(shared);
        assertThat(passed(sent)).containsExactlyElementsOf(own(sent, shared, ingress));
    }

    @Test
    void allPassWhileTheEngineGoesOverToAnotherTable() {
        List<byte[]> sent = packets(IpAddress.parse("198.51.100.10"));
        Ingress modulo = shared(HashFields.FIVE_TUPLE, TableKind.MODULO);
        ForwardingTable before = table(balancer("web", modulo, "198.51.100.10"));
        ForwardingTable after =
                table(balancer("web", shared(HashFields.FIVE_TUPLE, TableKind.STABLE), "198.51.100.10"));
        filter.apply(before);
        filter.prepare(before);
        assertThat(passed(sent)).containsExactlyElementsOf(own(sent, before, modulo));

        filter.prepare(after);
        assertThat(passed(sent)).containsExactlyElementsOf(sent);
    }

    @Test
    void aSuperPacketCountsAsManyAsItCarries() throws Exception {
        String vip = "198.51.100.10";
        namespace.inside("route add " + vip + " dev lx0");
        ForwardingTable table = table(balancer("web", shared(HashFields.FIVE_TUPLE, TableKind.MODULO), vip));
        filter.apply(table);
        IpAddress source = IpAddress.parse("10.77.0.1");
        try (UdpSocket socket = namespace.namespace().call(() -> UdpSocket.open(source, 0, 1 << 20));
                SendBatch out = new SendBatch(1, 1)) {
            int port = IntStream.range(1, 1000)
                    .filter(p -> slot(
                                    packet(source, socket.port(), IpAddress.parse(vip), p, Protocol.UDP),
                                    HashFields.FIVE_TUPLE,
                                    ROUTERS.size())
                            != SELF_INDEX)
                    .findFirst()
                    .orElseThrow();
            int message = out.begin();
            out.destination(message, SockAddr.of(arena, IpAddress.parse(vip), port));
            out.add(message, arena.allocate(10_400).address(), 10_400);
            out.gsoSize(message, 1000);
            assertThat(out.flush(socket.fd())).isEqualTo(1);
        }
        assertThat(filter.dropped()).isEqualTo(11);
    }
}
