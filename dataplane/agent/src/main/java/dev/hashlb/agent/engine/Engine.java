package dev.hashlb.agent.engine;

import dev.hashlb.core.forward.ForwardingTable;
import java.util.List;

/**
 * Forwards packets. Methods may be called from any thread but an engine's own; each returns when every packet thread has taken
 * the change.
 */
public interface Engine extends AutoCloseable {
    /** Forwards by this table from now on. */
    void apply(ForwardingTable table);

    /**
     * Delivers packets for the servers of a network namespace through a device in it.
     *
     * @param networkNamespace as named in the snapshot's servers
     * @param segmentsUdp whether UDP super-packets may be written
     * @param tunFd a TUN queue with a virtio_net_hdr of 10 bytes; stays the caller's, who closes it after {@link #detach}
     */
    void attach(String networkNamespace, int tunFd, boolean segmentsUdp);

    /**
     * Reads packets that all routers receive as well, and handles those that are this router's. Once in the engine's life.
     *
     * @param queueFds one queue of their TUN for each packet thread; stay the caller's
     */
    void receiveShared(List<Integer> queueFds);

    /**
     * Whether this engine alone reads the queues of {@link #receiveShared}, now or once it has them; not so at first. Then the kernel may drop for it
     * what is another router's. Else all packets pass to the queues, since another process that reads them may go by another list. What another process
     * has set the device to is overruled by each call.
     */
    void readsSharedAlone(boolean alone);

    /** Forgets the namespace's device; when this returns no packet thread uses its fd any more. */
    void detach(String networkNamespace);

    /** Readable at any time. */
    EngineCounters counters();

    /** Stops forwarding; the fds that were given remain open. */
    @Override
    void close();
}
