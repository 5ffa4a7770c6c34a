package dev.hashlb.e2e.suite;

import dev.hashlb.e2e.lab.Topology;
import java.util.List;

/** The VIPs of the first balancer of a test, as arguments of parameterised tests. */
final class Vips {
    static final String IPV4 = Topology.vipIpv4(0);
    static final String IPV6 = Topology.vipIpv6(0);

    private Vips() {}

    static List<String> both() {
        return List.of(IPV4, IPV6);
    }

    /** The client's nth address of the VIP's family. */
    static String clientAddress(Topology topology, String vip, int number) {
        return (vip.contains(":") ? topology.clientIpv6() : topology.clientIpv4()).get(number);
    }
}
