package dev.hashlb.agent.linux;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** {@code struct sockaddr_in} and {@code struct sockaddr_in6} in native memory: ip(7), ipv6(7). */
public final class SockAddr {
    /** sizeof(struct sockaddr_in). */
    public static final int INET_BYTES = 16;
    /** sizeof(struct sockaddr_in6). */
    public static final int INET6_BYTES = 28;

    private static final int FAMILY = 0;
    private static final int PORT = 2;
    private static final int INET_ADDRESS = 4;
    private static final int INET6_ADDRESS = 8;

    private static final ValueLayout.OfShort PORT_LAYOUT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT_LAYOUT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG_LAYOUT =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private SockAddr() {}

    /**
     * A new socket address; its size is the family's, as calls want it.
     *
     * @param arena the owner of the memory
     * @param port 0 to 65535
     */
    public static MemorySegment of(Arena arena, IpAddress address, int port) {
        boolean inet = address.family() == Family.IPV4;
        MemorySegment memory = arena.allocate(inet ? INET_BYTES : INET6_BYTES, Long.BYTES);
        memory.set(
                ValueLayout.JAVA_SHORT_UNALIGNED, FAMILY, (short) (inet ? SocketCalls.AF_INET : SocketCalls.AF_INET6));
        memory.set(PORT_LAYOUT, PORT, (short) port);
        if (inet) {
            memory.set(INT_LAYOUT, INET_ADDRESS, (int) address.low());
        } else {
            memory.set(LONG_LAYOUT, INET6_ADDRESS, address.high());
            memory.set(LONG_LAYOUT, INET6_ADDRESS + Long.BYTES, address.low());
        }
        return memory;
    }

    /** {@link SocketCalls#AF_INET}, {@link SocketCalls#AF_INET6} or another. */
    public static int family(MemorySegment memory, long offset) {
        return memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset + FAMILY) & 0xffff;
    }

    public static int port(MemorySegment memory, long offset) {
        return memory.get(PORT_LAYOUT, offset + PORT) & 0xffff;
    }

    /** The address's upper 64 bits as {@link IpAddress#high()} has them. */
    public static long addressHigh(MemorySegment memory, long offset) {
        return family(memory, offset) == SocketCalls.AF_INET6 ? memory.get(LONG_LAYOUT, offset + INET6_ADDRESS) : 0;
    }

    /** The address's lower 64 bits as {@link IpAddress#low()} has them. */
    public static long addressLow(MemorySegment memory, long offset) {
        return family(memory, offset) == SocketCalls.AF_INET6
                ? memory.get(LONG_LAYOUT, offset + INET6_ADDRESS + Long.BYTES)
                : Integer.toUnsignedLong(memory.get(INT_LAYOUT, offset + INET_ADDRESS));
    }
}
