package dev.hashlb.agent.linux.netlink;

import java.io.IOException;

/**
 * The network set-up of one namespace: that of the thread which opened it, wherever that thread goes later. Used by the
 * opening thread only. While open it keeps the namespace alive, so close it soon. Methods throw
 * {@link NetlinkException} where the kernel refuses; changes need CAP_NET_ADMIN in the namespace.
 */
public final class Rtnetlink implements AutoCloseable {
    private final NetlinkSocket socket;
    private final Links links;
    private final Addresses addresses;
    private final Routes routes;
    private final Rules rules;
    private final NamespaceIds namespaceIds;

    private Rtnetlink(NetlinkSocket socket) {
        this.socket = socket;
        links = new Links(socket);
        addresses = new Addresses(socket);
        routes = new Routes(socket);
        rules = new Rules(socket);
        namespaceIds = new NamespaceIds(socket);
    }

    public static Rtnetlink open() throws IOException {
        return new Rtnetlink(NetlinkSocket.open(NetlinkSocket.NETLINK_ROUTE));
    }

    /** The kernel's number of the namespace (SO_NETNS_COOKIE, Linux 5.14), never given again until the next boot. */
    public long namespaceCookie() throws IOException {
        return socket.namespaceCookie();
    }

    public Links links() {
        return links;
    }

    public Addresses addresses() {
        return addresses;
    }

    public Routes routes() {
        return routes;
    }

    public Rules rules() {
        return rules;
    }

    public NamespaceIds namespaceIds() {
        return namespaceIds;
    }

    @Override
    public void close() {
        socket.close();
    }
}
