package dev.hashlb.agent.engine.netty;

/** Where packets enter one network namespace. The fd changes as the namespace comes and goes; packet threads only read it. */
final class PodPort {
    static final int NOT_ATTACHED = -1;

    private final String networkNamespace;
    private volatile int fd = NOT_ATTACHED;
    private volatile boolean segmentsUdp;

    PodPort(String networkNamespace) {
        this.networkNamespace = networkNamespace;
    }

    String networkNamespace() {
        return networkNamespace;
    }

    /** The TUN's fd, or {@link #NOT_ATTACHED}. */
    int fd() {
        return fd;
    }

    /** Whether UDP super-packets may be written. */
    boolean segmentsUdp() {
        return segmentsUdp;
    }

    void attach(int newFd, boolean newSegmentsUdp) {
        segmentsUdp = newSegmentsUdp;
        fd = newFd;
    }

    void detach() {
        fd = NOT_ATTACHED;
    }
}
