package dev.hashlb.agent.linux.netlink;

import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.core.address.Family;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Which socket a network namespace has for a flow (sock_diag(7), exact look-up), about 2 µs a question. It ignores the states asked
 * for, and for a TCP flow that it does not know gives the listening socket: so the state is what tells.
 */
final class SocketDiag implements AutoCloseable {
    static final int NO_SOCKET = 0;
    static final int ESTABLISHED = 1;
    static final int SYN_RECV = 3;
    static final int TIME_WAIT = 6;
    static final int CLOSE = 7;
    static final int LISTEN = 10;

    private static final int NETLINK_SOCK_DIAG = 4;
    private static final int SOCK_DIAG_BY_FAMILY = 20;

    /** {@code struct inet_diag_req_v2} (linux/inet_diag.h). */
    private static final int FAMILY = LookupSocket.PAYLOAD;

    private static final int PROTOCOL = FAMILY + 1;
    private static final int STATES = FAMILY + 4;
    private static final int SOURCE_PORT = FAMILY + 8;
    private static final int DESTINATION_PORT = FAMILY + 10;
    private static final int SOURCE = FAMILY + 12;
    private static final int DESTINATION = FAMILY + 28;
    private static final int COOKIE = FAMILY + 48;
    static final int REQUEST_BYTES = FAMILY + 56;

    /** {@code struct inet_diag_msg}: the family, the state, the timer, how often it has gone off. */
    private static final int STATE = LookupSocket.PAYLOAD + 1;

    private static final int RETRANSMISSIONS = LookupSocket.PAYLOAD + 3;

    private static final int TCP = 6;
    private static final long NO_COOKIE = -1L;

    private final LookupSocket socket;

    private SocketDiag(LookupSocket socket) {
        this.socket = socket;
    }

    /** For the calling thread's network namespace; usable from any thread, one at a time. */
    static SocketDiag open() throws LinuxException {
        return new SocketDiag(LookupSocket.open(NETLINK_SOCK_DIAG));
    }

    /**
     * The state of the socket that takes a packet from remote to local (include/net/tcp_states.h), {@link #NO_SOCKET} if none
     * does, or {@code -errno}. A half-open connection is {@link #SYN_RECV}; a UDP socket is {@link #ESTABLISHED} if it is connected to
     * the remote end, else {@link #CLOSE}.
     *
     * @param family of the addresses; sockets of both families serve IPv4
     */
    int state(
            int protocol,
            Family family,
            long localHigh,
            long localLow,
            int localPort,
            long remoteHigh,
            long remoteLow,
            int remotePort) {
        MemorySegment request = socket.begin(SOCK_DIAG_BY_FAMILY, REQUEST_BYTES);
        request.set(ValueLayout.JAVA_BYTE, FAMILY, (byte) AddressFamily.number(family));
        request.set(ValueLayout.JAVA_BYTE, PROTOCOL, (byte) protocol);
        request.set(LookupSocket.INT, STATES, -1);
        request.set(LookupSocket.LONG, COOKIE, NO_COOKIE);
        // The kernel looks TCP up from the socket's end of view, UDP from the packet's.
        boolean tcp = protocol == TCP;
        request.set(LookupSocket.NET_SHORT, tcp ? SOURCE_PORT : DESTINATION_PORT, (short) localPort);
        request.set(LookupSocket.NET_SHORT, tcp ? DESTINATION_PORT : SOURCE_PORT, (short) remotePort);
        LookupSocket.putAddress(request, tcp ? SOURCE : DESTINATION, family, localHigh, localLow);
        LookupSocket.putAddress(request, tcp ? DESTINATION : SOURCE, family, remoteHigh, remoteLow);
        int result = socket.ask();
        if (result == -Errno.ENOENT) {
            return NO_SOCKET;
        }
        return result < 0 ? result : socket.answer().get(ValueLayout.JAVA_BYTE, STATE);
    }

    /**
     * Whether the kernel tells of a protocol's sockets: if it does not have the module for that, a look-up says that there is no socket. Asks for
     * all sockets in none of the states.
     *
     * @return 0 if it does, or {@code -errno}
     */
    int tellsOf(int protocol, Family family) {
        MemorySegment request = socket.begin(SOCK_DIAG_BY_FAMILY, REQUEST_BYTES);
        socket.forAll();
        request.set(ValueLayout.JAVA_BYTE, FAMILY, (byte) AddressFamily.number(family));
        request.set(ValueLayout.JAVA_BYTE, PROTOCOL, (byte) protocol);
        int result = socket.ask();
        return result < 0 ? result : socket.answer().get(LookupSocket.INT, LookupSocket.PAYLOAD);
    }

    /** How often the socket of the last answer has sent again what it waits for an acknowledgement of: of {@link #SYN_RECV}, its SYN-ACK. */
    int retransmissions() {
        return Byte.toUnsignedInt(socket.answer().get(ValueLayout.JAVA_BYTE, RETRANSMISSIONS));
    }

    @Override
    public void close() {
        socket.close();
    }
}
