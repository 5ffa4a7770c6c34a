package dev.hashlb.core.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.packet.PacketKind;
import dev.hashlb.core.select.Identity;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ForwardingTableTest {
    private static final IpAddress VIP = IpAddress.parse("198.51.100.10");
    private static final IpAddress OTHER_VIP = IpAddress.parse("198.51.100.11");
    private static final IpAddress CLIENT = IpAddress.parse("192.0.2.7");
    private static final int TCP = 6;
    private static final int UDP = 17;

    private final Decision decision = new Decision();
    private final Flow flow = new Flow();

    @Test
    void declaredPortGoesToTheServerOfItsSlot() {
        ForwardingTable table = compile(balancer("web").build());

        assertThat(decide(table, VIP, 80, TCP)).isEqualTo(Verdict.FORWARD);
        // (192.0.2.7 + 40000 + 198.51.100.10 + 80 + 6) mod 3, by hand
        long sum = 3221225991L + 40000 + 3325256714L + 80 + 6;
        assertThat(decision.slot()).isEqualTo((int) (sum % 3));
        assertThat(decision.serverIndex()).isEqualTo((int) (sum % 3));
        assertThat(decision.rewrittenPort()).isEqualTo(8080);
    }

    @Test
    void otherAddressesAreNoVip() {
        ForwardingTable table = compile(balancer("web").build());

        assertThat(decide(table, OTHER_VIP, 80, TCP)).isEqualTo(Verdict.DROP);
        assertThat(decision.dropReason()).isEqualTo(DropReason.NOT_A_VIP);
    }

    @Test
    void undeclaredPortIsRejectedInTheProtocolsWay() {
        ForwardingTable table = compile(balancer("web").build());

        assertThat(decide(table, VIP, 81, TCP)).isEqualTo(Verdict.ANSWER_RESET);
        assertThat(decide(table, VIP, 80, UDP)).isEqualTo(Verdict.ANSWER_UNREACHABLE);
        assertThat(decision.dropReason()).isEqualTo(DropReason.UNDECLARED_PORT);
    }

    @Test
    void undeclaredPortIsDroppedWhereSoDeclared() {
        ForwardingTable table =
                compile(balancer("web").undeclaredPorts(UndeclaredPorts.DROP).build());

        assertThat(decide(table, VIP, 81, TCP)).isEqualTo(Verdict.DROP);
    }

    @Test
    void icmpErrorIsNeverAnswered() {
        ForwardingTable table = compile(balancer("web").build());
        flow.setIpv4(CLIENT.low(), 40000, VIP.low(), 81, TCP);

        assertThat(table.decide(flow, PacketKind.ICMP_ERROR, decision)).isEqualTo(Verdict.DROP);
    }

    @Test
    void emptyListIsRejected() {
        ForwardingTable table = compile(balancer("web").servers(0).build());

        assertThat(decide(table, VIP, 80, TCP)).isEqualTo(Verdict.ANSWER_RESET);
        assertThat(decision.dropReason()).isEqualTo(DropReason.NO_SERVER);
    }

    @Test
    void sourceOutsideItsRangesIsDroppedOnEveryWay() {
        ForwardingTable table =
                compile(balancer("web").sources("10.0.0.0/8", "2001:db8::/32").build());

        assertThat(decide(table, VIP, 80, TCP)).isEqualTo(Verdict.DROP);
        assertThat(decision.dropReason()).isEqualTo(DropReason.SOURCE_RANGE);
        assertThat(decide(table, VIP, 81, TCP)).isEqualTo(Verdict.DROP);
        assertThat(decision.dropReason()).isEqualTo(DropReason.SOURCE_RANGE);
        assertThat(table.decide(flow, PacketKind.ECHO_REQUEST, decision)).isEqualTo(Verdict.DROP);
        assertThat(decision.dropReason()).isEqualTo(DropReason.SOURCE_RANGE);
    }

    @Test
    void familyWithoutARangeAdmitsNobody() {
        ForwardingTable table = compile(balancer("web").sources("2001:db8::/32").build());

        assertThat(decide(table, VIP, 80, TCP)).isEqualTo(Verdict.DROP);
    }

    @Test
    void balancersShareAVipByPort() {
        ForwardingTable table = compile(
                balancer("web").build(),
                balancer("dns")
                        .port(new ServicePort("", Protocol.UDP, 53, 5353, Delivery.NAT))
                        .build());

        decide(table, VIP, 80, TCP);
        assertThat(decision.balancer().balancer().name().name()).isEqualTo("web");
        decide(table, VIP, 53, UDP);
        assertThat(decision.balancer().balancer().name().name()).isEqualTo("dns");
        assertThat(decision.rewrittenPort()).as("under Nat the pod translates").isZero();
    }

    @Test
    void fragmentsAreTakenWhereTheProtocolBelongsToOneBalancer() {
        ForwardingTable table = compile(balancer("web")
                .port(new ServicePort("", Protocol.TCP, 80, 8080, Delivery.ADDRESS))
                .port(new ServicePort("", Protocol.TCP, 443, 8443, Delivery.ADDRESS))
                .build());

        assertThat(decideFragment(table)).isEqualTo(Verdict.FORWARD);
        assertThat(decision.slot()).isEqualTo((int) ((3221225991L + 3325256714L + 6) % 3));
    }

    @Test
    void fragmentsOfTwoBalancersAreAmbiguous() {
        ForwardingTable table = compile(
                balancer("web").build(),
                balancer("ssh")
                        .port(new ServicePort("", Protocol.TCP, 22, 22, Delivery.ADDRESS))
                        .build());

        assertThat(decideFragment(table)).isEqualTo(Verdict.DROP);
        assertThat(decision.dropReason()).isEqualTo(DropReason.AMBIGUOUS_FRAGMENT);
    }

    @Test
    void fragmentsUnderSourceAndServiceTakeTheSolePort() {
        ForwardingTable table =
                compile(balancer("web").fields(HashFields.SOURCE_AND_SERVICE).build());

        assertThat(decideFragment(table)).isEqualTo(Verdict.FORWARD);
        assertThat(decision.slot()).isEqualTo((int) ((3221225991L + 3325256714L + 80) % 3));
    }

    @Test
    void fragmentsUnderSourceAndServiceWithTwoPortsAreAmbiguous() {
        ForwardingTable table = compile(balancer("web")
                .fields(HashFields.SOURCE_AND_SERVICE)
                .port(new ServicePort("", Protocol.TCP, 80, 8080, Delivery.ADDRESS))
                .port(new ServicePort("", Protocol.TCP, 443, 8443, Delivery.ADDRESS))
                .build());

        assertThat(decideFragment(table)).isEqualTo(Verdict.DROP);
        assertThat(decision.dropReason()).isEqualTo(DropReason.AMBIGUOUS_FRAGMENT);
    }

    @Test
    void thousandVipsAreAllFound() {
        Balancer[] balancers = IntStream.range(0, 1000)
                .mapToObj(i -> balancer("b" + i)
                        .vip(IpAddress.ipv4((int) (VIP.low() + i)))
                        .build())
                .toArray(Balancer[]::new);
        ForwardingTable table = compile(balancers);

        for (int i = 0; i < 1000; i++) {
            assertThat(decide(table, IpAddress.ipv4((int) (VIP.low() + i)), 80, TCP))
                    .isEqualTo(Verdict.FORWARD);
            assertThat(decision.balancer().balancer().name().name()).isEqualTo("b" + i);
        }
        assertThat(table.isVip(Family.IPV6, 0, VIP.low())).isFalse();
    }

    @Test
    void wireIdsNameTheirServers() {
        BalancerTable table =
                compile(balancer("web").servers(200).build()).balancers().getFirst();

        for (int i = 0; i < 200; i++) {
            assertThat(table.serverByWireId(Identity.wireId("default/web/s" + i)))
                    .isEqualTo(i);
        }
        assertThat(table.serverByWireId(0)).isEqualTo(-1);
    }

    private Verdict decide(ForwardingTable table, IpAddress destination, int port, int protocol) {
        flow.setIpv4(CLIENT.low(), 40000, destination.low(), port, protocol);
        return table.decide(flow, PacketKind.FLOW, decision);
    }

    private Verdict decideFragment(ForwardingTable table) {
        flow.setIpv4(CLIENT.low(), 0, VIP.low(), 0, TCP).asFragment();
        return table.decide(flow, PacketKind.FLOW, decision);
    }

    private static ForwardingTable compile(Balancer... balancers) {
        Node node = new Node("s1", IpAddress.parse("10.9.0.11"), true);
        return ForwardingTable.compile(new Snapshot(1, List.of(balancers), List.of(node), List.of()));
    }

    private static Builder balancer(String name) {
        return new Builder(name);
    }

    private static final class Builder {
        private final String name;
        private final List<ServicePort> ports = new ArrayList<>();
        private IpAddress vip = VIP;
        private HashFields fields = HashFields.FIVE_TUPLE;
        private List<Cidr> sources = List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0"));
        private UndeclaredPorts undeclaredPorts = UndeclaredPorts.REJECT;
        private int servers = 3;

        Builder(String name) {
            this.name = name;
        }

        Builder vip(IpAddress address) {
            vip = address;
            return this;
        }

        Builder port(ServicePort port) {
            ports.add(port);
            return this;
        }

        Builder fields(HashFields hashFields) {
            fields = hashFields;
            return this;
        }

        Builder sources(String... prefixes) {
            sources = List.of(prefixes).stream().map(Cidr::parse).toList();
            return this;
        }

        Builder undeclaredPorts(UndeclaredPorts what) {
            undeclaredPorts = what;
            return this;
        }

        Builder servers(int count) {
            servers = count;
            return this;
        }

        Balancer build() {
            List<Server> list = IntStream.range(0, servers)
                    .mapToObj(i -> new Server(
                            "s" + i,
                            "default/" + name + "/s" + i,
                            "s1",
                            "ns" + i,
                            List.of(),
                            Set.of(Family.IPV4, Family.IPV6),
                            List.of(Interval.open(1, 1))))
                    .toList();
            List<ServicePort> declared = ports.isEmpty()
                    ? List.of(new ServicePort("http", Protocol.TCP, 80, 8080, Delivery.ADDRESS))
                    : ports;
            return new Balancer(
                    new NamespacedName("default", name),
                    List.of(vip),
                    declared,
                    new HashSettings(fields, TableKind.MODULO, HashSettings.DEFAULT_BUCKETS),
                    Ingress.ANY_NODE,
                    Reply.DIRECT,
                    sources,
                    true,
                    undeclaredPorts,
                    1,
                    list);
        }
    }
}
