package dev.hashlb.core.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.packet.PacketParser;
import dev.hashlb.core.route.LiveRouters;
import dev.hashlb.core.route.RouterList;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.ReturnMode;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplyTableTest {
    private static final String VIP = "198.51.100.10";
    private static final String DIRECT_VIP = "198.51.100.11";
    private static final String CLIENT = "192.0.2.7";
    private static final String POD = "10.244.0.5";

    private final ForwardingTable table = ForwardingTable.compile(new Snapshot(
            1,
            List.of(
                    balancer("web", VIP, new Reply(ReturnMode.GATEWAY, List.of(Cidr.parse("203.0.113.0/24")))),
                    balancer("direct", DIRECT_VIP, Reply.DIRECT)),
            List.of(
                    new Node("r1", IpAddress.parse("10.9.0.1"), true),
                    new Node("r2", IpAddress.parse("10.9.0.2"), true),
                    new Node("s1", IpAddress.parse("10.9.0.11"), false)),
            List.of()));
    private final Packet packet = new Packet();
    private final Decision decision = new Decision();

    @Test
    void aReplyGoesThroughTheRouterOfItsRequest() {
        for (int port = 40_000; port < 40_100; port++) {
            parse(VIP, 80, CLIENT, port);
            assertThat(table.replies().decide(packet, decision)).isEqualTo(Verdict.SEND_ON);
            int router = decision.router();
            parse(CLIENT, port, VIP, 80);
            assertThat(table.replies().router(packet.flow())).isEqualTo(router);
        }
    }

    @Test
    void nothingElseGoesThroughARouter() {
        refused(DIRECT_VIP, CLIENT, DropReason.UNEXPECTED_REPLY);
        refused("10.244.0.6", "203.0.113.9", DropReason.UNEXPECTED_REPLY); // no server's address
        refused(POD, "203.0.114.9", DropReason.UNEXPECTED_REPLY); // no destination of egress
        refused(CLIENT, VIP, DropReason.UNEXPECTED_REPLY);
    }

    @Test
    void aServersOwnConnectionGoesThroughARouterOfEitherDirectionsChoice() {
        parse(POD, 40_000, "203.0.113.9", 443);
        assertThat(table.replies().decide(packet, decision)).isEqualTo(Verdict.SEND_ON);
        assertThat(decision.router()).isBetween(0, 1);
        assertThat(decision.balancer()).isSameAs(table.balancers().getFirst());
    }

    @Test
    void withoutARouterThatLivesItIsDropped() {
        parse(VIP, 80, CLIENT, 40_000);
        ForwardingTable none = table.withRouters(LiveRouters.of(RouterList.EMPTY));
        assertThat(none.replies().decide(packet, decision)).isEqualTo(Verdict.DROP);
        assertThat(decision.dropReason()).isEqualTo(DropReason.NO_ROUTER);
    }

    private void refused(String source, String destination, DropReason reason) {
        parse(source, 80, destination, 40_000);
        assertThat(table.replies().decide(packet, decision)).isEqualTo(Verdict.DROP);
        assertThat(decision.dropReason()).isEqualTo(reason);
    }

    /** A UDP datagram without payload, by RFC 791 and 768. */
    private void parse(String source, int sourcePort, String destination, int port) {
        ByteBuffer bytes = ByteBuffer.allocate(28);
        bytes.putInt(0x4500_001c).putInt(0).put((byte) 64).put((byte) 17).putShort((short) 0);
        bytes.put(IpAddress.parse(source).toBytes())
                .put(IpAddress.parse(destination).toBytes());
        bytes.putShort((short) sourcePort)
                .putShort((short) port)
                .putShort((short) 8)
                .putShort((short) 0);
        int sum = 0;
        for (int at = 0; at < 20; at += 2) {
            sum += Short.toUnsignedInt(bytes.getShort(at));
        }
        bytes.putShort(10, (short) ~((sum & 0xffff) + (sum >>> 16)));
        MemorySegment memory = Arena.ofAuto().allocate(28);
        memory.copyFrom(MemorySegment.ofArray(bytes.array()));
        assertThat((Object) PacketParser.parse(memory, 0, 28, packet)).isNull();
    }

    private static Balancer balancer(String name, String vip, Reply reply) {
        Server server = new Server(
                "a",
                "default/" + name + "/a",
                "s1",
                "ns",
                List.of(IpAddress.parse(POD)),
                Set.of(Family.IPV4),
                List.of(Interval.open(1, 1)));
        return new Balancer(
                new NamespacedName("default", name),
                List.of(IpAddress.parse(vip)),
                List.of(new ServicePort("", Protocol.UDP, 80, 8080, Delivery.NAT)),
                HashSettings.DEFAULT,
                Ingress.ANY_NODE,
                reply,
                List.of(Cidr.parse("0.0.0.0/0")),
                true,
                UndeclaredPorts.REJECT,
                1,
                List.of(server));
    }
}
