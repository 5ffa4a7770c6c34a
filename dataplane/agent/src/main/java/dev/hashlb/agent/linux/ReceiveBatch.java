package dev.hashlb.agent.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Datagrams that come in by one recvmmsg(2), each into its own slot of one memory. With UDP_GRO (udp(7)) a slot may hold several
 * datagrams of one sender one after the other, all of {@link #segmentSizeBytes} but the last. Reused; for one thread at a time; owns its
 * memory, whose content is good until the next {@link #receive}.
 */
public final class ReceiveBatch implements AutoCloseable {
    private static final int SOL_UDP = 17;
    private static final int UDP_GRO = 104;
    private static final long CONTROL_BYTES = 64;
    /** A sockaddr_in6, with room to the next multiple of 8. */
    private static final int NAME_BYTES = 32;
    /** Slots start on cache lines. */
    private static final long SLOT_ALIGNMENT_BYTES = 64;

    private final Arena arena = Arena.ofShared();
    private final CallState state = new CallState();
    private final int slots;
    private final int headroomBytes;
    private final long strideBytes;
    private final MemorySegment memory;
    private final MemorySegment messages;
    private final MemorySegment names;
    private final MemorySegment controls;
    private int received;

    /**
     * @param slots the most messages of one call
     * @param slotBytes the most bytes of one message, headroom not counted; 65,536 holds any
     * @param headroomBytes free bytes before each message, for headers that the caller writes there
     */
    public ReceiveBatch(int slots, int slotBytes, int headroomBytes) {
        this.slots = slots;
        this.headroomBytes = headroomBytes;
        this.strideBytes = (headroomBytes + (long) slotBytes + SLOT_ALIGNMENT_BYTES - 1) & -SLOT_ALIGNMENT_BYTES;
        this.memory = arena.allocate(slots * strideBytes, SLOT_ALIGNMENT_BYTES);
        this.messages = arena.allocate(MessageLayout.MMSGHDR, slots);
        this.names = arena.allocate((long) slots * NAME_BYTES, Long.BYTES);
        this.controls = arena.allocate(slots * CONTROL_BYTES, Long.BYTES);
        MemorySegment vectors = arena.allocate(MessageLayout.IOVEC, slots);
        for (int i = 0; i < slots; i++) {
            long vector = i * MessageLayout.IOVEC_BYTES;
            vectors.set(ValueLayout.JAVA_LONG, vector + MessageLayout.IOV_BASE, memory.address() + dataOffset(i));
            vectors.set(ValueLayout.JAVA_LONG, vector + MessageLayout.IOV_LEN, slotBytes);
            long message = message(i);
            messages.set(ValueLayout.JAVA_LONG, message + MessageLayout.MSG_IOV, vectors.address() + vector);
            messages.set(ValueLayout.JAVA_LONG, message + MessageLayout.MSG_IOVLEN, 1);
            messages.set(ValueLayout.JAVA_LONG, message + MessageLayout.MSG_NAME, names.address() + name(i));
            messages.set(
                    ValueLayout.JAVA_LONG, message + MessageLayout.MSG_CONTROL, controls.address() + i * CONTROL_BYTES);
        }
        received = slots;
    }

    /** Receives what there is, without waiting. @return how many messages, or {@code -errno}: {@link Errno#EAGAIN} if none */
    public int receive(int fd) {
        // The kernel overwrites the lengths of names and controls, of the messages that it fills only.
        for (int i = 0; i < received; i++) {
            messages.set(ValueLayout.JAVA_INT, message(i) + MessageLayout.MSG_NAMELEN, NAME_BYTES);
            messages.set(ValueLayout.JAVA_LONG, message(i) + MessageLayout.MSG_CONTROLLEN, CONTROL_BYTES);
        }
        int result = SocketCalls.recvmmsg(state, fd, messages.address(), slots, SocketCalls.MSG_DONTWAIT);
        received = Math.max(result, 0);
        return result;
    }

    /** The memory of all slots, with their headroom. */
    public MemorySegment memory() {
        return memory;
    }

    /** The most messages of one call. */
    public int slots() {
        return slots;
    }

    /** Where the slot's message begins in {@link #memory}; there are headroomBytes before it. */
    public long dataOffset(int slot) {
        return slot * strideBytes + headroomBytes;
    }

    /** The bytes of the message, all its datagrams together. */
    public int lengthBytes(int slot) {
        return messages.get(ValueLayout.JAVA_INT, message(slot) + MessageLayout.MSG_LEN);
    }

    /** The bytes of each datagram but the last, which may have fewer; {@link #lengthBytes} if the message is one datagram. */
    public int segmentSizeBytes(int slot) {
        long control = slot * CONTROL_BYTES;
        long end = control + messages.get(ValueLayout.JAVA_LONG, message(slot) + MessageLayout.MSG_CONTROLLEN);
        while (control + MessageLayout.CMSGHDR_BYTES + Integer.BYTES <= end) {
            if (controls.get(ValueLayout.JAVA_INT, control + MessageLayout.CMSG_LEVEL) == SOL_UDP
                    && controls.get(ValueLayout.JAVA_INT, control + MessageLayout.CMSG_TYPE) == UDP_GRO) {
                int size = controls.get(ValueLayout.JAVA_INT, control + MessageLayout.CMSGHDR_BYTES);
                return size > 0 ? size : lengthBytes(slot);
            }
            long bytes = controls.get(ValueLayout.JAVA_LONG, control + MessageLayout.CMSG_LEN);
            control += MessageLayout.controlSpaceBytes(Math.max(bytes - MessageLayout.CMSGHDR_BYTES, 0));
        }
        return lengthBytes(slot);
    }

    /** Whether bytes were cut off because the slot was too small, or the segment size is missing: the message is of no use. */
    public boolean truncated(int slot) {
        int flags = messages.get(ValueLayout.JAVA_INT, message(slot) + MessageLayout.MSG_FLAGS);
        return (flags & (SocketCalls.MSG_TRUNC | SocketCalls.MSG_CTRUNC)) != 0;
    }

    /** {@link SocketCalls#AF_INET} or {@link SocketCalls#AF_INET6}. */
    public int senderFamily(int slot) {
        return SockAddr.family(names, name(slot));
    }

    /** The sender's address as {@link dev.hashlb.core.address.IpAddress#high()} has it. */
    public long senderHigh(int slot) {
        return SockAddr.addressHigh(names, name(slot));
    }

    /** The sender's address as {@link dev.hashlb.core.address.IpAddress#low()} has it. */
    public long senderLow(int slot) {
        return SockAddr.addressLow(names, name(slot));
    }

    /** The sender's UDP port. */
    public int senderPort(int slot) {
        return SockAddr.port(names, name(slot));
    }

    private static long message(int slot) {
        return slot * MessageLayout.MMSGHDR_BYTES;
    }

    private static long name(int slot) {
        return (long) slot * NAME_BYTES;
    }

    /** Frees the memory. Not while another thread receives. */
    @Override
    public void close() {
        arena.close();
    }
}
