package dev.hashlb.core.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.route.LiveRouters;
import dev.hashlb.core.route.RouterList;
import dev.hashlb.core.route.RouterSelection;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.RouterGroup;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.TableKind;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GroupTableTest {
    private static final long CLIENT = IpAddress.parse("192.0.2.7").low();
    private static final long IN_FIRST = IpAddress.parse("10.66.0.9").low();
    private static final long IN_SECOND = IpAddress.parse("10.67.3.9").low();

    private final ForwardingTable table = ForwardingTable.compile(new Snapshot(
            1,
            List.of(),
            List.of(
                    group("first", HashFields.FIVE_TUPLE, TableKind.MODULO, "10.66.0.0/24", "fd00:66::/64"),
                    group("second", HashFields.SOURCE_AND_SERVICE, TableKind.STABLE, "10.67.0.0/16", "10.68.0.0/16")),
            IntStream.rangeClosed(1, 3)
                    .mapToObj(i -> new Node("r" + i, IpAddress.parse("10.9.0." + i), true))
                    .toList(),
            List.of()));
    private final GroupTable groups = table.groups();

    private static RouterGroup group(String name, HashFields fields, TableKind kind, String... destinations) {
        return new RouterGroup(
                new NamespacedName("default", name),
                Stream.of(destinations).map(Cidr::parse).toList(),
                List.of(),
                fields,
                kind);
    }

    private static Flow flow(long source, int sourcePort, long destination, int destinationPort) {
        return new Flow().setIpv4(source, sourcePort, destination, destinationPort, 6);
    }

    @Test
    void aFlowIsOfTheGroupInWhoseDestinationsAnEndLies() {
        assertThat(groups.group(flow(CLIENT, 40_000, IN_FIRST, 80))).isZero();
        assertThat(groups.group(flow(IN_SECOND, 80, CLIENT, 40_000))).isEqualTo(1);
        assertThat(groups.group(flow(CLIENT, 40_000, CLIENT + 1, 80))).isEqualTo(GroupTable.NONE);
        IpAddress ipv6 = IpAddress.parse("fd00:66::9");
        assertThat(groups.group(new Flow().setIpv6(1, 2, 3, ipv6.high(), ipv6.low(), 80, 17)))
                .isZero();
    }

    /** Also between two groups, whose formulas differ, and within one. */
    @Test
    void bothDirectionsHaveOneGroupAndOneRouter() {
        for (long other : List.of(CLIENT, IN_SECOND, IN_FIRST + 1)) {
            for (int port = 40_000; port < 40_300; port++) {
                Flow there = flow(other, port, IN_FIRST, 80);
                Flow back = flow(IN_FIRST, 80, other, port);
                assertThat(groups.group(there)).isEqualTo(groups.group(back)).isZero();
                assertThat(router(there)).isEqualTo(router(back)).isBetween(0, 2);
            }
        }
    }

    @Test
    void sourceAndServiceAddsTheServicesPortAlone() {
        int router = router(flow(CLIENT, 40_000, IN_SECOND, 80));
        for (int port = 1024; port < 1200; port++) {
            assertThat(router(flow(CLIENT, port, IN_SECOND, 80))).isEqualTo(router);
            assertThat(router(flow(IN_SECOND, 80, CLIENT, port))).isEqualTo(router);
        }
        assertThat(IntStream.range(0, 50)
                        .map(i -> router(flow(CLIENT, 40_000, IN_SECOND, 80 + i)))
                        .distinct()
                        .count())
                .isEqualTo(3);
    }

    @Test
    void withoutARouterNobodyIsNamed() {
        LiveRouters nobody = LiveRouters.of(RouterList.EMPTY);
        assertThat(groups.router(0, flow(CLIENT, 1, IN_FIRST, 2), nobody.now())).isEqualTo(RouterSelection.NOBODY);
    }

    private int router(Flow flow) {
        return groups.router(groups.group(flow), flow, table.routers().now());
    }
}
