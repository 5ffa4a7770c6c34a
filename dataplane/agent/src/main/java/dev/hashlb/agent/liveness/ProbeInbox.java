package dev.hashlb.agent.liveness;

import dev.hashlb.agent.engine.ProbeSink;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.probe.ProbeFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Probes on their way from the packet threads to the one that judges them: a ring for each packet thread, with room made beforehand, so
 * that nobody waits and nothing is allocated. What does not fit is dropped and counted.
 */
public final class ProbeInbox implements ProbeSink {
    /** A round of probes of so many peers fits, should all arrive between two looks. */
    private static final int SLOTS = 1024;

    /** One writer, one reader: a slot is full while its sender is set. */
    private static final class Ring {
        private final byte[] bytes = new byte[SLOTS * ProbeFormat.LENGTH_BYTES];
        private final AtomicReferenceArray<@Nullable IpAddress> senders = new AtomicReferenceArray<>(SLOTS);
        private int writeAt;
        private int readAt;
        private volatile long dropped;

        @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
        void write(IpAddress sender, MemorySegment memory, long offset) {
            if (senders.getAcquire(writeAt) != null) {
                dropped++;
                return;
            }
            int at = writeAt * ProbeFormat.LENGTH_BYTES;
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, bytes, at, ProbeFormat.LENGTH_BYTES);
            senders.setRelease(writeAt, sender);
            writeAt = (writeAt + 1) % SLOTS;
        }

        void drain(Reader reader) {
            for (IpAddress sender = senders.getAcquire(readAt); sender != null; sender = senders.getAcquire(readAt)) {
                byte[] probe = new byte[ProbeFormat.LENGTH_BYTES];
                System.arraycopy(bytes, readAt * probe.length, probe, 0, probe.length);
                senders.setRelease(readAt, null);
                readAt = (readAt + 1) % SLOTS;
                reader.read(sender, probe);
            }
        }
    }

    /** Takes a probe's bytes. */
    interface Reader {
        void read(IpAddress sender, byte[] probe);
    }

    private final Ring[] rings;

    public ProbeInbox(int packetThreads) {
        rings = new Ring[packetThreads];
        for (int i = 0; i < packetThreads; i++) {
            rings[i] = new Ring();
        }
    }

    @Override
    public void accept(int packetThread, IpAddress sender, MemorySegment memory, long offset) {
        rings[packetThread].write(sender, memory, offset);
    }

    /** Hands over everything that has come. For one thread. */
    void drain(Reader reader) {
        for (Ring ring : rings) {
            ring.drain(reader);
        }
    }

    /** Probes for which there was no room. */
    long dropped() {
        long sum = 0;
        for (Ring ring : rings) {
            sum += ring.dropped;
        }
        return sum;
    }
}
