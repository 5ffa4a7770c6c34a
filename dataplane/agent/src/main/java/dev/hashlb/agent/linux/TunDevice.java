package dev.hashlb.agent.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A TUN device with IFF_VNET_HDR and offloads, so that reads and writes carry super-packets of up to 64 KiB after a
 * {@link VirtioNetHeader}; one non-blocking descriptor for each queue (Documentation/networking/tuntap.rst). Owns the
 * descriptors. The device lives until the last is closed, also by the end of the process, and copies in other processes count.
 *
 * <p>Open it in the host's namespace and move it afterwards: only then does a descriptor notice that the namespace it was moved to is
 * gone (EBADFD), and does not keep that alive. No queue can be added after the move.
 */
public final class TunDevice implements AutoCloseable {
    private static final String PATH = "/dev/net/tun";

    private static final long TUNGETIFF = 0x8004_54d2L;
    private static final long TUNGETDEVNETNS = 0x54e3L;
    private static final long TUNSETIFF = 0x4004_54caL;
    private static final long TUNSETOFFLOAD = 0x4004_54d0L;
    private static final long TUNSETVNETHDRSZ = 0x4004_54d8L;
    private static final long TUNSETFILTEREBPF = 0x8004_54e1L;
    private static final int NO_PROGRAM = -1;

    private static final int IFF_TUN = 0x0001;
    private static final int IFF_TAP = 0x0002;
    private static final int IFF_MULTI_QUEUE = 0x0100;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;
    /** Fails with EBUSY where the device exists already, rather than joining somebody's. */
    private static final int IFF_TUN_EXCL = 0x8000;

    private static final int TUN_F_CSUM = 0x01;
    private static final int TUN_F_TSO4 = 0x02;
    private static final int TUN_F_TSO6 = 0x04;
    private static final int TUN_F_TSO_ECN = 0x08;
    private static final int TUN_F_USO4 = 0x20;
    private static final int TUN_F_USO6 = 0x40;
    private static final int TCP_OFFLOADS = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    private static final int UDP_OFFLOADS = TUN_F_USO4 | TUN_F_USO6;

    /** {@code struct ifreq} (net/if.h): the name, then a union that begins with the flags. */
    static final int IFREQ_BYTES = 40;

    static final int IFREQ_FLAGS = 16;
    /** IFNAMSIZ with its closing NUL. */
    private static final int NAME_BYTES = 16;

    private final CallState state = new CallState();
    private final String name;
    private final int[] fds;
    private final boolean segmentsUdp;
    private boolean closed;

    private TunDevice(String name, int[] fds, boolean segmentsUdp) {
        this.name = name;
        this.fds = fds;
        this.segmentsUdp = segmentsUdp;
    }

