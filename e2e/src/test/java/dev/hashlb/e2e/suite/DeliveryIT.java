package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.e2e.lab.Pod;
import dev.hashlb.e2e.lab.Sockets;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both ways of delivery, both protocols and families: what the server sees and what the client gets. */
@Timeout(60)
class DeliveryIT {
    private static final int ADDRESS_TCP = 80;
    private static final int NAT_TCP = 81;
    private static final int NAT_UDP = 53;
    private static final int ADDRESS_UDP = 54;
    private static final int POD_BOUND_TARGET = 8181;
    private static final int VIP_BOUND_TARGET = 8154;

    private static Cluster cluster;
    private static Pod pod;
    private static final PodServers servers = new PodServers();

    @BeforeAll
    static void declare() {
        cluster = Cluster.shared();
        // On a node whose veths have no address, the harder of the two for reverse-path filtering.
        pod = cluster.pod("n2p1");
        cluster.declare(d -> d.balancer(
                "web",
                b -> b.vip(0)
                        .port("TCP", ADDRESS_TCP, Cluster.TARGET_PORT)
                        .port("TCP", NAT_TCP, POD_BOUND_TARGET, "Nat")
                        .port("UDP", NAT_UDP, Cluster.TARGET_PORT)
                        .port("UDP", ADDRESS_UDP, VIP_BOUND_TARGET, "Address")
                        .server(pod)));
        servers.tcp(pod, pod.ipv4(), POD_BOUND_TARGET).tcp(pod, pod.ipv6(), POD_BOUND_TARGET);
        servers.udp(pod, Vips.IPV4, VIP_BOUND_TARGET).udp(pod, Vips.IPV6, VIP_BOUND_TARGET);
    }

    @AfterAll
    static void stopServers() {
        servers.close();
    }

    static java.util.List<String> vips() {
        return Vips.both();
    }

    private static Ends from(int sourcePort, String vip, int port) {
        return Ends.of(Vips.clientAddress(cluster.lab().topology(), vip, 0), sourcePort, vip, port);
    }

    private static String podAddress(String vip) {
        return IpAddress.parse(vip.contains(":") ? pod.ipv6() : pod.ipv4()).toString();
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aTcpServerSeesTheClientAndTheVipAndItsOwnPort(String vip) throws IOException {
        Ends ends = from(2001, vip, ADDRESS_TCP);

        Answer answer = cluster.client().askTcp(ends);

        assertThat(answer.clientAddress()).isEqualTo(Digests.address(ends.source()));
        assertThat(answer.clientPort()).isEqualTo(2001);
        assertThat(answer.serverAddress()).isEqualTo(vip);
        assertThat(answer.serverPort()).isEqualTo(Cluster.TARGET_PORT);
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aTcpServerBoundToThePodsAddressIsServedByNat(String vip) throws IOException {
        Ends ends = from(2002, vip, NAT_TCP);

        Answer answer = cluster.client().askTcp(ends);

        assertThat(answer.clientAddress()).isEqualTo(Digests.address(ends.source()));
        assertThat(answer.serverAddress()).isEqualTo(podAddress(vip));
        assertThat(answer.serverPort()).isEqualTo(POD_BOUND_TARGET);
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aPlainUdpServerIsServedByNatUnasked(String vip) throws IOException {
        Ends ends = from(2003, vip, NAT_UDP);

        Answer answer = cluster.client().askUdp(ends, "who");

        assertThat(answer.clientAddress()).isEqualTo(Digests.address(ends.source()));
        assertThat(answer.clientPort()).isEqualTo(2003);
        assertThat(answer.serverPort()).isEqualTo(Cluster.TARGET_PORT);
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aUdpServerThatKnowsTheVipIsServedByAddress(String vip) throws IOException {
        Ends ends = from(2004, vip, ADDRESS_UDP);

        Answer answer = cluster.client().askUdp(ends, "who");

        assertThat(answer.clientAddress()).isEqualTo(Digests.address(ends.source()));
        assertThat(answer.clientPort()).isEqualTo(2004);
        assertThat(answer.serverAddress()).isEqualTo(vip);
        assertThat(answer.serverPort()).isEqualTo(VIP_BOUND_TARGET);
    }

    @ParameterizedTest
    @MethodSource("vips")
    void anUnconnectedClientSeesAnswersComeFromTheVipAndItsPort(String vip) throws IOException {
        for (int port : Set.of(NAT_UDP, ADDRESS_UDP)) {
            try (DatagramChannel socket = Sockets.udp(cluster.client().namespace(), vip)) {
                // To connect would make the kernel drop answers from elsewhere unseen.
                SocketAddress vipAndPort = Sockets.at(vip, port);
                socket.bind(from(2005, vip, port).source());
                socket.send(ByteBuffer.wrap("who".getBytes(java.nio.charset.StandardCharsets.US_ASCII)), vipAndPort);

                assertThat(socket.receive(ByteBuffer.allocate(2000))).isEqualTo(vipAndPort);
            }
        }
    }
}
