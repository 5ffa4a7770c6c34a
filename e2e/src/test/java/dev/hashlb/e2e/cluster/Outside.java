package dev.hashlb.e2e.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.e2e.lab.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * This machine as a client outside the cluster: has a route for a VIP until it is closed.
 *
 * @param vip the address
 */
record Outside(String vip) implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** By way of a node, as a network's routers would. */
    static Outside routed(String vip, String node) {
        return route(vip, List.of("via", node));
    }

    /** On the nodes' own link, where ARP or Neighbor Discovery must find it. */
    static Outside onLink(String vip, String node) {
        return route(vip, List.of("dev", deviceTo(node)));
    }

    private static Outside route(String vip, List<String> way) {
        Command.run("", ip(vip, "route", "replace", vip, way.getFirst(), way.getLast()));
        return new Outside(vip);
    }

    /** The link-layer address that this machine has for a neighbour, such as {@code 02:00:00:00:00:01}; empty for none. */
    static String linkLayerAddress(String neighbor) {
        JsonNode entries = json(List.of("ip", "-json", "neigh", "show", "to", neighbor));
        return entries.path(0).path("lladdr").asText();
    }

    /** The Ethernet device by which this machine reaches a node. */
    private static String deviceTo(String node) {
        return json(List.of("ip", "-json", "route", "get", node))
                .path(0)
                .path("dev")
                .asText();
    }

    private static JsonNode json(List<String> command) {
        try {
            return JSON.readTree(Command.run("", command));
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + String.join(" ", command), e);
        }
    }

    private static List<String> ip(String vip, String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", vip.contains(":") ? "-6" : "-4"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** This machine's own address, as servers should see it. */
    String ownAddress() {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(vip), 9));
            return IpAddress.of(socket.getLocalAddress().getAddress()).toString();
        } catch (SocketException | UnknownHostException e) {
            throw new IllegalStateException("no way to " + vip, e);
        }
    }

    @Override
    public void close() {
        Command.result("", ip(vip, "route", "del", vip));
    }
}
