package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.DataPlaneProcess;
import dev.hashlb.e2e.lab.Sockets;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.net.DatagramPacket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Packets that claim to come from a router reach a server only if a router can have made them. */
@Timeout(60)
class ForgedTunnelIT {
    private static final int FORGED = 20;
    private static final byte[] KEY = HexFormat.of().parseHex(Cluster.KEY);
    private static final String CLIENT = "192.0.2.7";
    private static final int CLIENT_PORT = 7700;
    private static final TunnelDatagram DATAGRAM =
            new TunnelDatagram("default/dns/n1p1", CLIENT, CLIENT_PORT, Vips.IPV4, 53);

    private Cluster cluster;

    @BeforeEach
    void declare() {
        cluster = Cluster.shared();
        declareOn(cluster);
    }

    private static void declareOn(Cluster cluster) {
        cluster.declare(d -> d.balancer(
                "dns", b -> b.vip(0).port("UDP", 53, Cluster.TARGET_PORT).server(cluster.pod("n1p1"))));
    }

    private static String target(Cluster cluster) {
        return cluster.node("n1").ipv4();
    }

    private static void send(Cluster cluster, String fromNamespace, byte[] datagram, int times) throws IOException {
        try (DatagramChannel socket = Sockets.udp(fromNamespace, target(cluster))) {
            for (int i = 0; i < times; i++) {
                socket.send(ByteBuffer.wrap(datagram), Sockets.at(target(cluster), TunnelDatagram.PORT));
            }
        }
    }

    private static double delivered(Cluster cluster) {
        return cluster.outcomes("delivered");
    }

    /** Sends forged packets; all are dropped for the reason, none is delivered. */
    private static void assertDropped(Cluster cluster, String fromNamespace, byte[] datagram, String reason)
            throws IOException {
        double droppedBefore = cluster.dropped(reason);
        double deliveredBefore = delivered(cluster);
        send(cluster, fromNamespace, datagram, FORGED);
        cluster.awaitDropped(reason, droppedBefore + FORGED);
        assertThat(delivered(cluster)).isEqualTo(deliveredBefore);
    }

    private long rightTag(String sender) {
        return DATAGRAM.tag(KEY, cluster.node(sender).ipv4(), target(cluster));
    }

    /** Shows that the others are refused for their tags and nothing else. */
    @Test
    void aPacketWithTheRightTagFromAPeerIsDelivered() throws IOException {
        try (DatagramChannel client = cluster.client().udp(Ends.of(CLIENT, CLIENT_PORT, Vips.IPV4, 53))) {
            send(cluster, cluster.node("r2").namespace(), DATAGRAM.bytes(rightTag("r2")), 1);

            byte[] answer = new byte[1000];
            var packet = new DatagramPacket(answer, answer.length);
            client.socket().setSoTimeout((int) Cluster.SOON.toMillis());
            client.socket().receive(packet);
            assertThat(new String(answer, 0, packet.getLength(), StandardCharsets.US_ASCII))
                    .startsWith("n1p1 ");
        }
    }

    @Test
    void aPacketWithoutATagIsDropped() throws IOException {
        assertDropped(cluster, cluster.node("r2").namespace(), DATAGRAM.bytes(0), "bad_tag");
    }

    @Test
    void aPacketWithAWrongTagIsDropped() throws IOException {
        assertDropped(cluster, cluster.node("r2").namespace(), DATAGRAM.bytes(rightTag("r2") ^ 1), "bad_tag");
    }

    @Test
    void aTagThatAnotherNodeMadeIsWrong() throws IOException {
        assertDropped(cluster, cluster.node("r2").namespace(), DATAGRAM.bytes(rightTag("r1")), "bad_tag");
    }

    @Test
    void aPacketOfNoPeerIsDroppedWhateverItsTag() throws IOException {
        assertDropped(cluster, cluster.client().namespace(), DATAGRAM.bytes(rightTag("r2")), "not_a_peer");
    }

    @Test
    void withoutAKeyPeersAreKnownByTheirAddressAndTheLogWarnsOfIt() throws IOException {
        try (Cluster open = Cluster.open(t -> t.router("r1").router("r2").node("n1", 1), false)) {
            declareOn(open);
            assertDropped(open, open.client().namespace(), DATAGRAM.bytes(0), "not_a_peer");
            for (DataPlaneProcess plane : open.dataPlanes().values()) {
                assertThat(plane.log()).contains("--key-file");
            }
        }
    }
}
