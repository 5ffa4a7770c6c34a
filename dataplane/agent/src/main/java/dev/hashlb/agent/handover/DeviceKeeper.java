package dev.hashlb.agent.handover;

/** Who keeps copies of open devices for the next process; descriptors stay the caller's. Failing is its own matter: nothing is thrown. */
public interface DeviceKeeper {
    /** Nobody. */
    DeviceKeeper NONE = new DeviceKeeper() {
        @Override
        public void hold(String name, int fd) {
            // A kill ends the devices.
        }

        @Override
        public void forget(String name) {
            // It was not held.
        }

        @Override
        public void settled() {
            // Nothing is held.
        }

        @Override
        public void finish() {
            // Nothing is held.
        }
    };

    /** Keeps a device by its {@link DeviceName}, instead of one of that name before. */
    void hold(String name, int fd);

    /** Drops one. */
    void forget(String name);

    /** What an earlier process had, and this one has not held by now, can be dropped. */
    void settled();

    /** Drops all, for good. */
    void finish();
}
