package dev.hashlb.agent.announce;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.neighbor.MacAddress;
import java.io.IOException;
import java.net.NetworkInterface;
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
        byte[] mac = device.getHardwareAddress();
        if (mac == null || mac.length != MacAddress.LENGTH_BYTES) {
            throw new IOException("device " + device.getName()
                    + " has no MAC address, so no VIP can be announced on it; name another by --announce-device");
        }
        return new LanDevice(device.getIndex(), device.getName(), MacAddress.of(mac));
    }
}
