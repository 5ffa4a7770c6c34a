package dev.hashlb.e2e.suite;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.e2e.lab.BackNetwork;
import dev.hashlb.e2e.lab.FrameCapture.Framed;
import dev.hashlb.e2e.lab.Sockets;
import dev.hashlb.e2e.oracle.Oracle;
import dev.hashlb.e2e.oracle.OracleFlow;
import dev.hashlb.e2e.suite.Client.Ends;
import dev.hashlb.e2e.suite.GroupLab.Seen;
import dev.hashlb.e2e.traffic.PacketSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code kind: HashRouterGroup}: three routers receive every packet to and from a network behind them, and the one that the oracle names
 * routes it. Their neighbours find the gateways by ARP and Neighbor Discovery, on both sides.
 */
@Timeout(120)
class RouterGroupIT {
    private static final int DATAGRAMS_EACH = 500;
    private static final int CONNECTIONS_EACH = 50;
    private static final long TRANSFER_BYTES = 64L << 20;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;
    private static final int CLOSED_PORT = 9;
    /** Linux's default, less the client's router, the gateway and one of ours. */
    private static final int HOPS_AT_TARGET = 64 - 3;
    /** Less one of ours. */
    private static final int HOPS_AT_GATEWAY = 64 - 1;

    private final GroupLab lab = GroupLab.shared();
    private final Cluster cluster = lab.cluster();

    static List<String> targets() {
        return GroupLab.TARGETS;
    }

    static Stream<Arguments> choices() {
        return Stream.of("FiveTuple", "SourceAndService")
                .flatMap(fields -> Stream.of("Modulo", "Stable")
                        .flatMap(
                                table -> GroupLab.TARGETS.stream().map(target -> Arguments.of(fields, table, target))));
    }

    private static Oracle oracle(String fields, String table) {
        return ThreeRouters.oracle(fields, table);
    }

    private List<String> wrong(Seen seen, Ends ends, int protocol, String named) {
        Map<Boolean, List<Framed>> ways = new HashMap<>();
        ways.put(true, seen.to(f -> f.protocol() == protocol && is(f, ends.source(), ends.destination())));
        ways.put(false, seen.from(f -> f.protocol() == protocol && is(f, ends.destination(), ends.source())));
        int count = protocol == Oracles.UDP ? 1 : 0;
        List<String> wrong = new ArrayList<>(
                lab.wrong(protocol + " request of " + ends, ways.get(true), named, HOPS_AT_TARGET, count));
        wrong.addAll(lab.wrong(protocol + " reply of " + ends, ways.get(false), named, HOPS_AT_GATEWAY, count));
        return wrong;
    }

    private static boolean is(Framed packet, InetSocketAddress source, InetSocketAddress destination) {
        return packet.source().equals(source) && packet.destination().equals(destination);
    }

    /** 4,400 flows in all, each in both directions. */
    @ParameterizedTest(name = "{0}, {1}, {2}")
    @MethodSource("choices")
    void everyPacketIsRoutedByTheNamedRouterAndNoOther(String fields, String table, String target)
            throws IOException, InterruptedException {
        lab.declare(fields, table);
        List<Ends> datagrams = lab.flows(target, GroupLab.PORT, DATAGRAMS_EACH);
        List<Ends> connections = lab.flows(target, GroupLab.PORT, CONNECTIONS_EACH);
        Seen seen = lab.seenDuring(() -> {
            for (Ends ends : datagrams) {
                askOnce(ends);
            }
            for (Ends ends : connections) {
                cluster.client().askTcp(ends);
            }
        });
        Oracle oracle = oracle(fields, table);
        List<String> wrong = new ArrayList<>();
        for (Ends ends : datagrams) {
            wrong.addAll(wrong(seen, ends, Oracles.UDP, oracle.server(Oracles.flow(ends, Oracles.UDP))));
        }
        for (Ends ends : connections) {
            wrong.addAll(wrong(seen, ends, Oracles.TCP, oracle.server(Oracles.flow(ends, Oracles.TCP))));
        }
        assertThat(wrong).isEmpty();
    }

