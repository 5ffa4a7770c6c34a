package dev.hashlb.agent.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Datagrams that go out by one sendmmsg(2): each with its destination, its pieces, and, if it is to be cut into several
 * datagrams, the size of those (UDP_SEGMENT, udp(7)). Reused; for one thread at a time. Owns the arrays, but neither
 * destinations nor pieces: that memory must stay until its message is sent or dropped.
 *
 * <p>A message that is cut may have at most 64 segments (UDP_MAX_SEGMENTS before Linux 6.9) and 65,507 bytes of payload over
 * IPv4; a segment with its headers must fit the path's MTU, else the kernel answers EINVAL or EMSGSIZE.
 */
public final class SendBatch implements AutoCloseable {
    /** UDP_MAX_SEGMENTS of kernels before 6.9 (linux/udp.h). */
    public static final int MAX_SEGMENTS = 64;
    /** The most payload of one message over IPv4: 65535 − 20 − 8. */
    public static final int MAX_PAYLOAD_BYTES = 65_507;

    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;
    private static final long CONTROL_BYTES = MessageLayout.controlSpaceBytes(Short.BYTES);
    private static final int MAX_VECTORS = 1024;

    private final Arena arena = Arena.ofShared();
    private final CallState state = new CallState();
    private final MemorySegment messages;
    private final MemorySegment vectors;
    private final MemorySegment controls;
    private final int[] vectorCounts;
    private final int[] lengths;
    private final int[] gsoSizes;
    private final int vectorsPerMessage;
    private int count;
    private int next;
    private int refused;
    private int lastErrno;

    /**
     * @param maxMessages the most messages of a batch
     * @param vectorsPerMessage the most pieces of one message, at most 1024 (UIO_MAXIOV)
     */
    public SendBatch(int maxMessages, int vectorsPerMessage) {
        if (vectorsPerMessage > MAX_VECTORS) {
            throw new IllegalArgumentException(
                    "a message has at most " + MAX_VECTORS + " pieces, not " + vectorsPerMessage);
        }
        this.vectorsPerMessage = vectorsPerMessage;
        this.vectorCounts = new int[maxMessages];
        this.lengths = new int[maxMessages];
        this.gsoSizes = new int[maxMessages];
        this.messages = arena.allocate(MessageLayout.MMSGHDR, maxMessages);
        this.vectors = arena.allocate(MessageLayout.IOVEC, (long) maxMessages * vectorsPerMessage);
        this.controls = arena.allocate(maxMessages * CONTROL_BYTES, Long.BYTES);
        for (int i = 0; i < maxMessages; i++) {
            prepare(i);
        }
    }

    private void prepare(int index) {
        long message = message(index);
        long control = index * CONTROL_BYTES;
        messages.set(ValueLayout.JAVA_LONG, message + MessageLayout.MSG_IOV, vectors.address() + firstVector(index));
        messages.set(ValueLayout.JAVA_LONG, message + MessageLayout.MSG_CONTROL, controls.address() + control);
        controls.set(
                ValueLayout.JAVA_LONG, control + MessageLayout.CMSG_LEN, MessageLayout.CMSGHDR_BYTES + Short.BYTES);
        controls.set(ValueLayout.JAVA_INT, control + MessageLayout.CMSG_LEVEL, SOL_UDP);
        controls.set(ValueLayout.JAVA_INT, control + MessageLayout.CMSG_TYPE, UDP_SEGMENT);
    }

    /** Begins a message. @return its index, or −1 if the batch is full */
    public int begin() {
        if (count == vectorCounts.length) {
            return -1;
        }
        int index = count++;
        long message = message(index);
        vectorCounts[index] = 0;
        lengths[index] = 0;
        gsoSizes[index] = 0;
        messages.set(ValueLayout.JAVA_LONG, message + MessageLayout.MSG_IOVLEN, 0);
        messages.set(ValueLayout.JAVA_LONG, message + MessageLayout.MSG_CONTROLLEN, 0);
        return index;
    }

    /**
     * Where the message goes.
     *
     * @param socketAddress as {@link SockAddr#of} makes it; stays the caller's
     */
    public void destination(int index, MemorySegment socketAddress) {
        long message = message(index);
        messages.set(ValueLayout.JAVA_LONG, message + MessageLayout.MSG_NAME, socketAddress.address());
        messages.set(ValueLayout.JAVA_INT, message + MessageLayout.MSG_NAMELEN, (int) socketAddress.byteSize());
    }

    /**
     * Adds a piece to the message's payload.
     *
     * @param address native memory; stays the caller's
     * @throws IndexOutOfBoundsException if the message has as many pieces as it may
     */
    public void add(int index, long address, int lengthBytes) {
        int piece = vectorCounts[index];
        if (piece == vectorsPerMessage) {
            throw new IndexOutOfBoundsException("a message of this batch has at most " + vectorsPerMessage + " pieces");
        }
        long vector = firstVector(index) + piece * MessageLayout.IOVEC_BYTES;
        vectors.set(ValueLayout.JAVA_LONG, vector + MessageLayout.IOV_BASE, address);
        vectors.set(ValueLayout.JAVA_LONG, vector + MessageLayout.IOV_LEN, lengthBytes);
        vectorCounts[index] = piece + 1;
        lengths[index] += lengthBytes;
        messages.set(ValueLayout.JAVA_LONG, message(index) + MessageLayout.MSG_IOVLEN, piece + 1);
    }

