package dev.hashlb.e2e.cluster;

import dev.hashlb.e2e.lab.Command;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;

/**
 * This machine as a client outside the cluster: routes a VIP to a node, as a network's routers would, until it is closed.
 *
 * @param vip the address, IPv4
 * @param node the address of the node that it goes to
 */
record Outside(String vip, String node) implements AutoCloseable {
    static Outside routed(String vip, String node) {
        Command.run("", List.of("ip", "route", "replace", vip + "/32", "via", node));
        return new Outside(vip, node);
    }

    /** This machine's own address, as servers should see it. */
    String ownAddress() {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(node), 9));
            return socket.getLocalAddress().getHostAddress();
        } catch (SocketException | UnknownHostException e) {
            throw new IllegalStateException("no way to node " + node, e);
        }
    }

    @Override
    public void close() {
        Command.result("", List.of("ip", "route", "del", vip + "/32"));
    }
}
