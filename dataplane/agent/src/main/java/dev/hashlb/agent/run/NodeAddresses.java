package dev.hashlb.agent.run;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/** Finds the node's own address of each family, from which it sends ICMP errors (RFC 1812, 4.3.2.4). */
final class NodeAddresses {
    private NodeAddresses() {}

    /**
     * @param declared the node's address in the snapshot, taken for its own family
     * @return a global address of an interface that is up; null if there is none
     */
    static @Nullable IpAddress find(IpAddress declared, Family family) throws SocketException {
        if (declared.family() == family) {
            return declared;
        }
        return NetworkInterface.networkInterfaces()
                .flatMap(i -> i.getInterfaceAddresses().stream())
                .map(InterfaceAddress::getAddress)
                .filter(NodeAddresses::isGlobal)
                .map(a -> IpAddress.of(a.getAddress()))
                .filter(a -> a.family() == family)
                .findFirst()
                .orElse(null);
    }

    private static boolean isGlobal(InetAddress address) {
        return !address.isLoopbackAddress() && !address.isLinkLocalAddress() && !address.isMulticastAddress();
    }
}
