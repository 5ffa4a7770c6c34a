package dev.hashlb.agent.linux;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A UDP socket of the tunnel: bound, not connected, non-blocking, shared port (SO_REUSEPORT: one socket for each event loop),
 * large buffers, UDP_GRO on, and DF clear on what it sends, so that what is too large is fragmented rather than lost. An IPv6 socket is for
 * IPv6 only. Owns its descriptor, which any thread may use.
 */
public final class UdpSocket implements AutoCloseable {
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_REUSEPORT = 15;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int IPPROTO_IP = 0;
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_MTU_DISCOVER = 23;
    private static final int IPV6_V6ONLY = 26;
    private static final int PMTUDISC_DONT = 0;
    private static final int SOL_UDP = 17;
    private static final int UDP_GRO = 104;

    private final CallState state = new CallState();
    private final int fd;
    private final int port;
    private boolean closed;

    private UdpSocket(int fd, int port) {
        this.fd = fd;
        this.port = port;
    }

    /**
     * Opens a socket in the calling thread's network namespace.
     *
     * @param address a local address, or the unspecified one of a family
     * @param port 0 for one that the kernel chooses
     * @param bufferBytes of each direction; where CAP_NET_ADMIN is missing, the kernel's limits (net.core.rmem_max) cut it
     */
    public static UdpSocket open(IpAddress address, int port, int bufferBytes) throws LinuxException {
        CallState state = new CallState();
        String what = text(address, port);
        int domain = address.family() == Family.IPV4 ? SocketCalls.AF_INET : SocketCalls.AF_INET6;
        int type = SocketCalls.SOCK_DGRAM | SocketCalls.SOCK_NONBLOCK | SocketCalls.SOCK_CLOEXEC;
        int fd = LinuxException.orThrow(SocketCalls.socket(state, domain, type, 0), "socket", "UDP " + what);
        try (Arena arena = Arena.ofConfined()) {
            configure(state, fd, address.family(), what);
            if (address.family() == Family.IPV6) {
                set(state, fd, IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY", what); // before bind
            }
            buffer(state, fd, SO_RCVBUFFORCE, SO_RCVBUF, bufferBytes, what);
            buffer(state, fd, SO_SNDBUFFORCE, SO_SNDBUF, bufferBytes, what);
            MemorySegment name = SockAddr.of(arena, address, port);
            LinuxException.orThrow(SocketCalls.bind(state, fd, name), "bind", "UDP " + what);
            LinuxException.orThrow(SocketCalls.getsockname(state, fd, name), "getsockname", "UDP " + what);
            return new UdpSocket(fd, SockAddr.port(name, 0));
        } catch (LinuxException e) {
            Libc.close(state, fd);
            throw e;
        }
    }

    /**
     * Takes over a socket that another process has bound, with what waits in it. Options are set anew.
     *
     * @param fd this object's from now on, also if this fails: it is closed then
     * @throws LinuxException EINVAL if it is not bound to this address and port
     */
    public static UdpSocket adopt(int fd, IpAddress address, int port) throws LinuxException {
        CallState state = new CallState();
        String what = text(address, port);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment wanted = SockAddr.of(arena, address, port);
            MemorySegment actual = arena.allocate(SockAddr.INET6_BYTES, Long.BYTES);
            LinuxException.orThrow(SocketCalls.getsockname(state, fd, actual), "getsockname", "UDP " + what);
            if (actual.asSlice(0, wanted.byteSize()).mismatch(wanted) >= 0) {
                throw new LinuxException(Errno.EINVAL, "getsockname", "of a socket that is not bound to UDP " + what);
            }
            configure(state, fd, address.family(), what);
            return new UdpSocket(fd, port);
        } catch (LinuxException e) {
            Libc.close(state, fd);
            throw e;
        }
    }

    private static String text(IpAddress address, int port) {
        return address.family() == Family.IPV4 ? address + ":" + port : "[" + address + "]:" + port;
    }

    private static void configure(CallState state, int fd, Family family, String what) throws LinuxException {
        set(state, fd, SocketCalls.SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT", what);
        if (family == Family.IPV4) {
            set(state, fd, IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_DONT, "IP_MTU_DISCOVER", what);
        } else {
            set(state, fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_DONT, "IPV6_MTU_DISCOVER", what);
        }
        set(state, fd, SOL_UDP, UDP_GRO, 1, "UDP_GRO", what);
    }

    private static void buffer(CallState state, int fd, int force, int polite, int bytes, String what)
            throws LinuxException {
        if (SocketCalls.setsockopt(state, fd, SocketCalls.SOL_SOCKET, force, bytes) < 0) {
            set(state, fd, SocketCalls.SOL_SOCKET, polite, bytes, "SO_RCVBUF/SO_SNDBUF", what);
        }
    }

    private static void set(CallState state, int fd, int level, int option, int value, String name, String what)
            throws LinuxException {
        LinuxException.orThrow(
                SocketCalls.setsockopt(state, fd, level, option, value), "setsockopt", name + " of UDP " + what);
    }

    /** The descriptor; stays this object's. */
    public int fd() {
        return fd;
    }

    /** The local port. */
    public int port() {
        return port;
    }

    /** Closes the descriptor. Once nobody uses it any more: its number may be another file's at once. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Libc.close(state, fd);
        }
    }
}
