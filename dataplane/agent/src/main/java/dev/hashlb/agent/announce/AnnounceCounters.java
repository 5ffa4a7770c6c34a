package dev.hashlb.agent.announce;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.neighbor.MacAddress;
import java.util.Map;
import java.util.Set;

/** What the outside can see of announcing. Readable by any thread. */
public interface AnnounceCounters {
    /** The VIPs that this node answers for now. */
    Set<IpAddress> answered();

    /** The VIPs that this node ought to answer for, but another host has them, with its MAC address. */
    Map<IpAddress, MacAddress> conflicts();

    /** Questions answered since the start. */
    long answers();

    /** Questions not answered, because there were too many in a second. */
    long suppressed();

    /** Claims of other hosts that were told of. */
    long conflictsSeen();

    /** Frames that the device did not take. */
    long unsent();
}
