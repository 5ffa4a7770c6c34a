package dev.hashlb.e2e.suite;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.lab.Sockets;
import dev.hashlb.e2e.lab.TunnelCapture.Carried;
import dev.hashlb.e2e.oracle.Oracle;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code return: Gateway}: hosts send replies through the router that the oracle names, together with SelfSelect and without. */
@Timeout(120)
class GatewayIT {
    private static final int DATAGRAMS_EACH = 150;
    private static final int CONNECTIONS_EACH = 40;
    private static final int CLIENT_PORT = 7777;
    /** Another, for what is captured is told apart by its ends alone, and kernels give a pod the same port for both protocols now and then. */
    private static final int CLIENT_DATAGRAM_PORT = 7778;

    private static final String GATEWAY = "return: {mode: Gateway}";

    private final ThreeRouters routers = ThreeRouters.shared();
    private final Cluster cluster = routers.cluster();

    static Stream<Arguments> ways() {
        return Stream.of("AnyNode", "SelfSelect")
                .flatMap(mode -> Stream.of("FiveTuple, table: Stable", "SourceAndService, table: Modulo")
                        .flatMap(choice -> Vips.both().stream().map(vip -> Arguments.of(mode, choice, vip))));
    }

    static List<String> vips() {
        return Vips.both();
    }

    private void comeInBy(String mode) {
        if (mode.equals("SelfSelect")) {
            cluster.lab().routeVipsToAllRouters();
        } else {
            cluster.lab().routeVipsTo(cluster.node("r1"));
        }
    }

    @ParameterizedTest(name = "{0}, fields: {1}, {2}")
    @MethodSource("ways")
    void repliesGoThroughTheNamedRouter(String mode, String choice, String vip)
            throws IOException, InterruptedException {
        comeInBy(mode);
        routers.declare("ingress: {mode: " + mode + ", fields: " + choice + "}", GATEWAY);
        routers.ask(List.of(), routers.flows(vip, 4)); // neighbours are known from here on
        List<Ends> datagrams = routers.flows(vip, DATAGRAMS_EACH);
        List<Ends> connections = routers.flows(vip, CONNECTIONS_EACH);
        Map<Ends, List<Carried>> carried = routers.carriedDuring(() -> routers.ask(datagrams, connections));
        String[] words = choice.split(", table: ", -1);
        Oracle oracle = ThreeRouters.oracle(words[0], words[1]);
        List<String> wrong = new ArrayList<>();
        datagrams.forEach(ends -> compare(oracle, ends, Oracles.UDP, mode, carried, wrong));
        connections.forEach(ends -> compare(oracle, ends, Oracles.TCP, mode, carried, wrong));
        assertThat(wrong).isEmpty();
    }

