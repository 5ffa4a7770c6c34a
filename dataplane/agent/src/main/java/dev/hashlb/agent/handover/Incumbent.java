package dev.hashlb.agent.handover;

import java.io.IOException;
import java.util.Map;

/** What hands its devices over: called by one thread, {@link #lend} first and then, whether that failed or not, one of the others. */
public interface Incumbent {
    /**
     * Lets go of everything but forwarding: changes nothing on the host any more, frees the state folder, and goes on with the packets
     * until it is told how the hand-over ended.
     *
     * @return the open devices by {@link DeviceName}; they stay this object's
     */
    Map<String, Integer> lend() throws IOException;

    /**
     * The successor has failed: everything goes on as before {@link #lend}.
     *
     * @throws IOException if that cannot be yet, as while the successor has the state folder; it forwards on, and this or {@link #leave}
     *     is called again
     */
    void resume() throws IOException;

    /** The successor forwards: stops, and takes nothing back that is on the host. */
    void leave() throws IOException;
}
