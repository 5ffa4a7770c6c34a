package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.netlink.SocketClaims;
import org.jspecify.annotations.Nullable;

/** Where packets enter one network namespace. The fd changes as the namespace comes and goes; packet threads only read it. */
final class PodPort {
    static final int NOT_ATTACHED = -1;

    private static final SocketClaims[] NO_CLAIMS = {};

    private final String networkNamespace;
    private volatile int fd = NOT_ATTACHED;
    private volatile boolean segmentsUdp;
    private volatile SocketClaims[] claims = NO_CLAIMS;

    PodPort(String networkNamespace) {
        this.networkNamespace = networkNamespace;
    }

    /** Tells a packet thread whether the namespace has a socket of a flow; null where that cannot be asked. */
    @Nullable SocketClaims claims(int loopIndex) {
        SocketClaims[] all = claims;
        return loopIndex < all.length ? all[loopIndex] : null;
    }

    boolean hasClaims() {
        return claims.length > 0;
    }

    /** Lets packet threads ask, each by its own of these, until {@link #closeClaims}. */
    void claims(SocketClaims[] forLoops) {
        claims = forLoops;
    }

    /** After {@link #detach}, when no packet thread is in the middle of a packet any more. */
    void closeClaims() {
        SocketClaims[] all = claims;
        claims = NO_CLAIMS;
        for (SocketClaims one : all) {
            one.close();
        }
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
