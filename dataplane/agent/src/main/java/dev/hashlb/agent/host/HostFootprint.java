package dev.hashlb.agent.host;

import dev.hashlb.core.address.IpAddress;

/**
 * The names and numbers by which what HashLB puts on a host is known; {@code docs/host-footprint.md} says what each thing
 * is for and when it goes. They are the same in the node's namespace and in the servers', and must not change between
 * versions: a new start finds by them what an older process has left behind.
 */
public final class HostFootprint {
    /** The TUN device, in the node's namespace and in each server's. */
    public static final String DEVICE = "hashlb0";

    /** The TUN of packets that all routers receive, in a router's own namespace. */
    public static final String SHARED_DEVICE = "hashlb1";

    /** The nft table of family {@code inet}. */
    public static final String NFT_TABLE = "hashlb";

    /** rtm_protocol of routes and rules: `ip route show proto 72`. Not used by anything in iproute2's rt_protos. */
    public static final int PROTOCOL = 72;

    /** Address of the TUN devices, /32, link scope: loose rp_filter accepts packets only by a device that has one. */
    public static final IpAddress LINK_ADDRESS = IpAddress.parse("169.254.77.1");

    /** Metric of the VIPs' blackhole routes: taken when the TUN and the routes over it are gone. */
    public static final int FALLBACK_METRIC = 4096;

    /** In a server's namespace: the table of its own connections to a VIP, which must leave as any other's. */
    static final int CLIENT_TABLE = 7701;

    /** In a server's namespace: the table of replies that go back through the TUN. */
    static final int RETURN_TABLE = 7702;

    /** In a server's namespace: the table of connections that it opens to prefixes of {@code egress}. */
    static final int EGRESS_TABLE = 7704;

    static final int EGRESS_PRIORITY = 3;

    /** In a router's own namespace: the table of packets that all routers receive, and the mark that leads there ("HLC"). */
    static final int SHARED_TABLE = 7703;

    static final int SHARED_MARK = 0x00484c43;

    /** Priority of the rule for that mark: before everybody's but the local table's. */
    static final int SHARED_PRIORITY = 77;

    /** Priorities of the rules in a server's namespace: the client's before the local table's, the replies' after it. */
    static final int CLIENT_PRIORITY = 0;

    static final int LOCAL_PRIORITY = 1;
    static final int RETURN_PRIORITY = 2;

    /** Mark of translated replies that go back through the TUN ("HLB"). */
    static final int RETURN_MARK = 0x00484c42;

    private HostFootprint() {}
}
