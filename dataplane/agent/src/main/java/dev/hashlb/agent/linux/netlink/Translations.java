package dev.hashlb.agent.linux.netlink;

import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.Flow;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A network namespace's translation entries by their original direction (ctnetlink: linux/netfilter/nfnetlink_conntrack.h), about
 * 4 µs a question. What was found stays until the next question.
 */
final class Translations implements AutoCloseable {
    private static final int NETLINK_NETFILTER = 12;
    /** NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET. */
    private static final int CT_GET = 1 << 8 | 1;

    private static final int NFGENMSG_BYTES = 4;
    private static final int NESTED = 0x8000;
    private static final int CTA_TUPLE_ORIG = 1;
    private static final int CTA_TUPLE_REPLY = 2;
    private static final int CTA_TUPLE_IP = 1;
    private static final int CTA_TUPLE_PROTO = 2;
    private static final int CTA_IP_V4_SRC = 1;
    private static final int CTA_IP_V6_SRC = 3;
    private static final int CTA_PROTO_NUM = 1;
    private static final int CTA_PROTO_SRC_PORT = 2;
    private static final int CTA_PROTO_DST_PORT = 3;
    private static final int ATTRIBUTE_BYTES = 4;
    private static final int ATTRIBUTE_TYPE_MASK = 0x3fff;

    private final LookupSocket socket;
    private int reply;
    private int replyEnd;

    private Translations(LookupSocket socket) {
        this.socket = socket;
    }

    /** For the calling thread's network namespace; needs CAP_NET_ADMIN there. */
    static Translations open() throws LinuxException {
        return new Translations(LookupSocket.open(NETLINK_NETFILTER));
    }

    /**
     * Looks for the entry of a flow from the client to the service.
     *
     * @return 1 if there is one, 0 if not, or {@code -errno}
     */
    int find(Flow flow) {
        int addressesBytes =
                ATTRIBUTE_BYTES + 2 * (ATTRIBUTE_BYTES + flow.family().addressLengthBytes());
        int portsBytes = ATTRIBUTE_BYTES + 3 * (ATTRIBUTE_BYTES + Integer.BYTES);
        int tupleBytes = ATTRIBUTE_BYTES + addressesBytes + portsBytes;
        int at = LookupSocket.PAYLOAD;
        MemorySegment request = socket.begin(CT_GET, at + NFGENMSG_BYTES + tupleBytes);
        request.set(ValueLayout.JAVA_BYTE, at, (byte) AddressFamily.number(flow.family()));
        at = attribute(request, at + NFGENMSG_BYTES, CTA_TUPLE_ORIG | NESTED, tupleBytes);
        at = attribute(request, at, CTA_TUPLE_IP | NESTED, addressesBytes);
        int first = flow.family() == Family.IPV4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC;
        at = address(request, at, first, flow.family(), flow.sourceHigh(), flow.sourceLow());
        at = address(request, at, first + 1, flow.family(), flow.destinationHigh(), flow.destinationLow());
        at = attribute(request, at, CTA_TUPLE_PROTO | NESTED, portsBytes);
        at = attribute(request, at, CTA_PROTO_NUM, ATTRIBUTE_BYTES + 1);
        request.set(ValueLayout.JAVA_BYTE, at, (byte) flow.protocol());
        at = attribute(request, at + Integer.BYTES, CTA_PROTO_SRC_PORT, ATTRIBUTE_BYTES + Short.BYTES);
        request.set(LookupSocket.NET_SHORT, at, (short) flow.sourcePort());
        at = attribute(request, at + Integer.BYTES, CTA_PROTO_DST_PORT, ATTRIBUTE_BYTES + Short.BYTES);
        request.set(LookupSocket.NET_SHORT, at, (short) flow.destinationPort());
        int result = socket.ask();
        if (result == -Errno.ENOENT) {
            return 0;
        }
        return result < 0 ? result : findReply();
    }

    private static int attribute(MemorySegment request, int at, int type, int lengthBytes) {
        request.set(LookupSocket.SHORT, at, (short) lengthBytes);
        request.set(LookupSocket.SHORT, at + Short.BYTES, (short) type);
        return at + ATTRIBUTE_BYTES;
    }

    private static int address(MemorySegment request, int at, int type, Family family, long high, long low) {
        int value = attribute(request, at, type, ATTRIBUTE_BYTES + family.addressLengthBytes());
        LookupSocket.putAddress(request, value, family, high, low);
        return value + family.addressLengthBytes();
    }

    private int findReply() {
        int end = socket.answerBytes();
        reply = find(LookupSocket.PAYLOAD + NFGENMSG_BYTES, end, CTA_TUPLE_REPLY);
        replyEnd = reply < 0 ? 0 : reply - ATTRIBUTE_BYTES + lengthBytes(reply - ATTRIBUTE_BYTES);
        return reply < 0 ? -Errno.EINVAL : 1;
    }

    /** The value of an attribute between two places of the answer, or -1. */
    private int find(int from, int end, int type) {
        for (int at = from; at + ATTRIBUTE_BYTES <= end; ) {
            int length = lengthBytes(at);
            if (length < ATTRIBUTE_BYTES || at + length > end) {
                return -1;
            }
            if ((socket.answer().get(LookupSocket.SHORT, at + Short.BYTES) & ATTRIBUTE_TYPE_MASK) == type) {
                return at + ATTRIBUTE_BYTES;
            }
            at += (length + 3) & ~3;
        }
        return -1;
    }

    private int lengthBytes(int attribute) {
        return Short.toUnsignedInt(socket.answer().get(LookupSocket.SHORT, attribute));
    }

    /**
     * The state of the TCP socket to which the entry that was found leads: that of the reply's tuple, in which the kernel may
     * have given the client another port.
     */
    int socketState(SocketDiag sockets, Family family, int protocol) {
        int addresses = find(reply, replyEnd, CTA_TUPLE_IP);
        int ports = find(reply, replyEnd, CTA_TUPLE_PROTO);
        if (addresses < 0 || ports < 0) {
            return -Errno.EINVAL;
        }
        int first = family == Family.IPV4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC;
        int addressesEnd = addresses - ATTRIBUTE_BYTES + lengthBytes(addresses - ATTRIBUTE_BYTES);
        int portsEnd = ports - ATTRIBUTE_BYTES + lengthBytes(ports - ATTRIBUTE_BYTES);
        int local = find(addresses, addressesEnd, first);
        int remote = find(addresses, addressesEnd, first + 1);
        int localPort = find(ports, portsEnd, CTA_PROTO_SRC_PORT);
        int remotePort = find(ports, portsEnd, CTA_PROTO_DST_PORT);
        if (local < 0 || remote < 0 || localPort < 0 || remotePort < 0) {
            return -Errno.EINVAL;
        }
        return sockets.state(
                protocol,
                family,
                high(local, family),
                low(local, family),
                port(localPort),
                high(remote, family),
                low(remote, family),
                port(remotePort));
    }

    private long high(int at, Family family) {
        return family == Family.IPV4 ? 0 : socket.answer().get(LookupSocket.NET_LONG, at);
    }

    private long low(int at, Family family) {
        return family == Family.IPV4
                ? Integer.toUnsignedLong(socket.answer().get(LookupSocket.NET_INT, at))
                : socket.answer().get(LookupSocket.NET_LONG, at + Long.BYTES);
    }

    private int port(int at) {
        return Short.toUnsignedInt(socket.answer().get(LookupSocket.NET_SHORT, at));
    }

    @Override
    public void close() {
        socket.close();
    }
}
