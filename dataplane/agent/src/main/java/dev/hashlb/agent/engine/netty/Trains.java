package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.SendBatch;
import java.util.Arrays;

/**
 * Which message of a batch a datagram joins. The kernel cuts a message into datagrams of one length, the last of which may be shorter
 * (UDP_SEGMENT, udp(7)). So those to one peer that are equally long travel as one, whatever was sent between them: with direct return
 * many are acknowledgements without data. A shorter one joins as the last only right behind its own flow, as the end of a super-packet.
 * Packets of one flow keep their order, those of several need not.
 *
 * <p>Plain numbers, no memory and no kernel; for one thread.
 */
final class Trains {
    /** No message: the datagram begins one. */
    static final int NONE = -1;

    /** Rows of the two tables, a power of two; who shares one joins less, and nothing else. */
    private static final int ROWS = 256;

    private final long[] peers;
    private final int[] segmentBytes;
    private final int[] segments;
    private final int[] messageBytes;
    /** Whether nothing may follow. */
    private final boolean[] ended;
    /** The newest message of a peer and a length. */
    private final int[] newestOfShape = new int[ROWS];
    /** The newest message that has a datagram of a flow: an older one must not take the next. */
    private final int[] newestOfFlow = new int[ROWS];

    private int latest = NONE;
    private int latestFlow;

    /** @param maxMessages the most messages of a batch */
    Trains(int maxMessages) {
        peers = new long[maxMessages];
        segmentBytes = new int[maxMessages];
        segments = new int[maxMessages];
        messageBytes = new int[maxMessages];
        ended = new boolean[maxMessages];
        Arrays.fill(newestOfShape, NONE);
        Arrays.fill(newestOfFlow, NONE);
    }

    /**
     * Joins a datagram to a message.
     *
     * @param peer whom it goes to: any number that is this peer's alone
     * @param flow a number that all packets of its flow have
     * @return the message, or {@link #NONE} if it has to {@link #begin} one
     */
    int join(long peer, int lengthBytes, int flow) {
        int message = newestOfShape[shape(peer, lengthBytes)];
        if (message == NONE || lengthBytes != segmentBytes[message] || !takes(message, peer, lengthBytes, flow)) {
            if (flow != latestFlow || !takes(latest, peer, lengthBytes, flow)) {
                return NONE;
            }
            message = latest;
        }
        segments[message]++;
        messageBytes[message] += lengthBytes;
        ended[message] = lengthBytes < segmentBytes[message]; // only the last may be shorter
        went(message, flow);
        return message;
    }

    private boolean takes(int message, long peer, int lengthBytes, int flow) {
        return message != NONE
                && !ended[message]
                && peers[message] == peer
                && lengthBytes <= segmentBytes[message]
                && segments[message] < SendBatch.MAX_SEGMENTS
                && messageBytes[message] + lengthBytes <= SendBatch.MAX_PAYLOAD_BYTES
                && newestOfFlow[row(flow)] <= message;
    }

    /**
     * Notes the first datagram of a message.
     *
     * @param message one more than that of the call before, 0 after {@link #clear}
     * @param cuttable whether others may join: it is not larger than the path's MTU
     */
    void begin(int message, long peer, int lengthBytes, int flow, boolean cuttable) {
        peers[message] = peer;
        segmentBytes[message] = lengthBytes;
        ended[message] = !cuttable;
        segments[message] = 1;
        messageBytes[message] = lengthBytes;
        newestOfShape[shape(peer, lengthBytes)] = message;
        went(message, flow);
    }

    private void went(int message, int flow) {
        latest = message;
        latestFlow = flow;
        newestOfFlow[row(flow)] = message;
    }

    /** The length of all its datagrams but the last. */
    int segmentBytes(int message) {
        return segmentBytes[message];
    }

    /** How many datagrams the message has. */
    int segments(int message) {
        return segments[message];
    }

    /** Forgets all messages. */
    void clear() {
        if (latest != NONE) {
            latest = NONE;
            Arrays.fill(newestOfShape, NONE);
            Arrays.fill(newestOfFlow, NONE);
        }
    }

    private static int shape(long peer, int lengthBytes) {
        return row(peer * 31 + lengthBytes);
    }

    /** A part of all bits (Fibonacci hashing): the low ones of a flow have chosen the socket already. */
    private static int row(long number) {
        return (int) ((number * 0x9E37_79B9_7F4A_7C15L) >>> (Long.SIZE - Integer.numberOfTrailingZeros(ROWS)));
    }
}
