package dev.hashlb.agent.announce;

import dev.hashlb.core.announce.Announcer;
import dev.hashlb.core.neighbor.MacAddress;
import java.util.Optional;

/**
 * Whether and where a node announces VIPs.
 *
 * @param enabled whether it does
 * @param device the device's name; empty: the one that has the node's address
 * @param everyRouter the MAC address of VIPs that every router answers for
 */
public record AnnounceSettings(boolean enabled, Optional<String> device, MacAddress everyRouter) {
    public static final AnnounceSettings OFF = new AnnounceSettings(false, Optional.empty(), Announcer.EVERY_ROUTER);
}
