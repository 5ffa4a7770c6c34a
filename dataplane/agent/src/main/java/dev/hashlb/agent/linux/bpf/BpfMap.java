package dev.hashlb.agent.linux.bpf;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A map that programs in the kernel and this process share: bpf(2). Owns its descriptor; the map lives as long as that or a program that
 * uses it. For one thread at a time.
 */
public final class BpfMap implements AutoCloseable {
    private static final int BPF_MAP_CREATE = 0;
    private static final int BPF_MAP_LOOKUP_ELEM = 1;
    private static final int BPF_MAP_UPDATE_ELEM = 2;
    private static final int BPF_MAP_TYPE_HASH = 1;
    private static final int BPF_MAP_TYPE_ARRAY = 2;
    private static final int ELEMENT_ATTRIBUTES_BYTES = 32;
    /** The key of an array's only element. */
    private static final byte[] FIRST = new byte[Integer.BYTES];

    private final CallState state = new CallState();
    private final int fd;
    private final int keyBytes;
    private final int valueBytes;

    private BpfMap(int type, int keyBytes, int valueBytes, int elements) throws LinuxException {
        this.keyBytes = keyBytes;
        this.valueBytes = valueBytes;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(16, Long.BYTES);
            attributes.set(ValueLayout.JAVA_INT, 0, type);
            attributes.set(ValueLayout.JAVA_INT, 4, keyBytes);
            attributes.set(ValueLayout.JAVA_INT, 8, valueBytes);
            attributes.set(ValueLayout.JAVA_INT, 12, elements);
            fd = LinuxException.orThrow(Libc.bpf(state, BPF_MAP_CREATE, attributes), "BPF_MAP_CREATE", describe());
        }
    }

    /**
     * A map with one element that is always there, zero at first; programs read and write it in place.
     *
     * @param bytes its length, from 1
     * @throws LinuxException EPERM without CAP_BPF (Linux 5.8) or CAP_SYS_ADMIN, and, before Linux 5.11, beyond RLIMIT_MEMLOCK; ENOSYS where the kernel has no
     *     bpf(2)
     */
    public static BpfMap value(int bytes) throws LinuxException {
        return new BpfMap(BPF_MAP_TYPE_ARRAY, Integer.BYTES, bytes, 1);
    }

    /**
     * A map from keys to values, empty.
     *
     * @param elements how many it can hold, from 1
     * @throws LinuxException as for {@link #value}
     */
    public static BpfMap hash(int keyBytes, int valueBytes, int elements) throws LinuxException {
        return new BpfMap(BPF_MAP_TYPE_HASH, keyBytes, valueBytes, elements);
    }

    /**
     * Sets the only element of {@link #value}.
     *
     * @param value as long as the element
     * @throws LinuxException if the kernel refuses it
     */
    public void set(byte[] value) throws LinuxException {
        put(FIRST, value);
    }

    /**
     * The only element of {@link #value}, of 8 bytes, as a number in the processor's byte order.
     *
     * @throws LinuxException if the kernel refuses it
     */
    public long getLong() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(Math.max(valueBytes, Long.BYTES), Long.BYTES);
            element(arena, BPF_MAP_LOOKUP_ELEM, "BPF_MAP_LOOKUP_ELEM", FIRST, value);
            return value.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * Sets the value of a key, new or not; a program sees the old or the new one.
     *
     * @throws LinuxException E2BIG if the map is full
     */
    public void put(byte[] key, byte[] value) throws LinuxException {
        if (key.length != keyBytes || value.length != valueBytes) {
            throw new IllegalArgumentException(
                    describe() + " cannot take a key of " + key.length + " and a value of " + value.length + " bytes");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(value.length, Long.BYTES).copyFrom(MemorySegment.ofArray(value));
            element(arena, BPF_MAP_UPDATE_ELEM, "BPF_MAP_UPDATE_ELEM", key, bytes);
        }
    }

    private void element(Arena arena, int command, String name, byte[] key, MemorySegment value) throws LinuxException {
        MemorySegment attributes = arena.allocate(ELEMENT_ATTRIBUTES_BYTES, Long.BYTES);
        attributes.set(ValueLayout.JAVA_INT, 0, fd);
        attributes.set(
                ValueLayout.ADDRESS, 8, arena.allocate(key.length, Long.BYTES).copyFrom(MemorySegment.ofArray(key)));
        attributes.set(ValueLayout.ADDRESS, 16, value);
        LinuxException.orThrow(Libc.bpf(state, command, attributes), name, describe());
    }

    private String describe() {
        return "map of " + keyBytes + " bytes to " + valueBytes;
    }

    int fd() {
        return fd;
    }

    @Override
    public void close() {
        Libc.close(state, fd);
    }
}
