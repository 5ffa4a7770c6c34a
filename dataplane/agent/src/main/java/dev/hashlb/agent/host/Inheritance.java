package dev.hashlb.agent.host;

import java.util.OptionalInt;

/** The devices in servers' namespaces that an earlier process has left open. Called by the control thread of {@link PodAttachments}. */
public interface Inheritance {
    /** There was no earlier process, or it left nothing. */
    Inheritance NOTHING = new Inheritance() {
        @Override
        public OptionalInt take(String networkNamespace) {
            return OptionalInt.empty();
        }

        @Override
        public void closeOthers() {
            // Nothing is open.
        }
    };

    /** The queue of the TUN in a namespace, by its path, the caller's from now on; empty if there is none. Asked when it is first wanted. */
    OptionalInt take(String networkNamespace);

    /** All namespaces that are wanted have been asked for: what is left over can be closed. */
    void closeOthers();
}