    private void askOnce(Ends ends) throws IOException {
        try (DatagramChannel socket = cluster.client().udp(ends)) {
            socket.write(ByteBuffer.wrap("who".getBytes(US_ASCII)));
            socket.socket().setSoTimeout(10_000);
            socket.socket().receive(new java.net.DatagramPacket(new byte[1024], 1024));
        }
    }

    @ParameterizedTest
    @MethodSource("targets")
    void pingsAreRoutedByTheNamedRouterBothWays(String target) throws IOException, InterruptedException {
        lab.declare("FiveTuple", "Stable");
        int protocol = target.contains(":") ? ICMPV6 : ICMP;
        Seen seen =
                lab.seenDuring(() -> assertThat(cluster.client().pings(target)).isTrue());
        List<Framed> requests =
                seen.to(f -> f.protocol() == protocol && isAt(f.destination(), target) && isClient(f.source()));
        List<Framed> replies =
                seen.from(f -> f.protocol() == protocol && isAt(f.source(), target) && isClient(f.destination()));
        assertThat(requests).hasSize(1);
        Ends ends = new Ends(requests.getFirst().source(), requests.getFirst().destination());
        String named = oracle("FiveTuple", "Stable").server(Oracles.flow(ends, protocol));
        assertThat(lab.wrong(
                        "echo request", requests, named, requests.getFirst().hops(), 1))
                .isEmpty();
        assertThat(lab.wrong("echo reply", replies, named, HOPS_AT_GATEWAY, 1)).isEmpty();
    }

    private static boolean isAt(InetSocketAddress end, String address) {
        return end.getAddress().equals(Sockets.at(address, 0).getAddress());
    }

    private boolean isClient(InetSocketAddress end) {
        return Stream.concat(
                        cluster.lab().topology().clientIpv4().stream(), cluster.lab().topology().clientIpv6().stream())
                .anyMatch(address -> isAt(end, address));
    }

    /** All fragments of a datagram, the first included, count no ports, so they take one way. */
    @ParameterizedTest
    @MethodSource("targets")
    void fragmentsOfADatagramTakeOneRouter(String target) throws IOException, InterruptedException {
        lab.declare("FiveTuple", "Stable");
        for (Ends ends : lab.flows(target, GroupLab.PORT, 8)) {
            String large = "who " + "x".repeat(3_000);
            Seen seen = lab.seenDuring(() -> cluster.client().askUdp(ends, large));
            List<Framed> fragments = seen.to(f -> f.protocol() == Oracles.UDP
                    && f.source().getAddress().equals(ends.source().getAddress()));
            assertThat(fragments).hasSizeGreaterThanOrEqualTo(3);
            assertThat(lab.wrong("fragments of " + ends, fragments, named(ends, Oracles.UDP), HOPS_AT_TARGET, 0))
                    .isEmpty();
        }
    }

    /** Of what has no ports. */
    private static String named(Ends ends, int protocol) {
        OracleFlow flow = OracleFlow.of(
                ends.source().getAddress().getAddress(),
                0,
                ends.destination().getAddress().getAddress(),
                0,
                protocol);
        return oracle("FiveTuple", "Stable").server(flow);
    }

    /** The error is about the flow, and so it is the flow's router that routes it. */
    @ParameterizedTest
    @MethodSource("targets")
    void anIcmpErrorTakesTheRouterOfItsFlow(String target) throws IOException, InterruptedException {
        lab.declare("FiveTuple", "Stable");
        int protocol = target.contains(":") ? ICMPV6 : ICMP;
        for (Ends ends : lab.flows(target, CLOSED_PORT, 6)) {
            Seen seen = lab.seenDuring(
                    () -> assertThatThrownBy(() -> cluster.client().askUdp(ends, "who"))
                            .isInstanceOf(PortUnreachableException.class));
            List<Framed> errors = seen.from(f -> f.protocol() == protocol && isAt(f.source(), target));
            String named = oracle("FiveTuple", "Stable").server(Oracles.flow(ends, Oracles.UDP));
            assertThat(lab.wrong("error about " + ends, errors, named, HOPS_AT_GATEWAY, 1))
                    .isEmpty();
            Thread.sleep(100); // the target's kernel limits its errors
        }
    }

