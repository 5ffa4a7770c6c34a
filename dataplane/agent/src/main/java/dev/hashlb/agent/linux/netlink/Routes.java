package dev.hashlb.agent.linux.netlink;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Routes: {@code RTM_*ROUTE} with {@code struct rtmsg} (rtnetlink(7)). */
public final class Routes {
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int RTM_GETROUTE = 26;

    private static final int RTMSG_BYTES = 12;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PRIORITY = 6;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_METRICS = 8;
    private static final int RTA_MULTIPATH = 9;
    private static final int RTA_TABLE = 15;
    private static final int RTA_VIA = 18;
    private static final int RTAX_ADVMSS = 8;
    private static final int RTNH_F_ONLINK = 4;
    private static final int RT_TABLE_UNSPEC = 0;
    private static final int RT_SCOPE_UNIVERSE = 0;
    private static final int RT_SCOPE_LINK = 253;
    private static final int RT_SCOPE_NOWHERE = 255;

    private final NetlinkSocket socket;

    Routes(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** The routes of one table. Of a multipath route the first next hop is given. */
    public List<Route> inTable(Family family, int table) throws IOException {
        return dump(family, table, 0);
    }

    /** The routes in all tables that one maker (RTPROT_*) has put there. */
    public List<Route> madeBy(int protocol) throws IOException {
        List<Route> routes = new ArrayList<>();
        for (Family family : Family.values()) {
            dump(family, RT_TABLE_UNSPEC, protocol).stream()
                    .filter(r -> r.protocol() == protocol)
                    .forEach(routes::add);
        }
        return routes;
    }

    /** Adds a route, or replaces the one with the same destination, metric and table. */
    public void replace(Route route) throws IOException {
        socket.execute(
                "set route " + text(route),
                message(RTM_NEWROUTE, NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_REPLACE, route));
    }

    /** Removes a route; false where there is none. */
    public boolean remove(Route route) throws IOException {
        try {
            socket.execute("remove route " + text(route), message(RTM_DELROUTE, 0, route));
            return true;
        } catch (NetlinkException e) {
            if (e.errno() == NetlinkException.ESRCH || e.errno() == NetlinkException.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    private List<Route> dump(Family family, int table, int protocol) throws IOException {
        NetlinkMessage message = header(new NetlinkMessage(RTM_GETROUTE, 0), family, 0, 0, protocol, 0, 0, 0);
        if (table != RT_TABLE_UNSPEC) {
            message.attributeU32(RTA_TABLE, table);
        }
        List<Route> routes = new ArrayList<>();
        try {
            for (ByteBuffer payload : socket.dump("list routes", message)) {
                // A kernel without IPv6 answers with what it has.
                if (Byte.toUnsignedInt(payload.get(0)) == AddressFamily.number(family)) {
                    routes.add(read(payload));
                }
            }
        } catch (NetlinkException e) {
            // A table that nobody has used yet does not exist, which is the same as an empty one.
            if (e.errno() != NetlinkException.ENOENT) {
                throw e;
            }
        }
        return routes;
    }

    static NetlinkMessage message(int type, int flags, Route route) {
        boolean removal = type == RTM_DELROUTE;
        int scope = removal ? RT_SCOPE_NOWHERE : scope(route);
        NetlinkMessage message = header(
                new NetlinkMessage(type, flags),
                route.family(),
                route.destination().lengthBits(),
                RT_TABLE_UNSPEC,
                route.protocol(),
                scope,
                route.kind().number(),
                route.onLink() ? RTNH_F_ONLINK : 0);
        if (!route.isDefault()) {
            message.attributeAddress(RTA_DST, route.destination().address());
        }
        message.attributeU32(RTA_TABLE, route.table());
        if (route.linkIndex() != 0) {
            message.attributeU32(RTA_OIF, route.linkIndex());
        }
        if (route.gateway() != null) {
            via(message, route.family(), route.gateway());
        }
        if (route.source() != null) {
            message.attributeAddress(RTA_PREFSRC, route.source());
        }
        if (route.metric() != 0) {
            message.attributeU32(RTA_PRIORITY, route.metric());
        }
        if (route.advmssBytes() != 0) {
            message.nestedRaw(RTA_METRICS, () -> message.attributeU32(RTAX_ADVMSS, route.advmssBytes()));
        }
        return message;
    }

    /** An IPv4 route by way of an IPv6 neighbour (RFC 5549) has RTA_VIA: u16 family, then the address. */
    private static void via(NetlinkMessage message, Family family, IpAddress gateway) {
        if (gateway.family() == family) {
            message.attributeAddress(RTA_GATEWAY, gateway);
            return;
        }
        byte[] address = gateway.toBytes();
        ByteBuffer via = ByteBuffer.allocate(2 + address.length).order(java.nio.ByteOrder.nativeOrder());
        via.putShort((short) AddressFamily.number(gateway.family())).put(address);
        message.attribute(RTA_VIA, via.array());
    }

    /** IPv4 demands the scope of a route without a gateway to be the link; IPv6 has no scopes. */
    private static int scope(Route route) {
        boolean onTheLink =
                route.family() == Family.IPV4 && route.gateway() == null && route.kind() == Route.Kind.UNICAST;
        return onTheLink ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    }

    static Route read(ByteBuffer payload) {
        Family family = AddressFamily.of(Byte.toUnsignedInt(payload.get(0)));
        Attributes attributes = Attributes.parse(
                payload.slice(RTMSG_BYTES, payload.limit() - RTMSG_BYTES).order(payload.order()));
        IpAddress any = Route.defaultRoute(family).destination().address();
        Cidr destination = new Cidr(attributes.address(RTA_DST).orElse(any), Byte.toUnsignedInt(payload.get(1)));
        Route route = Route.to(destination)
                .withKind(Route.Kind.of(Byte.toUnsignedInt(payload.get(7))))
                .withSource(attributes.address(RTA_PREFSRC).orElse(null))
                .withMetric(attributes.u32(RTA_PRIORITY).orElse(0))
                .withTable(attributes.u32(RTA_TABLE).orElse(Byte.toUnsignedInt(payload.get(4))))
                .withProtocol(Byte.toUnsignedInt(payload.get(5)))
                .withAdvmss(attributes.nested(RTA_METRICS).u32(RTAX_ADVMSS).orElse(0));
        return attributes
                .bytes(RTA_MULTIPATH)
                .map(hops -> withFirstHop(route, ByteBuffer.wrap(hops).order(payload.order())))
                .orElseGet(() -> withHop(route, attributes.u32(RTA_OIF).orElse(0), attributes, payload.getInt(8)));
    }

    /** struct rtnexthop: u16 length, u8 flags, u8 hops, i32 index, then attributes. */
    private static Route withFirstHop(Route route, ByteBuffer hops) {
        int length = Short.toUnsignedInt(hops.getShort(0));
        Attributes attributes = Attributes.parse(hops.slice(8, length - 8).order(hops.order()));
        return withHop(route, hops.getInt(4), attributes, Byte.toUnsignedInt(hops.get(2)));
    }

    private static Route withHop(Route route, int linkIndex, Attributes attributes, int hopFlags) {
        IpAddress gateway = attributes
                .address(RTA_GATEWAY)
                .or(() -> attributes.bytes(RTA_VIA).map(Routes::viaAddress))
                .orElse(null);
        return route.withLink(linkIndex).withGateway(gateway, (hopFlags & RTNH_F_ONLINK) != 0);
    }

    private static IpAddress viaAddress(byte[] via) {
        return IpAddress.of(java.util.Arrays.copyOfRange(via, 2, via.length));
    }

    /** struct rtmsg: u8 family, dst_len, src_len, tos, table, protocol, scope, type; u32 flags. */
    private static NetlinkMessage header(
            NetlinkMessage message,
            Family family,
            int destinationBits,
            int table,
            int protocol,
            int scope,
            int type,
            int flags) {
        return message.u8(AddressFamily.number(family))
                .u8(destinationBits)
                .u8(0)
                .u8(0)
                .u8(table)
                .u8(protocol)
                .u8(scope)
                .u8(type)
                .u32(flags);
    }

    private static String text(Route route) {
        return route.destination() + (route.kind() == Route.Kind.BLACKHOLE ? " (blackhole)" : "") + " in table "
                + route.table();
    }
}
