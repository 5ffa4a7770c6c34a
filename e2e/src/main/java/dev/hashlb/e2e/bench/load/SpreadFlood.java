package dev.hashlb.e2e.bench.load;

import dev.hashlb.agent.linux.SendBatch;
import dev.hashlb.agent.linux.SockAddr;
import dev.hashlb.agent.linux.UdpSocket;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.e2e.lab.Sockets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Sends small datagrams of several flows as fast as one thread can. */
public final class SpreadFlood {
    private static final int MESSAGES = 16;
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int DATAGRAM_BYTES = 64;

    private SpreadFlood() {}

    /**
     * Sends for a while.
     *
     * @param source the client's address
     * @param sourcePorts one for each flow
     */
    public static void send(
            String namespace, String source, List<Integer> sourcePorts, String vip, int port, Duration duration) {
        List<UdpSocket> sockets = new ArrayList<>();
        try (SendBatch batch = new SendBatch(MESSAGES, 1);
                Arena arena = Arena.ofConfined()) {
            for (int sourcePort : sourcePorts) {
                sockets.add(Sockets.inside(
                        namespace, () -> UdpSocket.open(IpAddress.parse(source), sourcePort, BUFFER_BYTES)));
            }
            MemorySegment destination = SockAddr.of(arena, IpAddress.parse(vip), port);
            MemorySegment payload = arena.allocate(DATAGRAM_BYTES);
            long deadlineNs = System.nanoTime() + duration.toNanos();
            while (System.nanoTime() < deadlineNs) {
                for (UdpSocket socket : sockets) {
                    for (int index; (index = batch.begin()) >= 0; ) {
                        batch.destination(index, destination);
                        batch.add(index, payload.address(), DATAGRAM_BYTES);
                    }
                    batch.flush(socket.fd());
                    batch.clear();
                }
            }
        } finally {
            sockets.forEach(UdpSocket::close);
        }
    }
}