    /**
     * Makes a device in the calling thread's network namespace: down, without an address.
     *
     * @param name 1 to 15 bytes; {@code %d} in it becomes a free number
     * @param queues how many descriptors, from 1; a packet of one flow always comes by the same
     * @throws LinuxException EBUSY if there is a device of this name, EPERM without CAP_NET_ADMIN
     */
    public static TunDevice open(String name, int queues) throws LinuxException {
        if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length >= NAME_BYTES) {
            throw new IllegalArgumentException("device name '" + name + "' must have 1 to 15 bytes");
        }
        if (queues < 1) {
            throw new IllegalArgumentException("device " + name + ": a TUN has at least 1 queue, not " + queues);
        }
        CallState state = new CallState();
        int[] fds = new int[queues];
        Arrays.fill(fds, -1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(IFREQ_BYTES, Long.BYTES);
            request.setString(0, name);
            int flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR | (queues > 1 ? IFF_MULTI_QUEUE : 0);
            for (int i = 0; i < queues; i++) {
                fds[i] = openQueue(state, request, i == 0 ? flags | IFF_TUN_EXCL : flags);
            }
            String actual = request.getString(0);
            return new TunDevice(actual, fds, setOffloads(state, fds[0], actual));
        } catch (LinuxException e) {
            closeAll(state, fds);
            throw e;
        }
    }

    /**
     * Takes over the queues of a device that another process has opened. What may differ between versions is set anew.
     *
     * @param fds all its queues, in their order; this object's from now on, also if this fails: they are closed then
     * @throws LinuxException EBADFD if the device is gone, EINVAL if they are not one TUN device as {@link #open} makes it
     */
    public static TunDevice adopt(int[] fds) throws LinuxException {
        CallState state = new CallState();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(IFREQ_BYTES, Long.BYTES);
            String name = "";
            for (int fd : fds) {
                LinuxException.orThrow(Libc.ioctl(state, fd, TUNGETIFF, request.address()), "TUNGETIFF", "fd " + fd);
                int flags = request.get(ValueLayout.JAVA_SHORT, IFREQ_FLAGS);
                int expected = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
                String actual = request.getString(0);
                if ((flags & (expected | IFF_TAP)) != expected || !(name.isEmpty() || name.equals(actual))) {
                    throw new LinuxException(Errno.EINVAL, "TUNGETIFF", actual + ", which is not our device");
                }
                name = actual;
                setHeaderLength(state, fd, name);
            }
            return new TunDevice(name, fds.clone(), setOffloads(state, fds[0], name));
        } catch (LinuxException e) {
            closeAll(state, fds);
            throw e;
        }
    }

    private static int openQueue(CallState state, MemorySegment request, int flags) throws LinuxException {
        String name = request.getString(0);
        int fd = LinuxException.orThrow(
                Libc.open(state, PATH, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC), "open", PATH);
        request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, (short) flags);
        try {
            LinuxException.orThrow(Libc.ioctl(state, fd, TUNSETIFF, request.address()), "TUNSETIFF", name);
            setHeaderLength(state, fd, name);
            return fd;
        } catch (LinuxException e) {
            Libc.close(state, fd);
            throw e;
        }
    }

    private static void setHeaderLength(CallState state, int fd, String name) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_INT, VirtioNetHeader.LENGTH_BYTES);
            LinuxException.orThrow(Libc.ioctl(state, fd, TUNSETVNETHDRSZ, bytes.address()), "TUNSETVNETHDRSZ", name);
        }
    }

    /** @return whether UDP segmentation is on too, which kernels before 6.2 answer with EINVAL */
    private static boolean setOffloads(CallState state, int fd, String name) throws LinuxException {
        if (Libc.ioctl(state, fd, TUNSETOFFLOAD, TCP_OFFLOADS | UDP_OFFLOADS) >= 0) {
            return true;
        }
        LinuxException.orThrow(Libc.ioctl(state, fd, TUNSETOFFLOAD, TCP_OFFLOADS), "TUNSETOFFLOAD", name);
        return false;
    }

    /** The device's name when it was made. */
    public String name() {
        return name;
    }

    /** The descriptors, one for each queue; they stay this object's. A new array. */
    public int[] fds() {
        return fds.clone();
    }

    /** How many queues there are. */
    public int queues() {
        return fds.length;
    }

    /** The descriptor of a queue; stays this object's. */
    public int fd(int queue) {
        return fds[queue];
    }

    /** Whether UDP super-packets come and may be written ({@link VirtioNetHeader#GSO_UDP_L4}); TCP's always are. */
    public boolean segmentsUdp() {
        return segmentsUdp;
    }

    /**
     * Whether the device still exists: not once it was deleted, or the namespace that it was moved to is gone. For any
     * thread, before {@link #close}.
     */
    public boolean alive() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(IFREQ_BYTES, Long.BYTES);
            return Libc.ioctl(new CallState(), fds[0], TUNGETIFF, request.address()) >= 0;
        }
    }

    /** Which network namespace the device is in now (TUNGETDEVNETNS, Linux 5.2); an open file of it, the caller's to close. */
    public int openNamespace() throws LinuxException {
        return LinuxException.orThrow(Libc.ioctl(new CallState(), fds[0], TUNGETDEVNETNS, 0), "TUNGETDEVNETNS", name);
    }

    /**
     * Has a program of type BPF_PROG_TYPE_SOCKET_FILTER see every packet before it is queued: it keeps as many bytes as the program
     * returns, and a packet for which that is 0 is dropped. Takes the place of the one before; ends with the device, whoever has opened it (Linux 4.16).
     *
     * @param queueFd any queue of the device
     * @param programFd stays the caller's, who may close it afterwards
     * @throws LinuxException EBADFD if the device is gone, EINVAL for a program of another type or a kernel without the call
     */
    public static void filter(int queueFd, int programFd) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment program = arena.allocateFrom(ValueLayout.JAVA_INT, programFd);
            LinuxException.orThrow(
                    Libc.ioctl(new CallState(), queueFd, TUNSETFILTEREBPF, program.address()),
                    "TUNSETFILTEREBPF",
                    "fd " + queueFd);
        }
    }

    /**
     * Lets every packet pass to a queue again.
     *
     * @throws LinuxException as for {@link #filter}
     */
    public static void unfilter(int queueFd) throws LinuxException {
        filter(queueFd, NO_PROGRAM);
    }

    /** Closes the descriptors, which ends the device unless another process has copies. Once nobody uses them any more. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            closeAll(state, fds);
        }
    }

    private static void closeAll(CallState state, int[] fds) {
        for (int fd : fds) {
            if (fd >= 0) {
                Libc.close(state, fd);
            }
        }
    }
}
