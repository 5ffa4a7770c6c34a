package dev.hashlb.e2e.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.e2e.lab.Topology;
import dev.hashlb.e2e.suite.Client.Ends;
import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Datagrams that are fragments, or become some on the way because the tunnel takes room. */
@Timeout(90)
class LargeDatagramsIT {
    /** The largest UDP payload that fits 1,500 bytes of IPv4; with the tunnel's header it does not. */
    private static final int FULL_IPV4_BYTES = 1472;

    private static final int FULL_IPV6_BYTES = 1452;

    private Cluster cluster;

    @BeforeEach
    void shareCluster() {
        cluster = Cluster.shared();
    }

    static List<String> vips() {
        return Vips.both();
    }

    /** A path's MTU is remembered by its end: these have not been learned yet. */
    static List<String> unusedVips() {
        return List.of(Topology.vipIpv4(60), Topology.vipIpv6(60));
    }

    private void declare(String fields) {
        cluster.declare(d -> d.balancer(
                "dns",
                b -> b.vip(0)
                        .port("UDP", 53, Cluster.TARGET_PORT)
                        .hash(fields, "Stable")
                        .servers(cluster.pods())));
    }

    private Ends from(String vip, int client, int sourcePort) {
        return Ends.of(Vips.clientAddress(cluster.lab().topology(), vip, client), sourcePort, vip, 53);
    }

    private static String request(int lengthBytes) {
        return "x".repeat(lengthBytes);
    }

    private static void assertArrivedWhole(Answer answer, String request) {
        byte[] bytes = request.getBytes(StandardCharsets.US_ASCII);
        assertThat(answer.lengthBytes()).isEqualTo(bytes.length);
        assertThat(answer.sha256()).isEqualTo(Digests.sha256(bytes, 0, bytes.length));
    }

    @ParameterizedTest
    @MethodSource("vips")
    void aDatagramInFragmentsArrivesWholeAndIsAnswered(String vip) throws IOException {
        declare("FiveTuple");
        for (int client = 0; client < 8; client++) {
            String request = request(4000);
            Ends ends = from(vip, client, 3000 + client);
            Answer answer = cluster.client().askUdp(ends, request);
            assertArrivedWhole(answer, request);
            assertThat(answer.clientPort()).isEqualTo(3000 + client);
        }
    }

    @ParameterizedTest
    @MethodSource("vips")
    void anAnswerInFragmentsArrivesWhole(String vip) throws IOException {
        declare("FiveTuple");
        try (DatagramChannel socket = cluster.client().udp(from(vip, 0, 3100))) {
            byte[] request = "size 4000 ".getBytes(StandardCharsets.US_ASCII);
            assertThat(Client.exchange(socket, request)).hasSize(4000);
        }
    }

    @ParameterizedTest
    @MethodSource("vips")
    void sourceAndServiceGivesLargeAndSmallDatagramsOfAClientToOneServer(String vip) throws IOException {
        declare("SourceAndService");
        for (int client = 0; client < 8; client++) {
            Set<String> pods = new HashSet<>();
            for (int length : new int[] {3, 4000, 20_000}) {
                pods.add(cluster.client()
                        .askUdp(from(vip, client, 3200 + client), request(length))
                        .pod());
            }
            assertThat(pods).as("servers of client %s", client).hasSize(1);
        }
    }

    /** The sender's kernel sets DF, is told the path's MTU by the router, and makes fragments from then on. */
    @ParameterizedTest
    @MethodSource("unusedVips")
    void aFullPacketThatMayNotBeCutIsMadeSmallerByItsSender(String vip) throws IOException {
        cluster.declare(d -> d.balancer(
                "dns", b -> b.address(vip).port("UDP", 53, Cluster.TARGET_PORT).servers(cluster.pods())));
        double before = cluster.outcomes("answered_too_big");
        String request = request(vip.contains(":") ? FULL_IPV6_BYTES : FULL_IPV4_BYTES);

        Answer answer = cluster.client().askUdp(from(vip, 10, 3300), request);

        assertArrivedWhole(answer, request);
        assertThat(cluster.outcomes("answered_too_big")).isGreaterThan(before);
    }

    @Test
    void aFullPacketThatMayBeCutIsCutOutsideTheTunnel() throws IOException {
        declare("FiveTuple");
        String request = request(FULL_IPV4_BYTES);
        try (DatagramChannel socket = cluster.client().udp(from(Vips.IPV4, 11, 3400))) {
            socket.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, false);
            String answer = Client.exchange(socket, request.getBytes(StandardCharsets.US_ASCII));
            assertArrivedWhole(Answer.parse(answer), request);
        }
    }
}
