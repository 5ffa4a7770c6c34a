package dev.hashlb.core.forward;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One VIP and every port declared on it, of whichever balancer. Immutable. */
final class Vip {
    /** A port and its balancer; {@code key} is {@code protocol << 16 | port}. */
    record BoundPort(int key, ServicePort port, BalancerTable balancer) {
        static int key(int protocol, int port) {
            return (protocol << 16) | port;
        }
    }

    private final IpAddress address;
    private final BoundPort[] ports;
    private final int[] keys;
    private final BalancerTable[] balancers;
    private final boolean ping;
    private final boolean reject;

    Vip(IpAddress address, List<BalancerTable> balancersHere) {
        this.address = address;
        balancers = balancersHere.toArray(BalancerTable[]::new);
        ports = balancersHere.stream()
                .flatMap(b -> b.balancer().ports().stream()
                        .map(p -> new BoundPort(BoundPort.key(p.protocol().number(), p.port()), p, b)))
                .sorted(Comparator.comparingInt(BoundPort::key))
                .toArray(BoundPort[]::new);
        keys = Arrays.stream(ports).mapToInt(BoundPort::key).toArray();
        ping = balancersHere.stream().anyMatch(b -> b.balancer().ping());
        reject = balancersHere.stream().anyMatch(b -> b.balancer().undeclaredPorts() == UndeclaredPorts.REJECT);
    }

    IpAddress address() {
        return address;
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
        if (keys.length == 1) { // the usual VIP
            return keys[0] == key ? ports[0] : null;
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
