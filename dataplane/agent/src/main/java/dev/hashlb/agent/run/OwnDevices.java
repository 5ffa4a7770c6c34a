package dev.hashlb.agent.run;

import dev.hashlb.agent.handover.DeviceName;
import dev.hashlb.agent.host.NodeSetup;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;

/** The node's own open devices by {@link DeviceName}, as a successor or a holder gets them; the descriptors stay their owners'. */
record OwnDevices(NodeSetup nodeSetup, TunnelSockets tunnelSockets) {
    Map<String, Integer> all() {
        Map<String, Integer> devices = new LinkedHashMap<>(named(DeviceName::queue, nodeSetup.queueFds()));
        devices.putAll(named(
                DeviceName::tunnel,
                tunnelSockets.fds().stream().mapToInt(Integer::intValue).toArray()));
        devices.putAll(sharedQueues());
        return devices;
    }

    /** Empty until there is a balancer that needs them. */
    Map<String, Integer> sharedQueues() {
        return named(DeviceName::sharedQueue, nodeSetup.sharedQueueFds());
    }

    private static Map<String, Integer> named(IntFunction<String> name, int[] fds) {
        Map<String, Integer> named = new LinkedHashMap<>();
        for (int i = 0; i < fds.length; i++) {
            named.put(name.apply(i), fds[i]);
        }
        return named;
    }
}
