package dev.hashlb.agent.run;

import dev.hashlb.agent.handover.DeviceName;
import dev.hashlb.agent.handover.OpenDevices;
import dev.hashlb.agent.host.Inheritance;
import java.util.OptionalInt;

/** The devices in servers' network namespaces that an earlier process has left open. */
record InheritedPods(OpenDevices devices) implements Inheritance {
    @Override
    public OptionalInt take(String networkNamespace) {
        return devices.take(DeviceName.pod(networkNamespace));
    }

    @Override
    public void closeOthers() {
        devices.close();
    }
}
