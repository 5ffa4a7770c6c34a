package dev.hashlb.core.forward;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.select.SelectionTable;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.ReturnMode;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One VIP and every port declared on it, of whichever balancer. Immutable. */
final class Vip {
    /**
     * A port and its balancer; {@code key} is {@code protocol << 16 | port}. Table and sources are the balancer's for the VIP's
     * family, here to spare the packet path the way to them.
     */
    record BoundPort(int key, ServicePort port, BalancerTable balancer, SelectionTable table, SourceFilter sources) {
        BoundPort(ServicePort port, BalancerTable balancer, Family family) {
            this(
                    key(port.protocol().number(), port.port()),
                    port,
                    balancer,
                    balancer.table(family),
                    balancer.sources(family));
        }

        static int key(int protocol, int port) {
            return (protocol << 16) | port;
        }
    }

    private final IpAddress address;
    private final Family family;
    private final BoundPort[] ports;
    private final BoundPort first;
    private final int[] keys;
    private final BalancerTable[] balancers;
    private final Ingress ingress;
    private final boolean gateway;
    private final boolean ping;
    private final boolean reject;

    Vip(IpAddress address, List<BalancerTable> balancersHere) {
        this.address = address;
        this.family = address.family();
        balancers = balancersHere.toArray(BalancerTable[]::new);
        ports = balancersHere.stream()
                .flatMap(b -> b.balancer().ports().stream().map(p -> new BoundPort(p, b, family)))
                .sorted(Comparator.comparingInt(BoundPort::key))
                .toArray(BoundPort[]::new);
        first = ports[0]; // a balancer has at least one
        keys = Arrays.stream(ports).mapToInt(BoundPort::key).toArray();
        ingress = balancersHere
                .getFirst()
                .balancer()
                .ingress(); // whoever declares them sees to it that all have the same
        gateway = balancersHere.stream().anyMatch(b -> b.balancer().returnMode() == ReturnMode.GATEWAY);
        ping = balancersHere.stream().anyMatch(b -> b.balancer().ping());
        reject = balancersHere.stream().anyMatch(b -> b.balancer().undeclaredPorts() == UndeclaredPorts.REJECT);
    }

    IpAddress address() {
        return address;
    }

    Family family() {
        return family;
    }

    @Nullable BalancerTable soleBalancer() {
        return balancers.length == 1 ? balancers[0] : null;
    }

    /** How packets come in and routers are chosen; the same for all balancers of a VIP. */
    Ingress ingress() {
        return ingress;
    }

    /** Whether replies go through routers; where balancers share the VIP, if one of them says so. */
    boolean gateway() {
        return gateway;
    }

    boolean ping() {
        return ping;
    }

    /** Whether packets for undeclared ports are answered; where balancers share the VIP, if one of them says so. */
    boolean reject() {
        return reject;
    }

    @Nullable BoundPort find(int protocol, int port) {
        int key = BoundPort.key(protocol, port);
        if (first.key() == key) { // the usual VIP has no other
            return first;
        }
        int at = Arrays.binarySearch(keys, key);
        return at >= 0 ? ports[at] : null;
    }

    /** Whether any balancer of this VIP admits the flow's client. */
    boolean admits(Flow flow) {
        for (BalancerTable balancer : balancers) {
            if (balancer.admits(flow)) {
                return true;
            }
        }
        return false;
    }

    /** Whether any port of the protocol is declared. */
    boolean declares(int protocol) {
        for (BoundPort bound : ports) {
            if (bound.port().protocol().number() == protocol) {
                return true;
            }
        }
        return false;
    }

    /**
     * The port that stands for all fragments of a protocol: some port of the one balancer that has the protocol here, and
     * under {@link HashFields#SOURCE_AND_SERVICE}, whose sum needs the port, only if it is the sole one.
     */
    @Nullable BoundPort forFragments(int protocol) {
        BoundPort found = null;
        for (BoundPort bound : ports) {
            if (bound.port().protocol().number() != protocol) {
                continue;
            }
            boolean portMatters = bound.balancer().balancer().hash().fields() == HashFields.SOURCE_AND_SERVICE;
            if (found != null && (found.balancer() != bound.balancer() || portMatters)) {
                return null;
            }
            found = bound;
        }
        return found;
    }
}
