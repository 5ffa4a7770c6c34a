package dev.hashlb.agent.linux.netlink;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.SocketCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A netlink socket (netlink(7)) of the network namespace that its opener's thread was in; it stays one of that namespace
 * wherever it is used. Used by the opening thread only. An open socket keeps its namespace alive: close it soon.
 */
final class NetlinkSocket implements AutoCloseable {
    static final int NETLINK_ROUTE = 0;

    private static final int SOL_NETLINK = 270;
    private static final int SO_NETNS_COOKIE = 71;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NETLINK_GET_STRICT_CHK = 12;

    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLM_F_DUMP_INTR = 0x10;
    private static final int NLM_F_CAPPED = 0x100;
    private static final int NLM_F_ACK_TLVS = 0x200;
    private static final int NLMSGERR_ATTR_MSG = 1;

    private static final int RECEIVE_BYTES = 256 * 1024;
    private static final int DUMP_ATTEMPTS = 5;

    private final Arena arena = Arena.ofConfined();
    private final CallState state = new CallState();
    private final MemorySegment buffer = arena.allocate(RECEIVE_BYTES, 8);
    private final int fd;
    private int sequence;

    private NetlinkSocket(int fd) {
        this.fd = fd;
    }

    /** @param netlinkFamily {@link #NETLINK_ROUTE} */
    static NetlinkSocket open(int netlinkFamily) throws IOException {
        CallState state = new CallState();
        NetlinkSocket socket = new NetlinkSocket(LinuxException.orThrow(
                SocketCalls.socket(
                        state, SocketCalls.AF_NETLINK, SocketCalls.SOCK_RAW | SocketCalls.SOCK_CLOEXEC, netlinkFamily),
                "socket",
                "AF_NETLINK"));
        try {
            socket.enable(NETLINK_CAP_ACK);
            socket.enable(NETLINK_EXT_ACK);
            socket.enable(NETLINK_GET_STRICT_CHK);
            return socket;
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    private void enable(int option) throws LinuxException {
        LinuxException.orThrow(
                SocketCalls.setsockopt(state, fd, SOL_NETLINK, option, 1), "setsockopt", "SOL_NETLINK " + option);
    }

    /** SO_NETNS_COOKIE: the kernel's number of the socket's network namespace, never given again until the next boot. */
    long namespaceCookie() throws LinuxException {
        MemorySegment cookie = arena.allocate(ValueLayout.JAVA_LONG);
        LinuxException.orThrow(
                SocketCalls.getsockopt(state, fd, SocketCalls.SOL_SOCKET, SO_NETNS_COOKIE, cookie),
                "getsockopt",
                "SO_NETNS_COOKIE");
        return cookie.get(ValueLayout.JAVA_LONG, 0);
    }

    /**
     * Sends a request that changes something and waits for the kernel's answer.
     *
     * @param request what it does, for the error's message
     * @throws NetlinkException if the kernel refuses
     */
    void execute(String request, NetlinkMessage message) throws IOException {
        exchange(request, message.withFlags(NetlinkMessage.NLM_F_ACK));
    }

    /** Asks for one object; the answers' payloads, behind {@code nlmsghdr}. */
    List<ByteBuffer> get(String request, NetlinkMessage message) throws IOException {
        return exchange(request, message.withFlags(NetlinkMessage.NLM_F_ACK)).payloads;
    }

    /** Asks for all objects; asks again where they changed while they were listed. */
    List<ByteBuffer> dump(String request, NetlinkMessage message) throws IOException {
        message.withFlags(NetlinkMessage.NLM_F_DUMP);
        for (int attempt = 1; ; attempt++) {
            Answer answer = exchange(request, message);
            if (!answer.interrupted || attempt == DUMP_ATTEMPTS) {
                return answer.payloads;
            }
        }
    }

    @Override
    public void close() {
        Libc.close(state, fd);
        arena.close();
    }

    private static final class Answer {
        final List<ByteBuffer> payloads = new ArrayList<>();
        boolean interrupted;
        boolean complete;
    }

    private Answer exchange(String request, NetlinkMessage message) throws IOException {
        byte[] encoded = message.encode(++sequence);
        buffer.asSlice(0, encoded.length).copyFrom(MemorySegment.ofArray(encoded));
        LinuxException.orThrow(
                SocketCalls.send(state, fd, buffer.address(), encoded.length, 0), "send", "netlink: " + request);
        Answer answer = new Answer();
        while (!answer.complete) {
            int length = LinuxException.orThrow(
                    SocketCalls.recv(state, fd, buffer.address(), RECEIVE_BYTES, SocketCalls.MSG_TRUNC),
                    "recv",
                    "netlink: " + request);
            if (length > RECEIVE_BYTES) {
                throw new IOException(
                        request + ": the kernel's answer of " + length + " bytes is larger than " + RECEIVE_BYTES);
            }
            byte[] datagram = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
            read(request, ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder()), answer);
        }
        return answer;
    }

    private void read(String request, ByteBuffer datagram, Answer answer) throws IOException {
        while (datagram.remaining() >= NetlinkMessage.HEADER_BYTES) {
            int start = datagram.position();
            int length = datagram.getInt(start);
            int type = Short.toUnsignedInt(datagram.getShort(start + 4));
            int flags = Short.toUnsignedInt(datagram.getShort(start + 6));
            if (length < NetlinkMessage.HEADER_BYTES || length > datagram.remaining()) {
                throw new IOException(request + ": netlink message of length " + length + " in a datagram with "
                        + datagram.remaining() + " bytes left");
            }
            if (datagram.getInt(start + 8) == sequence) {
                ByteBuffer payload = datagram.slice(
                                start + NetlinkMessage.HEADER_BYTES, length - NetlinkMessage.HEADER_BYTES)
                        .order(datagram.order());
                answer.interrupted |= (flags & NLM_F_DUMP_INTR) != 0;
                take(request, type, flags, payload, answer);
            }
            datagram.position(Math.min(datagram.limit(), start + ((length + 3) & ~3)));
        }
    }

    private static void take(String request, int type, int flags, ByteBuffer payload, Answer answer)
            throws NetlinkException {
        switch (type) {
            case NLMSG_ERROR, NLMSG_DONE -> {
                int error = payload.remaining() >= 4 ? -payload.getInt(0) : 0;
                if (error != 0) {
                    throw refusal(request, type, flags, error, payload);
                }
                answer.complete = true;
            }
            default -> answer.payloads.add(payload);
        }
    }

    /** NLMSG_ERROR carries the refused header, the whole refused message unless capped, then attributes. */
    private static NetlinkException refusal(String request, int type, int flags, int error, ByteBuffer payload) {
        int attributesAt = 4;
        if (type == NLMSG_ERROR) {
            int refusedBytes = (flags & NLM_F_CAPPED) != 0 ? NetlinkMessage.HEADER_BYTES : payload.getInt(4);
            attributesAt += (refusedBytes + 3) & ~3;
        }
        Optional<String> words = Optional.empty();
        if ((flags & NLM_F_ACK_TLVS) != 0 && attributesAt <= payload.limit()) {
            ByteBuffer attributes = payload.duplicate().order(payload.order()).position(attributesAt);
            words = Attributes.parse(attributes).text(NLMSGERR_ATTR_MSG);
        }
        String meaning = LinuxException.reason(error);
        return new NetlinkException(
                request, error, words.map(w -> meaning + " (" + w + ")").orElse(meaning));
    }
}
