package dev.hashlb.e2e.bench.load;

import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.SendBatch;
import dev.hashlb.agent.linux.SockAddr;
import dev.hashlb.agent.linux.UdpSocket;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.e2e.lab.Sockets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/** Sends datagrams of one size as fast as one thread can, many with each call. */
public final class UdpFlood {
    private static final int MESSAGES = 64;
    private static final int BUFFER_BYTES = 8 << 20;
    private static final String ANY = "0.0.0.0";

    private UdpFlood() {}

    /**
     * Sends for a while, to one socket address.
     *
     * @param datagramBytes UDP payload of each
     * @param datagramsPerMessage 1, or more to have the kernel cut messages into datagrams (UDP_SEGMENT), as QUIC servers do
     * @return datagrams sent
     */
    public static long send(
            String namespace, String address, int port, int datagramBytes, int datagramsPerMessage, Duration duration) {
        try (UdpSocket socket = Sockets.inside(namespace, () -> UdpSocket.open(IpAddress.parse(ANY), 0, BUFFER_BYTES));
                SendBatch batch = new SendBatch(MESSAGES, 1);
                Arena arena = Arena.ofConfined()) {
            MemorySegment destination = SockAddr.of(arena, IpAddress.parse(address), port);
            MemorySegment payload = arena.allocate((long) datagramBytes * datagramsPerMessage);
            long deadlineNs = System.nanoTime() + duration.toNanos();
            long sent = 0;
            while (System.nanoTime() < deadlineNs) {
                for (int index; (index = batch.begin()) >= 0; ) {
                    batch.destination(index, destination);
                    batch.add(index, payload.address(), (int) payload.byteSize());
                    batch.gsoSize(index, datagramsPerMessage > 1 ? datagramBytes : 0);
                }
                sent += (long) batch.flush(socket.fd()) * datagramsPerMessage;
                refuse(batch);
                batch.clear();
            }
            return sent;
        }
    }

    private static void refuse(SendBatch batch) {
        if (batch.refused() > 0) {
            throw new IllegalStateException(new LinuxException(batch.lastErrno(), "sendmmsg", "of the UDP flood"));
        }
    }
}
