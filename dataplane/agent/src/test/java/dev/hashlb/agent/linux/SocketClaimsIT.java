package dev.hashlb.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.agent.linux.netlink.Claim;
import dev.hashlb.agent.linux.netlink.SocketClaims;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.ServicePort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sockets of every state in a namespace of their own, client and server both in it, and whether they claim their flow. */
class SocketClaimsIT {
    private static final String VIP = "198.51.100.10";
    private static final String VIP6 = "2001:db8:51::10";
    private static final int PORT = 80;
    private static final int TARGET = 8080;
    private static final ServicePort BY_ADDRESS = new ServicePort("", Protocol.TCP, PORT, TARGET, Delivery.ADDRESS);
    private static final ServicePort BY_NAT = new ServicePort("", Protocol.TCP, PORT, TARGET, Delivery.NAT);
    private static final ServicePort UDP_BY_ADDRESS = new ServicePort("", Protocol.UDP, PORT, TARGET, Delivery.ADDRESS);
    private static final ServicePort UDP_BY_NAT = new ServicePort("", Protocol.UDP, PORT, TARGET, Delivery.NAT);

    private TestNamespace namespace;
    private SocketClaims claims;

    @BeforeEach
    void make() throws IOException {
        namespace = new TestNamespace();
        namespace.inside("addr add " + VIP + "/32 dev lo");
        namespace.inside("addr add " + VIP6 + "/128 dev lo nodad");
        claims = SocketClaims.openIn(namespace.namespace());
    }

    @AfterEach
    void remove() throws IOException {
        claims.close();
        namespace.close();
    }

    @Test
    void thisKernelTellsOfAllSockets() {
        assertThat(claims.missingModules()).isEmpty();
    }

    @Test
    void listeningSocketClaimsNothing() throws IOException {
        try (ServerSocketChannel listener = listen("0.0.0.0")) {
            assertThat(listener.isOpen()).isTrue();
            assertThat(claims.of(tcp(40_000), BY_ADDRESS)).isEqualTo(Claim.NONE);
        }
        assertThat(claims.of(tcp(40_000), BY_ADDRESS)).as("no socket at all").isEqualTo(Claim.NONE);
    }

    @Test
    void establishedConnectionClaimsItsFlowAndNoOther() throws IOException {
        try (ServerSocketChannel listener = listen("0.0.0.0");
                SocketChannel client = connect(VIP, 40_001);
                SocketChannel server = listener.accept()) {
            assertThat(server.isConnected()).isTrue();
            assertThat(claims.of(tcp(40_001), BY_ADDRESS)).isEqualTo(Claim.SOCKET);
            assertThat(claims.of(tcp(40_002), BY_ADDRESS)).isEqualTo(Claim.NONE);
            assertThat(client.isConnected()).isTrue();
        }
    }

    @Test
    void dualStackServersConnectionsClaimInBothFamilies() throws IOException {
        try (ServerSocketChannel listener = listen("::");
                SocketChannel four = connect(VIP, 40_003);
                SocketChannel six = connect(VIP6, 40_004)) {
            assertThat(four.isConnected() && six.isConnected() && listener.isOpen())
                    .isTrue();
            assertThat(claims.of(tcp(40_003), BY_ADDRESS)).isEqualTo(Claim.SOCKET);
            assertThat(claims.of(flow(VIP6, 40_004, Protocol.TCP), BY_ADDRESS)).isEqualTo(Claim.SOCKET);
            assertThat(claims.of(flow(VIP6, 40_005, Protocol.TCP), BY_ADDRESS)).isEqualTo(Claim.NONE);
        }
    }

    @Test
    void halfOpenConnectionClaimsUntilItsSynAckIsRepeated() throws Exception {
        dropSynAcks();
        try (ServerSocketChannel listener = listen("0.0.0.0");
                SocketChannel client = halfOpen(40_006, TARGET)) {
            assertThat(listener.isOpen() && client.isOpen()).isTrue();
            assertThat(claims.of(tcp(40_006), BY_ADDRESS)).isEqualTo(Claim.SOCKET);
            await().atMost(Duration.ofSeconds(5)).until(() -> claims.of(tcp(40_006), BY_ADDRESS) == Claim.HALF_OPEN);
        }
    }