    /** With SelfSelect, request and reply pass the same router. */
    private void compare(
            Oracle oracle, Ends ends, int protocol, String mode, Map<Ends, List<Carried>> carried, List<String> wrong) {
        String named = routers.address(oracle.server(Oracles.flow(ends, protocol)));
        List<Carried> requests = carried.getOrDefault(ends, List.of());
        List<Carried> replies = carried.getOrDefault(
                new Ends(/* source= */ ends.destination(), /* destination= */ ends.source()), List.of());
        List<String> in = requests.stream().map(Carried::from).distinct().toList();
        List<String> out = replies.stream().map(Carried::to).distinct().toList();
        boolean inGood = mode.equals("AnyNode") || in.equals(List.of(named));
        boolean once = protocol == Oracles.TCP || replies.size() == 1;
        if (!inGood || !out.equals(List.of(named)) || !once) {
            wrong.add(ends + " protocol " + protocol + ": named " + named + ", requests from " + in + ", "
                    + replies.size() + " replies to " + out);
        }
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aDownloadAndAnUploadArriveWhole(String vip) throws IOException {
        comeInBy("AnyNode");
        routers.declare(GATEWAY);
        long length = 64L << 20;
        for (int i = 0; i < 3; i++) {
            try (SocketChannel socket = cluster.client().connect(vip, 80)) {
                Lines.write(socket, "get " + length);
                String received = Transfer.receive(socket, length, bytes -> {});
                assertThat(received).isEqualTo(Lines.read(socket));
                Lines.write(socket, "put " + length);
                String sent = Transfer.send(socket, length, bytes -> {});
                assertThat(sent).isEqualTo(Lines.read(socket));
            }
        }
        assertThat(cluster.outcomes("returned")).isPositive();
    }

    /** Of the least MSS that Linux goes by (TCP_MIN_SND_MSS), the servers' kernels make super-packets of more than a thousand segments. */
    @ParameterizedTest
    @MethodSource("vips")
    void aDownloadInTinySegmentsArrivesWhole(String vip) throws IOException {
        comeInBy("AnyNode");
        routers.declare(GATEWAY);
        List<String> nft = Command.inNamespace(cluster.client().namespace(), List.of("nft", "-f", "-"));
        Command.run("""
                table inet tiny {
                    chain out { type filter hook output priority 0; tcp flags syn tcp option maxseg size set 48; }
                }
                """, nft);
        try (SocketChannel socket = cluster.client().connect(vip, 80)) {
            long length = 8L << 20;
            Lines.write(socket, "get " + length);
            String received = Transfer.receive(socket, length, bytes -> {});
            assertThat(received).isEqualTo(Lines.read(socket));
        } finally {
            Command.run("delete table inet tiny", nft);
        }
    }

    /** Connections that servers open themselves take the router that the oracle names, and are seen by the pod's own address. */
    @ParameterizedTest
    @MethodSource("vips")
    void serversConnectToTheOutsideThroughTheNamedRouter(String vip) throws IOException, InterruptedException {
        comeInBy("AnyNode");
        routers.declare("return: {mode: Gateway, egress: [\"192.0.2.0/24\", \"2001:db8:c::/64\"]}");
        String outside = Vips.clientAddress(cluster.lab().topology(), vip, 0);
        List<Ends> opened = new ArrayList<>();
        List<Ends> sent = new ArrayList<>();
        Map<Ends, List<Carried>> carried;
        try (ServerSocketChannel server = Sockets.listen(cluster.client().namespace(), outside, CLIENT_PORT);
                DatagramChannel receiver = Sockets.udp(cluster.client().namespace(), outside)) {
            receiver.bind(Sockets.at(outside, CLIENT_DATAGRAM_PORT));
            carried = routers.carriedDuring(() -> {
                for (Pod pod : cluster.pods()) {
                    for (int i = 0; i < 10; i++) {
                        opened.add(connectionFrom(pod, server, outside));
                        sent.add(datagramFrom(pod, receiver, outside));
                    }
                }
            });
        }
        Oracle oracle = ThreeRouters.oracle("FiveTuple", "Stable");
        List<String> wrong = new ArrayList<>();
        opened.forEach(ends -> compareOpened(oracle, ends, Oracles.TCP, carried, wrong));
        sent.forEach(ends -> compareOpened(oracle, ends, Oracles.UDP, carried, wrong));
        assertThat(wrong).isEmpty();
    }

    private void compareOpened(
            Oracle oracle, Ends ends, int protocol, Map<Ends, List<Carried>> carried, List<String> wrong) {
        String named = routers.address(oracle.server(Oracles.flow(ends, protocol)));
        List<String> out = carried.getOrDefault(ends, List.of()).stream()
                .map(Carried::to)
                .distinct()
                .toList();
        if (!out.equals(List.of(named))) {
            wrong.add(ends + " protocol " + protocol + ": named " + named + ", sent to " + out);
        }
    }

    private static Ends connectionFrom(Pod pod, ServerSocketChannel server, String outside) throws IOException {
        try (SocketChannel socket = new Client(pod.namespace()).connect(outside, CLIENT_PORT);
                SocketChannel accepted = server.accept()) {
            Lines.write(accepted, "hello");
            assertThat(Lines.read(socket)).isEqualTo("hello");
            var seen = (InetSocketAddress) accepted.getRemoteAddress();
            assertThat(seen.getAddress().getHostAddress()).isEqualTo(own(pod, outside));
            return new Ends(seen, Sockets.at(outside, CLIENT_PORT));
        }
    }

    private static Ends datagramFrom(Pod pod, DatagramChannel receiver, String outside) throws IOException {
        try (DatagramChannel socket = Sockets.udp(pod.namespace(), outside)) {
            socket.connect(Sockets.at(outside, CLIENT_DATAGRAM_PORT));
            socket.write(ByteBuffer.wrap("hello".getBytes(US_ASCII)));
            receiver.socket().setSoTimeout(5000);
            var packet = new DatagramPacket(new byte[100], 100);
            receiver.socket().receive(packet);
            assertThat(packet.getAddress().getHostAddress()).isEqualTo(own(pod, outside));
            return new Ends((InetSocketAddress) packet.getSocketAddress(), Sockets.at(outside, CLIENT_DATAGRAM_PORT));
        }
    }

    private static String own(Pod pod, String familyOf) {
        return Sockets.at(familyOf.contains(":") ? pod.ipv6() : pod.ipv4(), 0)
                .getAddress()
                .getHostAddress();
    }
}
