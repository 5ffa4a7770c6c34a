package dev.hashlb.agent.control;

import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The addresses that no VIP may have on this node: captured, they would cut the node off from itself, from its operator or from the
 * API server. Safe for use by several threads.
 */
final class AddressesHere implements SnapshotJudge.ForbiddenAddresses {
    private final List<IpAddress> apiServer;
    private volatile List<IpAddress> operator = List.of();

    AddressesHere(List<IpAddress> apiServer) {
        this.apiServer = List.copyOf(apiServer);
    }

    /** Takes note of where the operator was found. */
    void operatorAt(List<InetAddress> addresses) {
        operator = addresses.stream().map(a -> IpAddress.of(a.getAddress())).toList();
    }

    @Override
    public Map<IpAddress, String> now() throws IOException {
        Map<IpAddress, String> addresses = new HashMap<>();
        apiServer.forEach(a -> addresses.put(a, "the API server's address"));
        operator.forEach(a -> addresses.put(a, "the operator's address"));
        NetworkInterface.networkInterfaces()
                .forEach(device -> device.getInterfaceAddresses()
                        .forEach(a -> addresses.put(
                                IpAddress.of(a.getAddress().getAddress()),
                                "a local address of device " + device.getName())));
        return addresses;
    }
}
