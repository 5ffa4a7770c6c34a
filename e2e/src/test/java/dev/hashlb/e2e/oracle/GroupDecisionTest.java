package dev.hashlb.e2e.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.forward.Decision;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.forward.Verdict;
import dev.hashlb.core.packet.RoutedPacket;
import dev.hashlb.core.route.RouterShare;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.RouterGroup;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TableKind;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What routers of a group decide about packets as bytes, in both directions, against the oracle: 100,000 flows in all. */
class GroupDecisionTest {
    private static final int FLOWS_EACH = 25_000;
    private static final List<String> ROUTERS = List.of("r1", "r10", "r2", "z"); // in the order of their bytes

    private final RoutedPacket packet = new RoutedPacket();
    private final Decision decision = new Decision();

    @ParameterizedTest
    @CsvSource({"FiveTuple, Modulo", "FiveTuple, Stable", "SourceAndService, Modulo", "SourceAndService, Stable"})
    void oneRouterHandlesEachPacketTheOraclesOne(String fields, String table) {
        long seed = 5254;
        System.out.println("GroupDecisionTest: seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        ForwardingTable forwarding = ForwardingTable.compile(snapshot(fields, table));
        List<RouterShare> shares = ROUTERS.stream()
                .map(name -> new RouterShare(forwarding.routers(), name))
                .toList();
        List<OracleServer> routers =
                ROUTERS.stream().map(name -> new OracleServer(name, name, 1)).toList();
        Oracle oracle = table.equals("Modulo") ? Oracle.modulo(fields, routers) : Oracle.stable(fields, 16381, routers);
        for (int i = 0; i < FLOWS_EACH; i++) {
            boolean ipv4 = random.nextBoolean();
            byte[] client = address(random, ipv4 ? "192.0.2.0" : "2001:db8:c::", ipv4 ? 1 : 8);
            byte[] service = address(random, ipv4 ? "10.66.0.0" : "fd00:66::", ipv4 ? 2 : 8);
            int protocol = new int[] {6, 17, ipv4 ? 1 : 58, 47}[random.nextInt(4)];
            boolean ports = protocol == 6 || protocol == 17;
            int clientPort = random.nextInt(65_536);
            int servicePort = random.nextInt(65_536);
            String named = oracle.server(
                    OracleFlow.of(client, ports ? clientPort : 0, service, ports ? servicePort : 0, protocol));
            String what = "flow %d of seed %d".formatted(i, seed);
            assertThat(handlers(forwarding, shares, bytes(protocol, client, clientPort, service, servicePort)))
                    .as(what)
                    .containsExactly(named);
            assertThat(handlers(forwarding, shares, bytes(protocol, service, servicePort, client, clientPort)))
                    .as("%s, back", what)
                    .containsExactly(named);
        }
    }

    private List<String> handlers(ForwardingTable forwarding, List<RouterShare> shares, byte[] bytes) {
        assertThat((Object) packet.read(MemorySegment.ofArray(bytes), 0, bytes.length))
                .isNull();
        return Stream.iterate(0, i -> i + 1)
                .limit(shares.size())
                .filter(i -> forwarding.groups().decide(packet, shares.get(i), decision) == Verdict.ROUTE)
                .map(ROUTERS::get)
                .toList();
    }

    private static Snapshot snapshot(String fields, String table) {
        RouterGroup group = new RouterGroup(
                new NamespacedName("default", "back"),
                List.of(Cidr.parse("10.67.0.0/16"), Cidr.parse("10.66.0.0/16"), Cidr.parse("fd00:66::/64")),
                List.of(),
                fields.equals("FiveTuple") ? HashFields.FIVE_TUPLE : HashFields.SOURCE_AND_SERVICE,
                table.equals("Modulo") ? TableKind.MODULO : TableKind.STABLE);
        List<Node> nodes = Stream.of("z", "r2", "r10", "r1")
                .map(name -> new Node(name, IpAddress.parse("10.9.0." + (1 + ROUTERS.indexOf(name))), true))
                .toList();
        return new Snapshot(1, List.of(), List.of(group), nodes, List.of());
    }

    private static byte[] address(SplittableRandom random, String network, int randomBytes) {
        byte[] address = IpAddress.parse(network).toBytes();
        for (int i = address.length - randomBytes; i < address.length; i++) {
            address[i] = (byte) random.nextInt(256);
        }
        return address;
    }

    /** Checksums are none of the decision's business. */
    private static byte[] bytes(int protocol, byte[] source, int sourcePort, byte[] destination, int destinationPort) {
        boolean ipv4 = source.length == 4;
        ByteBuffer bytes = ByteBuffer.allocate(ipv4 ? 40 : 60);
        if (ipv4) {
            bytes.putInt(0x4500_0028)
                    .putInt(0)
                    .put((byte) 64)
                    .put((byte) protocol)
                    .putShort((short) 0);
        } else {
            bytes.putInt(0x6000_0000).putShort((short) 20).put((byte) protocol).put((byte) 64);
        }
        bytes.put(source).put(destination);
        boolean echo = protocol == 1 || protocol == 58;
        // Of an echo: its type, code and checksum, and of a tunnel anything that is not to be taken for ports.
        bytes.putShort((short) (echo ? protocol == 1 ? 0x0800 : 0x8000 : sourcePort));
        bytes.putShort((short) destinationPort);
        return bytes.array();
    }
}
