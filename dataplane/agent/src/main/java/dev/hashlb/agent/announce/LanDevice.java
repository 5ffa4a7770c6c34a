package dev.hashlb.agent.announce;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.neighbor.MacAddress;
import java.io.IOException;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.util.Collections;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The device by which VIPs are announced.
 *
 * @param index in the process's network namespace
 * @param mac its MAC address
 */
public record LanDevice(int index, String name, MacAddress mac) {
    /**
     * Finds it.
     *
     * @param declared its name; empty: the device that has the node's address
     * @throws IOException if there is no such device, or it is no Ethernet device
     */
    public static LanDevice find(Optional<String> declared, IpAddress nodeAddress) throws IOException {
        @Nullable NetworkInterface device = declared.isPresent()
                ? NetworkInterface.getByName(declared.get())
                : NetworkInterface.getByInetAddress(nodeAddress.toInetAddress());
        if (device == null) {
            throw new IOException(declared.map(name -> "--announce-device " + name + ": there is no such device")
                            .orElse("no device has the node's address " + nodeAddress)
                    + "; VIPs are announced on an Ethernet device of this node");
        }
        return of(device)
                .orElseThrow(() -> new IOException("device " + device.getName()
                        + " has no MAC address, so no VIP can be announced on it; name another by --announce-device"));
    }

    /**
     * The Ethernet device on whose network an address is: that of the longest prefix; empty if there is none.
     *
     * @param preferred the one to take if it is on that network too
     */
    public static Optional<LanDevice> on(IpAddress address, LanDevice preferred) throws IOException {
        Optional<LanDevice> found = Optional.empty();
        int longest = -1;
        for (NetworkInterface device : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            int length = device.isUp() ? longestPrefix(device, address) : -1;
            boolean better = length > longest || (length == longest && device.getIndex() == preferred.index());
            Optional<LanDevice> candidate = length >= 0 && better ? of(device) : Optional.empty();
            if (candidate.isPresent()) {
                found = candidate;
                longest = length;
            }
        }
        return found;
    }

    private static int longestPrefix(NetworkInterface device, IpAddress address) {
        return device.getInterfaceAddresses().stream()
                .filter(own -> isOnNetwork(own, address))
                .mapToInt(InterfaceAddress::getNetworkPrefixLength)
                .max()
                .orElse(-1);
    }

    private static boolean isOnNetwork(InterfaceAddress own, IpAddress address) {
        IpAddress mine = IpAddress.of(own.getAddress().getAddress());
        return mine.family() == address.family()
                && Cidr.ofNetwork(address, own.getNetworkPrefixLength()).contains(mine);
    }

    private static Optional<LanDevice> of(NetworkInterface device) throws IOException {
        byte[] mac = device.getHardwareAddress();
        return mac == null || mac.length != MacAddress.LENGTH_BYTES
                ? Optional.empty()
                : Optional.of(new LanDevice(device.getIndex(), device.getName(), MacAddress.of(mac)));
    }
}