    /**
     * Has the kernel cut the message into datagrams of this payload, the last one may be shorter. Pieces must not go over their borders.
     *
     * @param bytes 0: uncut
     */
    public void gsoSize(int index, int bytes) {
        gsoSizes[index] = bytes;
        controls.set(
                ValueLayout.JAVA_SHORT_UNALIGNED, index * CONTROL_BYTES + MessageLayout.CMSGHDR_BYTES, (short) bytes);
        messages.set(
                ValueLayout.JAVA_LONG, message(index) + MessageLayout.MSG_CONTROLLEN, bytes == 0 ? 0 : CONTROL_BYTES);
    }

    /**
     * Sends what has not been sent yet. A message that the kernel refuses (EMSGSIZE, EPERM, ENETUNREACH, ...) is left out and
     * counted in {@link #refused()}; the rest still goes. One that it does not cut, since the way's MTU is smaller or its packets are
     * transformed (xfrm), goes datagram by datagram instead. When the socket is full, this ends early: {@link #pending()} are
     * left, to be sent by another flush or dropped by {@link #clear}. With none left the batch is empty again.
     *
     * @return how many messages this call sent
     */
    public int flush(int fd) {
        int sent = 0;
        refused = 0;
        lastErrno = 0;
        while (next < count) {
            int result = SocketCalls.sendmmsg(
                    state, fd, messages.address() + message(next), count - next, SocketCalls.MSG_DONTWAIT);
            if (result > 0) {
                next += result;
                sent += result;
            } else if (result == -Errno.EAGAIN || result == 0) {
                lastErrno = -result;
                return sent;
            } else if (result != -Errno.EINTR) {
                lastErrno = -result;
                int lost = gsoSizes[next] > 0 && isOfCutting(-result) ? sendApart(fd, next) : datagrams(next);
                refused += lost;
                sent += lost == 0 ? 1 : 0;
                next++;
            }
        }
        clear();
        return sent;
    }

    /** Whether the kernel may say so of a message only because it is to be cut (udp_send_skb in net/ipv4/udp.c). */
    private static boolean isOfCutting(int errno) {
        return errno == Errno.EINVAL || errno == Errno.EIO || errno == Errno.EMSGSIZE;
    }

    /** Sends a message's datagrams one by one; @return how many the kernel did not take */
    private int sendApart(int fd, int index) {
        long message = message(index);
        long end = firstVector(index) + vectorCounts[index] * MessageLayout.IOVEC_BYTES;
        messages.set(ValueLayout.JAVA_LONG, message + MessageLayout.MSG_CONTROLLEN, 0);
        int lost = 0;
        for (long first = firstVector(index); first < end; ) {
            long behind = first;
            for (long bytes = 0; behind < end && bytes < gsoSizes[index]; behind += MessageLayout.IOVEC_BYTES) {
                bytes += vectors.get(ValueLayout.JAVA_LONG, behind + MessageLayout.IOV_LEN);
            }
            messages.set(ValueLayout.JAVA_LONG, message + MessageLayout.MSG_IOV, vectors.address() + first);
            messages.set(
                    ValueLayout.JAVA_LONG,
                    message + MessageLayout.MSG_IOVLEN,
                    (behind - first) / MessageLayout.IOVEC_BYTES);
            lost += sendOne(fd, message) ? 0 : 1;
            first = behind;
        }
        messages.set(ValueLayout.JAVA_LONG, message + MessageLayout.MSG_IOV, vectors.address() + firstVector(index));
        return lost;
    }

    private boolean sendOne(int fd, long message) {
        int result;
        do {
            result = SocketCalls.sendmmsg(state, fd, messages.address() + message, 1, SocketCalls.MSG_DONTWAIT);
        } while (result == -Errno.EINTR);
        if (result < 0) {
            lastErrno = -result;
        }
        return result > 0;
    }

    private int datagrams(int index) {
        return gsoSizes[index] == 0 ? 1 : Math.ceilDiv(lengths[index], gsoSizes[index]);
    }

    /** How many datagrams of the last flush the kernel refused. */
    public int refused() {
        return refused;
    }

    /** Why the kernel refused the last of those, or {@link Errno#EAGAIN} if the socket is full; 0 if all went. */
    public int lastErrno() {
        return lastErrno;
    }

    /** How many datagrams wait to be sent. */
    public int pending() {
        int datagrams = 0;
        for (int i = next; i < count; i++) {
            datagrams += datagrams(i);
        }
        return datagrams;
    }

    /** Drops all messages. */
    public void clear() {
        count = 0;
        next = 0;
    }

    private static long message(int index) {
        return index * MessageLayout.MMSGHDR_BYTES;
    }

    private long firstVector(int index) {
        return (long) index * vectorsPerMessage * MessageLayout.IOVEC_BYTES;
    }

    /** Frees the arrays. Not while another thread flushes. */
    @Override
    public void close() {
        arena.close();
    }
}
