package dev.hashlb.agent.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A socket for whole Ethernet frames of one device, packet(7): it hears the frames of one protocol that come in, and sends any. Owns its
 * descriptor. Non-blocking; for one thread at a time.
 */
public final class PacketSocket implements AutoCloseable {
    static final int SOCKADDR_LL_BYTES = 20;

    private static final int SO_ATTACH_FILTER = 26;
    private static final int NO_PROTOCOL = 0;
    private static final int LONGEST_FRAME_BYTES = 2048;

    /**
     * Of IPv6, neighbor solicitations and advertisements only: the kernel drops the rest before it is copied. Classic BPF (packet(7),
     * linux/filter.h).
     */
    private static final long[] NEIGHBOR_MESSAGES = {
        instruction(0x30, 0, 0, 14 + 6), // load the byte "next header"
        instruction(0x15, 0, 4, 58), // ICMPv6, or go to the end
        instruction(0x30, 0, 0, 14 + 40), // load the byte "type"
        instruction(0x15, 1, 0, 135),
        instruction(0x15, 0, 1, 136),
        instruction(0x06, 0, 0, LONGEST_FRAME_BYTES), // take it
        instruction(0x06, 0, 0, 0) // drop it
    };

    /** Which frames come. */
    public enum Hears {
        NOTHING(0),
        ARP(0x0806),
        /** Of all that has IPv6's EtherType, neighbours' messages. */
        NEIGHBOR_DISCOVERY(0x86dd);

        private final int etherType;

        Hears(int etherType) {
            this.etherType = etherType;
        }
    }

    private final CallState state = new CallState();
    private final MemorySegment buffer = Arena.ofAuto().allocate(LONGEST_FRAME_BYTES);
    private final int fd;

    private PacketSocket(int fd) {
        this.fd = fd;
    }

    /**
     * Opens a socket on a device of the calling thread's network namespace.
     *
     * @param deviceName for messages
     * @throws LinuxException EPERM without CAP_NET_RAW; ENODEV or ENXIO if there is no such device
     */
    public static PacketSocket open(int deviceIndex, String deviceName, Hears hears) throws LinuxException {
        CallState state = new CallState();
        String what = "packet socket for " + hears + " on " + deviceName;
        int type = SocketCalls.SOCK_RAW | SocketCalls.SOCK_NONBLOCK | SocketCalls.SOCK_CLOEXEC;
        // Without a protocol nothing comes until the filter is there and bind says what is to come.
        int fd = LinuxException.orThrow(
                SocketCalls.socket(state, SocketCalls.AF_PACKET, type, NO_PROTOCOL), "socket", what);
        try (Arena arena = Arena.ofConfined()) {
            if (hears == Hears.NEIGHBOR_DISCOVERY) {
                MemorySegment filter = program(arena, NEIGHBOR_MESSAGES);
                LinuxException.orThrow(
                        SocketCalls.setsockopt(state, fd, SocketCalls.SOL_SOCKET, SO_ATTACH_FILTER, filter),
                        "setsockopt",
                        "SO_ATTACH_FILTER of " + what);
            }
            LinuxException.orThrow(
                    SocketCalls.bind(state, fd, address(arena, deviceIndex, hears.etherType)), "bind", what);
            return new PacketSocket(fd);
        } catch (LinuxException e) {
            Libc.close(state, fd);
            throw e;
        }
    }

    /** {@code struct sock_filter}: code, jt, jf and k in 16, 8, 8 and 32 bits. */
    private static long instruction(int code, int jumpTrue, int jumpFalse, int k) {
        return ((long) code << 48) | ((long) jumpTrue << 40) | ((long) jumpFalse << 32) | k;
    }

    /** {@code struct sock_fprog}: u16 length, pointer to that many {@code struct sock_filter} {u16 code, u8 jt, u8 jf, u32 k}. */
    private static MemorySegment program(Arena arena, long[] filter) {
        MemorySegment instructions = arena.allocate(8L * filter.length, 8);
        for (int i = 0; i < filter.length; i++) {
            instructions.set(ValueLayout.JAVA_SHORT, 8L * i, (short) (filter[i] >>> 48));
            instructions.set(ValueLayout.JAVA_BYTE, 8L * i + 2, (byte) (filter[i] >>> 40));
            instructions.set(ValueLayout.JAVA_BYTE, 8L * i + 3, (byte) (filter[i] >>> 32));
            instructions.set(ValueLayout.JAVA_INT, 8L * i + 4, (int) filter[i]);
        }
        MemorySegment program = arena.allocate(16, 8);
        program.set(ValueLayout.JAVA_SHORT, 0, (short) filter.length);
        program.set(ValueLayout.ADDRESS, 8, instructions);
        return program;
    }

    /** {@code struct sockaddr_ll}: u16 family, be16 protocol, i32 index, u16, u8, u8 length, u8[8] address. */
    private static MemorySegment address(Arena arena, int deviceIndex, int etherType) {
        MemorySegment address = arena.allocate(SOCKADDR_LL_BYTES, 4);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) SocketCalls.AF_PACKET);
        address.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) etherType);
        address.set(ValueLayout.JAVA_INT, 4, deviceIndex);
        return address;
    }

    /** The descriptor; stays this object's. */
    public int fd() {
        return fd;
    }

    /**
     * The next frame that waits.
     *
     * @param frame is filled from its start; its limit is then the frame's length. A longer frame is cut
     * @return whether there was one; also false after an error of the device, such as that it is down
     */
    public boolean receive(ByteBuffer frame) {
        int length = SocketCalls.recv(state, fd, buffer.address(), (int) buffer.byteSize(), SocketCalls.MSG_DONTWAIT);
        if (length <= 0) {
            return false;
        }
        frame.clear()
                .put(0, buffer.asByteBuffer(), 0, Math.min(length, frame.capacity()))
                .limit(Math.min(length, frame.capacity()));
        return true;
    }

    /** Sends a frame, its Ethernet header included. @return 0, or the errno: ENETDOWN while the device is down, ENOBUFS */
    public int send(byte[] frame) {
        MemorySegment.copy(frame, 0, buffer, ValueLayout.JAVA_BYTE, 0, frame.length);
        return Math.max(0, -SocketCalls.send(state, fd, buffer.address(), frame.length, 0));
    }

    @Override
    public void close() {
        Libc.close(state, fd);
    }
}
