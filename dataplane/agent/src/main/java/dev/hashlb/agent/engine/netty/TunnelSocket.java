package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.SendBatch;
import dev.hashlb.agent.linux.UdpSocket;

/** A socket that sends tunnel datagrams in batches, those that may in one message that the kernel cuts up ({@link Trains}). */
final class TunnelSocket implements AutoCloseable {
    private static final int MAX_MESSAGES = 64;
    private static final int VECTORS_PER_DATAGRAM = 2;

    private final UdpSocket socket;
    private final SendBatch batch = new SendBatch(MAX_MESSAGES, SendBatch.MAX_SEGMENTS * VECTORS_PER_DATAGRAM);
    private final Trains trains = new Trains(MAX_MESSAGES);
    private int message;
    private int failed;

    TunnelSocket(UdpSocket socket) {
        this.socket = socket;
    }

    /**
     * Begins a datagram; its bytes follow by {@link #add}, in at most two pieces, whose memory must stay until {@link #flush}.
     *
     * @param flow a number that all packets of its flow have: they keep their order
     * @param cuttable whether it may share a message with others: it is not larger than the path's MTU
     */
    void datagram(Peer peer, int lengthBytes, int flow, boolean cuttable) {
        long peerAddress = peer.socketAddress().address();
        int joined = cuttable ? trains.join(peerAddress, lengthBytes, flow) : Trains.NONE;
        if (joined == Trains.NONE) {
            begin(peer, lengthBytes, flow, cuttable);
            return;
        }
        message = joined;
        if (trains.segments(joined) == 2) {
            batch.gsoSize(joined, trains.segmentBytes(joined));
        }
    }

    void add(long address, int lengthBytes) {
        batch.add(message, address, lengthBytes);
    }

    private void begin(Peer peer, int lengthBytes, int flow, boolean cuttable) {
        int next = batch.begin();
        if (next < 0) {
            send();
            next = batch.begin();
        }
        batch.destination(next, peer.socketAddress());
        trains.begin(next, peer.socketAddress().address(), lengthBytes, flow, cuttable);
        message = next;
    }

    /** Hands everything to the kernel; @return how many datagrams since the last call it did not take */
    int flush() {
        send();
        int all = failed;
        failed = 0;
        return all;
    }

    private void send() {
        trains.clear();
        batch.flush(socket.fd());
        failed += batch.refused() + batch.pending();
        batch.clear(); // a full socket buffer: what waits longer is late anyway
    }

    @Override
    public void close() {
        batch.close();
        socket.close();
    }
}
