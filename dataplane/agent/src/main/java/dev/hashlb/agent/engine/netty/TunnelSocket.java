package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.SendBatch;
import dev.hashlb.agent.linux.UdpSocket;

/**
 * A socket that sends tunnel datagrams in batches. Datagrams to one peer that follow each other with equal lengths travel as
 * one message that the kernel cuts up (UDP_SEGMENT, udp(7)); a shorter one may end such a message.
 */
final class TunnelSocket implements AutoCloseable {
    private static final int MAX_MESSAGES = 32;
    /** UDP_MAX_SEGMENTS of kernels before 6.9 (linux/udp.h). */
    private static final int MAX_SEGMENTS = 64;
    /** The most that one UDP message carries over IPv4: 65535 − 20 − 8. */
    private static final int MAX_MESSAGE_BYTES = 65_507;

    private static final int VECTORS_PER_DATAGRAM = 2;

    private final UdpSocket socket;
    private final SendBatch batch = new SendBatch(MAX_MESSAGES, MAX_SEGMENTS * VECTORS_PER_DATAGRAM);
    private int message;
    private boolean open;
    private long peerAddress;
    private int segmentBytes;
    private int segments;
    private int messageBytes;

    TunnelSocket(UdpSocket socket) {
        this.socket = socket;
    }

    /**
     * Begins a datagram; its bytes follow by {@link #add}, in at most two pieces, whose memory must stay until {@link #flush}.
     *
     * @param cuttable whether it may share a message with others: it is not larger than the path's MTU
     */
    void datagram(Peer peer, int lengthBytes, boolean cuttable) {
        boolean joins = open
                && cuttable
                && peer.socketAddress().address() == peerAddress
                && lengthBytes <= segmentBytes
                && segments < MAX_SEGMENTS
                && messageBytes + lengthBytes <= MAX_MESSAGE_BYTES;
        if (joins) {
            if (segments == 1) {
                batch.gsoSize(message, segmentBytes);
            }
        } else {
            begin(peer, lengthBytes);
        }
        segments++;
        messageBytes += lengthBytes;
        open = cuttable && lengthBytes == segmentBytes; // only the last segment may be shorter
    }

    void add(long address, int lengthBytes) {
        batch.add(message, address, lengthBytes);
    }

    private void begin(Peer peer, int lengthBytes) {
        int next = batch.begin();
        if (next < 0) {
            flush();
            next = batch.begin();
        }
        batch.destination(next, peer.socketAddress());
        message = next;
        peerAddress = peer.socketAddress().address();
        segmentBytes = lengthBytes;
        segments = 0;
        messageBytes = 0;
    }

    /** Hands everything to the kernel; @return how many messages it did not take */
    int flush() {
        open = false;
        batch.flush(socket.fd());
        int failed = batch.refused() + batch.pending();
        batch.clear(); // a full socket buffer: what waits longer is late anyway
        return failed;
    }

    @Override
    public void close() {
        batch.close();
        socket.close();
    }
}
