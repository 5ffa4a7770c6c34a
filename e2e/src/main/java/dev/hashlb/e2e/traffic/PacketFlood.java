package dev.hashlb.e2e.traffic;

import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.SendBatch;
import dev.hashlb.core.address.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * TCP segments without payload from addresses, ports and with numbers by chance, at a rate or as near to it as this machine comes:
 * whole frames, many with each sendmmsg(2). IPv4; checksums are right. For one thread.
 */
public final class PacketFlood implements AutoCloseable {
    /** What a flood consists of. */
    public enum Kind {
        /** New connections that nobody will complete. */
        SYN(0x02),
        /** Packets of connections that there are not. */
        ACK(0x10);

        private final int flags;

        Kind(int flags) {
            this.flags = flags;
        }
    }

    /** 203.0.113.0/24 (TEST-NET-3): the addresses that all come from; who answers them must have a route. */
    public static final String SOURCES = "203.0.113.0/24";

    private static final int FIRST_SOURCE = 203 << 24 | 113 << 8;
    private static final int SOURCE_BITS = 8;
    private static final int FRAMES = 128;
    private static final int IP = PacketSocket.ETHERNET_BYTES;
    private static final int TCP = IP + 20;
    private static final int FRAME_BYTES = TCP + 20;
    private static final int TCP_PROTOCOL = 6;
    private static final int LOWEST_PORT = 1024;

    private final PacketSocket socket;
    private final SplittableRandom random;
    private final Arena arena = Arena.ofConfined();
    private final SendBatch batch = new SendBatch(FRAMES, 1);
    private final MemorySegment memory = arena.allocate((long) FRAMES * FRAME_BYTES, 8);
    private final ByteBuffer frames = memory.asByteBuffer();

    /**
     * Prepares a flood.
     *
     * @param socket where it leaves; stays the caller's
     * @param seed of what is by chance
     */
    public PacketFlood(PacketSocket socket, long seed) {
        this.socket = socket;
        this.random = new SplittableRandom(seed);
    }

    /**
     * Sends for a while, before all else that this machine has to do: an attacker does not share processors with whom it attacks.
     *
     * @param vip an IPv4 address
     * @param perSecond at most, on average
     * @return packets sent
     */
    public long send(Kind kind, String vip, int port, int perSecond, Duration duration) {
        int destination = (int) IpAddress.parse(vip).low();
        ThreadPriority.set(ThreadPriority.BEFORE_ALL_OTHERS);
        try {
            return send(kind, destination, port, perSecond, duration);
        } finally {
            ThreadPriority.set(ThreadPriority.LIKE_ALL_OTHERS);
        }
    }

    private long send(Kind kind, int destination, int port, int perSecond, Duration duration) {
        long startNs = System.nanoTime();
        long sent = 0;
        for (long elapsedNs = 0; elapsedNs < duration.toNanos(); elapsedNs = System.nanoTime() - startNs) {
            long aheadNs = sent * 1_000_000_000L / perSecond - elapsedNs;
            if (aheadNs > 0) {
                LockSupport.parkNanos(aheadNs);
            } else {
                sent += sendBatch(kind, destination, port);
            }
        }
        return sent;
    }

    private int sendBatch(Kind kind, int destination, int port) {
        for (int i = 0; i < FRAMES; i++) {
            frames.position(i * FRAME_BYTES);
            write(kind, destination, port);
            int message = batch.begin();
            batch.add(message, memory.address() + (long) i * FRAME_BYTES, FRAME_BYTES);
        }
        int sent = batch.flush(socket.fd());
        // ENOBUFS: the device's queue is full, and what does not fit is lost, as with any flood.
        if (batch.refused() > 0 && batch.lastErrno() != Errno.ENOBUFS && batch.lastErrno() != Errno.EAGAIN) {
            throw new IllegalStateException(new LinuxException(batch.lastErrno(), "sendmmsg", "of the flood"));
        }
        batch.clear();
        return sent;
    }

    private void write(Kind kind, int destination, int port) {
        int source = FIRST_SOURCE + 1 + random.nextInt((1 << SOURCE_BITS) - 2);
        int at = frames.position();
        socket.ethernetHeader(frames);
        frames.putInt(0x45000000 | FRAME_BYTES - IP).putInt(random.nextInt() << 16 | 0x4000);
        frames.putInt(64 << 24 | TCP_PROTOCOL << 16).putInt(source).putInt(destination);
        frames.putShort(at + IP + 10, checksum(at + IP, 20, 0));
        frames.putShort((short) random.nextInt(LOWEST_PORT, 1 << 16)).putShort((short) port);
        frames.putInt(random.nextInt()).putInt(kind == Kind.SYN ? 0 : random.nextInt());
        frames.putInt(5 << 28 | kind.flags << 16 | 0xffff).putInt(0);
        int pseudoHeader = TCP_PROTOCOL + 20 + words(source) + words(destination); // RFC 9293, 3.1
        frames.putShort(at + TCP + 16, checksum(at + TCP, 20, pseudoHeader));
    }

    private static int words(int value) {
        return (value >>> 16) + (value & 0xffff);
    }

    /** The Internet checksum (RFC 1071). */
    private short checksum(int from, int lengthBytes, int begun) {
        int sum = begun;
        for (int i = from; i < from + lengthBytes; i += 2) {
            sum += frames.getShort(i) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        return (short) ~((sum & 0xffff) + (sum >>> 16));
    }

    @Override
    public void close() {
        batch.close();
        arena.close();
    }
}