    @Test
    void halfOpenConnectionThatIsTranslatedDoesToo() throws Exception {
        translate("tcp");
        dropSynAcks();
        try (ServerSocketChannel listener = listen("127.0.0.1");
                SocketChannel client = halfOpen(40_018, PORT)) {
            assertThat(listener.isOpen() && client.isOpen()).isTrue();
            assertThat(claims.of(tcp(40_018), BY_NAT)).isEqualTo(Claim.SOCKET);
            await().atMost(Duration.ofSeconds(5)).until(() -> claims.of(tcp(40_018), BY_NAT) == Claim.HALF_OPEN);
        }
    }

    /** On their way in: what the server's kernel cannot even send it gives up at once. */
    private void dropSynAcks() throws IOException {
        nft("add table ip half; add chain ip half in { type filter hook prerouting priority -300; }; "
                + "add rule ip half in tcp flags & (syn | ack) == (syn | ack) drop");
    }

    private SocketChannel halfOpen(int clientPort, int port) throws Exception {
        SocketChannel client = namespace.namespace().call(SocketChannel::open);
        client.configureBlocking(false);
        client.bind(new InetSocketAddress(VIP, clientPort));
        assertThat(client.connect(new InetSocketAddress(VIP, port))).isFalse();
        return client;
    }

    @Test
    void closingConnectionClaimsAndIsThenToldToBeInTimeWait() throws IOException {
        try (ServerSocketChannel listener = listen("0.0.0.0");
                SocketChannel client = connect(VIP, 40_007)) {
            listener.accept().close();
            assertThat(claims.of(tcp(40_007), BY_ADDRESS)).as("FIN_WAIT2").isEqualTo(Claim.SOCKET);
            client.close();
            assertThat(claims.of(tcp(40_007), BY_ADDRESS)).as("TIME_WAIT").isEqualTo(Claim.TIME_WAIT);
        }
    }

