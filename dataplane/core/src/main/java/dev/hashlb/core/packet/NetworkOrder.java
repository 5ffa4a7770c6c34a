package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Big-endian, unaligned access to a packet's bytes. The layouts are declared here and nowhere else. */
public final class NetworkOrder {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private NetworkOrder() {}

    /** An unsigned byte, 0 to 255. */
    public static int u8(MemorySegment memory, long at) {
        return memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }

    /** An unsigned 16-bit word, 0 to 65535. */
    public static int u16(MemorySegment memory, long at) {
        return memory.get(SHORT, at) & 0xffff;
    }

    /** 32 bits, as they are: negative where the top bit is set. */
    public static int i32(MemorySegment memory, long at) {
        return memory.get(INT, at);
    }

    /** An unsigned 32-bit word, zero-extended. */
    public static long u32(MemorySegment memory, long at) {
        return memory.get(INT, at) & 0xffff_ffffL;
    }

    /** 64 bits, as they are. */
    public static long i64(MemorySegment memory, long at) {
        return memory.get(LONG, at);
    }

    /** Writes the lowest 8 bits of the value. */
    public static void put8(MemorySegment memory, long at, int value) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }

    /** Writes the lowest 16 bits of the value. */
    public static void put16(MemorySegment memory, long at, int value) {
        memory.set(SHORT, at, (short) value);
    }

    /** Writes 32 bits. */
    public static void put32(MemorySegment memory, long at, int value) {
        memory.set(INT, at, value);
    }

    /** Writes 64 bits. */
    public static void put64(MemorySegment memory, long at, long value) {
        memory.set(LONG, at, value);
    }
}
