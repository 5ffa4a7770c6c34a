package dev.hashlb.agent.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Has devices of the calling thread's network namespace receive frames for a group address. The kernel forgets the membership
 * with the socket, so nothing stays behind a process that is killed: packet(7), PACKET_ADD_MEMBERSHIP. Needs CAP_NET_RAW.
 */
public final class GroupMembership implements AutoCloseable {
    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final short PACKET_MR_MULTICAST = 0;
    /** No protocol: the socket receives nothing. */
    private static final int NOTHING = 0;

    /** {@code struct packet_mreq} (linux/if_packet.h): int ifindex; u16 type, alen; u8 address[8]. */
    static final int PACKET_MREQ_BYTES = 16;

    private static final int TYPE = 4;
    private static final int ADDRESS_LENGTH = 6;
    private static final int ADDRESS = 8;

    private final CallState state = new CallState();
    private final int fd;

    private GroupMembership(int fd) {
        this.fd = fd;
    }

    public static GroupMembership open() throws LinuxException {
        int fd = LinuxException.orThrow(
                SocketCalls.socket(
                        new CallState(),
                        SocketCalls.AF_PACKET,
                        SocketCalls.SOCK_RAW | SocketCalls.SOCK_CLOEXEC,
                        NOTHING),
                "socket",
                "of packets");
        return new GroupMembership(fd);
    }

    /**
     * Joins on a device; again does no harm.
     *
     * @param mac the group's address, 6 bytes
     * @throws LinuxException ENODEV if there is no such device, ENXIO if it has no such addresses
     */
    public void join(int linkIndex, byte[] mac) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(PACKET_MREQ_BYTES, Integer.BYTES);
            request.set(ValueLayout.JAVA_INT, 0, linkIndex);
            request.set(ValueLayout.JAVA_SHORT, TYPE, PACKET_MR_MULTICAST);
            request.set(ValueLayout.JAVA_SHORT, ADDRESS_LENGTH, (short) mac.length);
            MemorySegment.copy(mac, 0, request, ValueLayout.JAVA_BYTE, ADDRESS, mac.length);
            LinuxException.orThrow(
                    SocketCalls.setsockopt(state, fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, request),
                    "PACKET_ADD_MEMBERSHIP",
                    "on device " + linkIndex);
        }
    }

    @Override
    public void close() {
        Libc.close(state, fd);
    }
}
