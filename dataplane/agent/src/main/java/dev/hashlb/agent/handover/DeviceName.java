package dev.hashlb.agent.handover;

/** Names of what is handed over. They are part of the messages, so they must not change between versions. */
public final class DeviceName {
    private DeviceName() {}

    /** A queue of the node's TUN, from 0. */
    public static String queue(int index) {
        return "queue " + index;
    }

    /** A queue of the TUN for packets that all routers receive, from 0. */
    public static String sharedQueue(int index) {
        return "shared queue " + index;
    }

    /** A socket that receives the tunnel's packets, from 0. */
    public static String tunnel(int index) {
        return "tunnel " + index;
    }

    /** The TUN in a server's network namespace, by the path that names that. */
    public static String pod(String networkNamespace) {
        return "pod " + networkNamespace;
    }
}
