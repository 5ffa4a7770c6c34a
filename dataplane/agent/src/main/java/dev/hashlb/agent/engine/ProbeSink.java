package dev.hashlb.agent.engine;

import dev.hashlb.core.address.IpAddress;
import java.lang.foreign.MemorySegment;

/** Takes the probes that come by the tunnel, from the packet threads to the control side. */
public interface ProbeSink {
    /**
     * Takes a copy of a probe, unread. Called on packet threads, each with its own index: returns at once, allocates nothing, and drops what
     * it has no room for.
     *
     * @param packetThread from 0
     * @param sender the peer's address
     * @param memory holds the probe, {@code ProbeFormat.LENGTH_BYTES} bytes from {@code offset} on; the caller's
     */
    void accept(int packetThread, IpAddress sender, MemorySegment memory, long offset);
}