    /** IPv4 packets of a protocol that nobody knows, from the gateway to all routers. */
    @Test
    void protocolsWithoutPortsAreRoutedOnceAndTheLastHopIsTheRouters() throws IOException, InterruptedException {
        lab.declare("FiveTuple", "Stable");
        int unknown = 253; // RFC 3692, for experiments
        try (var socket = new PacketSocket(lab.gatewayNamespace(), "lan", GroupLab.GROUP_MAC)) {
            Seen seen = lab.seenDuring(() -> {
                for (int i = 0; i < 60; i++) {
                    socket.send(packet(i, unknown, i < 30 ? 2 : 1), false);
                }
            });
            List<Framed> arrived = seen.to(f -> f.protocol() == unknown);
            assertThat(arrived).hasSize(30).allMatch(f -> f.hops() == 1);
            assertThat(arrived)
                    .allMatch(f -> lab.router(f).equals(named(new Ends(f.source(), f.destination()), unknown)));
            // The target says that it does not know the protocol; no router says that a packet's time was over.
            assertThat(seen.from(f -> f.protocol() == ICMP && !isAt(f.source(), BackNetwork.TARGET_IPV4)))
                    .isEmpty();
        }
    }

    private static ByteBuffer packet(int number, int protocol, int hops) {
        ByteBuffer packet = ByteBuffer.allocate(28);
        packet.putShort((short) 0x4500).putShort((short) 28).putInt(number << 16);
        packet.put((byte) hops).put((byte) protocol).putShort((short) 0);
        packet.put(Sockets.at("192.0.2." + (7 + number % 16), 0).getAddress().getAddress());
        packet.put(Sockets.at(BackNetwork.TARGET_IPV4, 0).getAddress().getAddress());
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += Short.toUnsignedInt(packet.getShort(i));
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        packet.putShort(10, (short) ~((sum & 0xffff) + (sum >>> 16)));
        return packet.clear();
    }

    /** Super-packets, which kernels make of many segments, are routed as they are. */
    @ParameterizedTest
    @MethodSource("targets")
    void manyBytesArriveWholeInBothDirections(String target) throws IOException {
        lab.declare("FiveTuple", "Stable");
        try (SocketChannel socket = cluster.client().connect(target, GroupLab.PORT)) {
            Lines.write(socket, "get " + TRANSFER_BYTES);
            String received = Transfer.receive(socket, TRANSFER_BYTES, bytes -> {});
            assertThat(received).isEqualTo(Lines.read(socket));
            Lines.write(socket, "put " + TRANSFER_BYTES);
            String sent = Transfer.send(socket, TRANSFER_BYTES, bytes -> {});
            assertThat(sent).isEqualTo(Lines.read(socket));
        }
    }

    @Test
    void whatIsRoutedAndWhatIsNotIsCounted() throws IOException {
        lab.declare("FiveTuple", "Stable");
        double routed = cluster.metric("hashlb_routed_packets_total", "group=\"default/back\"");
        double others = cluster.dropped("not_selected");
        for (Ends ends : lab.flows(BackNetwork.TARGET_IPV4, GroupLab.PORT, 50)) {
            askOnce(ends);
        }
        assertThat(cluster.metric("hashlb_routed_packets_total", "group=\"default/back\"") - routed)
                .isEqualTo(100);
        assertThat(cluster.dropped("not_selected") - others).isEqualTo(200);
    }
}
