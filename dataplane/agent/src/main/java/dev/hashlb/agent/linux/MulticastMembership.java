package dev.hashlb.agent.linux;

import dev.hashlb.core.address.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Memberships of IPv6 multicast groups on one device, by a socket that carries nothing: the kernel sends the MLD reports that
 * snooping switches want, and has the device take the group's frames (ipv6(7)). They end with the object.
 */
public final class MulticastMembership implements AutoCloseable {
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_ADD_MEMBERSHIP = 20;
    private static final int IPV6_DROP_MEMBERSHIP = 21;
    /** {@code struct ipv6_mreq}: 16 bytes of address, i32 index of the device. */
    private static final int MREQ_BYTES = 20;

    private final CallState state = new CallState();
    private final int fd;
    private final int deviceIndex;

    private MulticastMembership(int fd, int deviceIndex) {
        this.fd = fd;
        this.deviceIndex = deviceIndex;
    }

    /** @throws LinuxException EAFNOSUPPORT where the kernel has no IPv6 */
    public static MulticastMembership open(int deviceIndex) throws LinuxException {
        int type = SocketCalls.SOCK_DGRAM | SocketCalls.SOCK_CLOEXEC;
        int fd = LinuxException.orThrow(
                SocketCalls.socket(new CallState(), SocketCalls.AF_INET6, type, 0), "socket", "for IPv6 groups");
        return new MulticastMembership(fd, deviceIndex);
    }

    /** @throws LinuxException ENOBUFS: net.core.optmem_max is too small for more groups */
    public void join(IpAddress group) throws LinuxException {
        set(IPV6_ADD_MEMBERSHIP, "IPV6_ADD_MEMBERSHIP", group);
    }

    public void leave(IpAddress group) throws LinuxException {
        set(IPV6_DROP_MEMBERSHIP, "IPV6_DROP_MEMBERSHIP", group);
    }

    private void set(int option, String name, IpAddress group) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(MREQ_BYTES, 4);
            MemorySegment.copy(group.toBytes(), 0, request, ValueLayout.JAVA_BYTE, 0, 16);
            request.set(ValueLayout.JAVA_INT, 16, deviceIndex);
            LinuxException.orThrow(
                    SocketCalls.setsockopt(state, fd, IPPROTO_IPV6, option, request), "setsockopt", name + " " + group);
        }
    }

    @Override
    public void close() {
        Libc.close(state, fd);
    }
}
