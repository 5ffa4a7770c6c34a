package dev.hashlb.agent.linux.netlink;

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
    private final MemorySegment errno = arena.allocate(NetlinkCalls.ERRNO);
    private final MemorySegment buffer = arena.allocate(RECEIVE_BYTES, 8);
    private final int fd;
    private int sequence;

    private NetlinkSocket(int netlinkFamily) throws IOException {
        fd = NetlinkCalls.socket(netlinkFamily, errno);
    }

    /** @param netlinkFamily {@link #NETLINK_ROUTE} */
    static NetlinkSocket open(int netlinkFamily) throws IOException {
        NetlinkSocket socket = new NetlinkSocket(netlinkFamily);
        MemorySegment one = socket.arena.allocateFrom(ValueLayout.JAVA_INT, 1);
        for (int option : new int[] {NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK}) {
            NetlinkCalls.enable(socket.fd, option, one, socket.errno);
        }
        return socket;
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
    public void close() throws IOException {
        NetlinkCalls.close(fd, errno);
        arena.close();
    }

    private static final class Answer {
        final List<ByteBuffer> payloads = new ArrayList<>();
        boolean interrupted;
        boolean complete;
    }

    private Answer exchange(String request, NetlinkMessage message) throws IOException {
        byte[] encoded = message.encode(++sequence);
        NetlinkCalls.send(fd, copy(encoded), errno);
        Answer answer = new Answer();
        while (!answer.complete) {
            int length = NetlinkCalls.receive(fd, buffer, errno);
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
        String meaning = NetlinkCalls.describe(error);
        return new NetlinkException(
                request, error, words.map(w -> meaning + " (" + w + ")").orElse(meaning));
    }

    private MemorySegment copy(byte[] encoded) {
        MemorySegment target = buffer.asSlice(0, encoded.length);
        target.copyFrom(MemorySegment.ofArray(encoded));
        return target;
    }
}
