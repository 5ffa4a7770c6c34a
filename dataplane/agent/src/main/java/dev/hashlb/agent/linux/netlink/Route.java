package dev.hashlb.agent.linux.netlink;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A route. Build one with {@link #to} and the {@code with} methods.
 *
 * @param destination the prefix; length 0 is the default route
 * @param kind unicast or blackhole
 * @param linkIndex the device, 0 for none
 * @param gateway the next hop, or null
 * @param onLink the gateway is taken to be a neighbour without a route saying so
 * @param source the source address that own packets prefer, or null
 * @param metric the priority, lower first; 0 lets the kernel choose (IPv4 0, IPv6 1024)
 * @param table the routing table
 * @param protocol who made it (RTPROT_*)
 * @param advmssBytes the MSS that TCP announces over it, 0 for the kernel's own
 */
public record Route(
        Cidr destination,
        Kind kind,
        int linkIndex,
        @Nullable IpAddress gateway,
        boolean onLink,
        @Nullable IpAddress source,
        int metric,
        int table,
        int protocol,
        int advmssBytes) {

    public static final int TABLE_MAIN = 254;
    public static final int TABLE_LOCAL = 255;
    /** RTPROT_RA: learned from a router advertisement. */
    public static final int PROTOCOL_RA = 9;

    private static final int PROTOCOL_STATIC = 4;

    /** What happens to a packet that takes the route: RTN_UNICAST, RTN_BLACKHOLE, or something else that is not ours. */
    public enum Kind {
        UNICAST(1),
        BLACKHOLE(6),
        OTHER(0);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }

        static Kind of(int number) {
            return number == 1 ? UNICAST : number == 6 ? BLACKHOLE : OTHER;
        }
    }

    public static Route to(Cidr destination) {
        return new Route(destination, Kind.UNICAST, 0, null, false, null, 0, TABLE_MAIN, PROTOCOL_STATIC, 0);
    }

    /** A route to a single address. */
    public static Route toHost(IpAddress address) {
        return to(new Cidr(address, 8 * address.family().addressLengthBytes()));
    }

    public static Route defaultRoute(Family family) {
        return to(new Cidr(family == Family.IPV4 ? IpAddress.ipv4(0) : IpAddress.ipv6(0, 0), 0));
    }

    public Route withKind(Kind newKind) {
        return new Route(
                destination, newKind, linkIndex, gateway, onLink, source, metric, table, protocol, advmssBytes);
    }

    public Route withLink(int newLinkIndex) {
        return new Route(
                destination, kind, newLinkIndex, gateway, onLink, source, metric, table, protocol, advmssBytes);
    }

    public Route withGateway(@Nullable IpAddress newGateway, boolean newOnLink) {
        return new Route(
                destination, kind, linkIndex, newGateway, newOnLink, source, metric, table, protocol, advmssBytes);
    }

    public Route withSource(@Nullable IpAddress newSource) {
        return new Route(
                destination, kind, linkIndex, gateway, onLink, newSource, metric, table, protocol, advmssBytes);
    }

    public Route withMetric(int newMetric) {
        return new Route(
                destination, kind, linkIndex, gateway, onLink, source, newMetric, table, protocol, advmssBytes);
    }

    public Route withTable(int newTable) {
        return new Route(
                destination, kind, linkIndex, gateway, onLink, source, metric, newTable, protocol, advmssBytes);
    }

    public Route withProtocol(int newProtocol) {
        return new Route(
                destination, kind, linkIndex, gateway, onLink, source, metric, table, newProtocol, advmssBytes);
    }

    public Route withAdvmss(int newAdvmssBytes) {
        return new Route(
                destination, kind, linkIndex, gateway, onLink, source, metric, table, protocol, newAdvmssBytes);
    }

    public Family family() {
        return destination.family();
    }

    public boolean isDefault() {
        return destination.lengthBits() == 0;
    }
}