    @Test
    void connectionThatTheClientClosedClaimsWhileTheServerStillSends() throws IOException {
        try (ServerSocketChannel listener = listen("0.0.0.0");
                SocketChannel client = connect(VIP, 40_008);
                SocketChannel server = listener.accept()) {
            client.shutdownOutput();
            assertThat(claims.of(tcp(40_008), BY_ADDRESS)).as("CLOSE_WAIT").isEqualTo(Claim.SOCKET);
            server.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        assertThat(claims.of(tcp(40_008), BY_ADDRESS)).as("after a reset").isEqualTo(Claim.NONE);
    }

    @Test
    void translatedConnectionClaimsByItsOriginalTuple() throws Exception {
        translate("tcp");
        try (ServerSocketChannel listener = listen("127.0.0.1");
                SocketChannel client = connect(VIP, 40_009, PORT);
                SocketChannel server = listener.accept()) {
            assertThat(((InetSocketAddress) server.getLocalAddress()).getPort()).isEqualTo(TARGET);
            assertThat(client.isConnected()).isTrue();
            assertThat(claims.of(tcp(40_009), BY_NAT)).isEqualTo(Claim.SOCKET);
            assertThat(claims.of(tcp(40_010), BY_NAT)).isEqualTo(Claim.NONE);
            server.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        assertThat(claims.of(tcp(40_009), BY_NAT))
                .as("an entry whose socket is gone")
                .isEqualTo(Claim.NONE);
    }

    @Test
    void translatedConnectionOfIpv6Claims() throws Exception {
        nft(
                "add table ip6 lx; add chain ip6 lx out { type nat hook output priority -100; }; add rule ip6 lx out ip6 daddr "
                        + VIP6 + " tcp dport " + PORT + " dnat to [::1]:" + TARGET);
        try (ServerSocketChannel listener = listen("::1");
                SocketChannel client = connect(VIP6, 40_011, PORT)) {
            assertThat(client.isConnected() && listener.isOpen()).isTrue();
            assertThat(claims.of(flow(VIP6, 40_011, Protocol.TCP), BY_NAT)).isEqualTo(Claim.SOCKET);
            assertThat(claims.of(flow(VIP6, 40_012, Protocol.TCP), BY_NAT)).isEqualTo(Claim.NONE);
        }
    }

    @Test
    void onlyAConnectedUdpSocketClaims() throws IOException {
        try (DatagramChannel server = datagrams()) {
            server.bind(new InetSocketAddress(VIP, TARGET));
            assertThat(claims.of(udp(40_013), UDP_BY_ADDRESS)).isEqualTo(Claim.NONE);
            server.connect(new InetSocketAddress(VIP, 40_013));
            assertThat(claims.of(udp(40_013), UDP_BY_ADDRESS)).isEqualTo(Claim.SOCKET);
            assertThat(claims.of(udp(40_014), UDP_BY_ADDRESS)).isEqualTo(Claim.NONE);
        }
    }

    @Test
    void translatedUdpFlowIsClaimedByItsEntry() throws Exception {
        translate("udp");
        try (DatagramChannel client = datagrams()) {
            assertThat(claims.of(udp(40_015), UDP_BY_NAT)).isEqualTo(Claim.NONE);
            client.bind(new InetSocketAddress(VIP, 40_015));
            client.send(java.nio.ByteBuffer.allocate(1), new InetSocketAddress(VIP, PORT));
            assertThat(claims.of(udp(40_015), UDP_BY_NAT)).isEqualTo(Claim.SOCKET);
        }
    }

    private void translate(String protocol) throws IOException {
        nft("add table ip lx; add chain ip lx out { type nat hook output priority -100; }; add rule ip lx out ip daddr "
                + VIP + " " + protocol + " dport " + PORT + " dnat to 127.0.0.1:" + TARGET);
    }

    private void nft(String commands) throws IOException {
        Process process = new ProcessBuilder("ip", "netns", "exec", namespace.name(), "nft", commands)
                .inheritIO()
                .start();
        try {
            assertThat(process.waitFor()).as(commands).isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private ServerSocketChannel listen(String address) throws IOException {
        return namespace.namespace().call(() -> {
            ServerSocketChannel listener = address.contains(":")
                    ? ServerSocketChannel.open()
                    : ServerSocketChannel.open(StandardProtocolFamily.INET);
            listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            return listener.bind(new InetSocketAddress(address, TARGET));
        });
    }

    private SocketChannel connect(String vip, int clientPort) throws IOException {
        return connect(vip, clientPort, TARGET);
    }

    private SocketChannel connect(String vip, int clientPort, int port) throws IOException {
        return namespace.namespace().call(() -> {
            SocketChannel client = SocketChannel.open();
            client.bind(new InetSocketAddress(vip, clientPort));
            client.connect(new InetSocketAddress(vip, port));
            return client;
        });
    }

    private DatagramChannel datagrams() throws IOException {
        return namespace.namespace().call(() -> DatagramChannel.open(StandardProtocolFamily.INET));
    }

    private static Flow tcp(int clientPort) {
        return flow(VIP, clientPort, Protocol.TCP);
    }

    private static Flow udp(int clientPort) {
        return flow(VIP, clientPort, Protocol.UDP);
    }

    private static Flow flow(String vip, int clientPort, Protocol protocol) {
        IpAddress address = IpAddress.parse(vip);
        int number = protocol.number();
        return address.family() == Family.IPV4
                ? new Flow().setIpv4(address.low(), clientPort, address.low(), PORT, number)
                : new Flow()
                        .setIpv6(
                                address.high(), address.low(), clientPort, address.high(), address.low(), PORT, number);
    }
}
