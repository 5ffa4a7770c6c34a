package dev.hashlb.agent.handover;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Libc;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Descriptors by {@link DeviceName} that came from another process and wait for who needs them. Owns those that are left. */
public final class OpenDevices implements AutoCloseable {
    private final Map<String, Integer> fds = new LinkedHashMap<>();

    /** @param fd this object's from now on; one of the same name before it is closed */
    synchronized void put(String name, int fd) {
        Integer before = fds.put(name, fd);
        if (before != null) {
            Libc.close(new CallState(), before);
        }
    }

    /** The descriptor of this name, the caller's from now on; empty if there is none. */
    public synchronized OptionalInt take(String name) {
        Integer fd = fds.remove(name);
        return fd == null ? OptionalInt.empty() : OptionalInt.of(fd);
    }

    /**
     * The descriptors of a numbered name, up to the first number that is missing.
     *
     * @return the caller's from now on
     */
    public synchronized int[] takeAll(IntFunction<String> name) {
        return IntStream.iterate(0, i -> fds.containsKey(name.apply(i)), i -> i + 1)
                .map(i -> take(name.apply(i)).orElseThrow())
                .toArray();
    }

    public synchronized int size() {
        return fds.size();
    }

    /** Closes what nobody has taken: devices of which no other process has a copy end with that. */
    @Override
    public synchronized void close() {
        CallState state = new CallState();
        fds.values().forEach(fd -> Libc.close(state, fd));
        fds.clear();
    }
}
