package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.TunDevice;
import dev.hashlb.agent.linux.netlink.Address;
import dev.hashlb.agent.linux.netlink.Devconf;
import dev.hashlb.agent.linux.netlink.Link;
import dev.hashlb.agent.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.util.Map;

/** Makes the TUNs of the node's own namespace. */
final class NodeDevice {
    /** How long the device of a process that was just killed may linger. */
    private static final int LINGER_ATTEMPTS = 40;

    private static final int LINGER_PAUSE_MS = 50;

    private NodeDevice() {}

    /** Makes a device of this name, down. */
    static TunDevice create(String name, int queues) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return TunDevice.open(name, queues);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EBUSY) {
                    throw e;
                }
                if (attempt == LINGER_ATTEMPTS) {
                    throw new HostSetupException(
                            "device " + name + " exists already in this network namespace: another hashlb"
                                    + " runs here, a holder keeps it open for a minute (--holder), or something else"
                                    + " made it; stop that process, or `ip link delete " + name + "`",
                            e);
                }
                pause(name);
            }
        }
    }

    private static void pause(String name) throws HostSetupException {
        try {
            Thread.sleep(LINGER_PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HostSetupException("interrupted while waiting for an old " + name + " to go", e);
        }
    }

    /**
     * Sets a device up and makes it ready. rp_filter: the larger of {@code all} and the device's counts, and 2 with an address passes
     * packets that the engine writes whatever their source. accept_local: so that ICMP errors in the node's own name pass too.
     *
     * @return the device's index
     */
    static int configure(Rtnetlink rtnetlink, String name, int mtuBytes) throws IOException {
        Link link = rtnetlink
                .links()
                .find(name)
                .orElseThrow(() -> new HostSetupException("device " + name + " has vanished"));
        int index = link.index();
        // Before the MTU: one below 1280 takes IPv6 off the device (RFC 8200, section 5).
        if (Sysctl.ipv6Exists()) {
            rtnetlink.links().setNoIpv6AddressGeneration(index);
        }
        rtnetlink.links().setMtu(index, mtuBytes);
        rtnetlink.links().setIpv4(index, Map.of(Devconf.RP_FILTER, 2, Devconf.ACCEPT_LOCAL, 1, Devconf.FORWARDING, 1));
        rtnetlink.addresses().add(new Address(index, HostFootprint.LINK_ADDRESS, 32, Address.SCOPE_HOST, 0));
        rtnetlink.links().up(index);
        return index;
    }
}
