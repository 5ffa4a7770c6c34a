package dev.hashlb.agent.linux.netlink;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.SocketCalls;
import dev.hashlb.core.address.Family;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A netlink socket for one small question after another, without allocating: the kernel has put its answer into the socket by the
 * time that send(2) returns, so nothing ever waits. For one thread at a time.
 */
final class LookupSocket implements AutoCloseable {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    static final ValueLayout.OfShort NET_SHORT = SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfInt NET_INT = INT.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfLong NET_LONG = LONG.withOrder(ByteOrder.BIG_ENDIAN);

    /** Where a message's payload begins: behind {@code struct nlmsghdr}. */
    static final int PAYLOAD = NetlinkMessage.HEADER_BYTES;

    private static final int NLMSG_ERROR = 2;
    private static final int TYPE = 4;
    private static final int FLAGS = 6;
    private static final int SEQUENCE = 8;
    private static final int QUESTION_BYTES = 256;
    private static final int ANSWER_BYTES = 4096;
    /** Answers to questions before this one, which a full buffer had left behind. */
    private static final int STALE_ANSWERS = 8;

    private final CallState calls = new CallState();
    private final int fd;
    private final Arena arena = Arena.ofShared(); // made by the control thread, used by a packet thread
    private final MemorySegment question = arena.allocate(QUESTION_BYTES, 8);
    private final MemorySegment answer = arena.allocate(ANSWER_BYTES, 8);
    private int sequence;
    private int answerBytes;

    private LookupSocket(int fd) {
        this.fd = fd;
    }

    /** Opens a socket in the calling thread's network namespace. */
    static LookupSocket open(int netlinkFamily) throws LinuxException {
        int type = SocketCalls.SOCK_RAW | SocketCalls.SOCK_CLOEXEC | SocketCalls.SOCK_NONBLOCK;
        return new LookupSocket(LinuxException.orThrow(
                SocketCalls.socket(new CallState(), SocketCalls.AF_NETLINK, type, netlinkFamily),
                "socket",
                "AF_NETLINK " + netlinkFamily));
    }

    /** Begins a question; its bytes behind the header are zero. */
    MemorySegment begin(int type, int lengthBytes) {
        question.fill((byte) 0);
        question.set(INT, 0, lengthBytes);
        question.set(SHORT, TYPE, (short) type);
        question.set(SHORT, FLAGS, (short) NetlinkMessage.NLM_F_REQUEST);
        question.set(INT, SEQUENCE, ++sequence);
        return question;
    }

    /** The question begun is for all that fit it: the kernel answers with them, or with {@code NLMSG_DONE} and an error where there is none. */
    void forAll() {
        question.set(SHORT, FLAGS, (short) (NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_DUMP));
    }

    /** Writes an address as the kernel has it: 4 bytes or 16, in network byte order. */
    static void putAddress(MemorySegment message, int at, Family family, long high, long low) {
        if (family == Family.IPV4) {
            message.set(NET_INT, at, (int) low);
        } else {
            message.set(NET_LONG, at, high);
            message.set(NET_LONG, at + Long.BYTES, low);
        }
    }

    /** Asks; @return 0 with the answer in {@link #answer}, or {@code -errno} */
    int ask() {
        int sent = SocketCalls.send(calls, fd, question.address(), question.get(INT, 0), 0);
        if (sent < 0) {
            return sent;
        }
        for (int i = 0; i < STALE_ANSWERS; i++) {
            answerBytes = SocketCalls.recv(calls, fd, answer.address(), ANSWER_BYTES, 0);
            if (answerBytes < 0) {
                return answerBytes;
            }
            if (answerBytes < PAYLOAD + Integer.BYTES) {
                return -Errno.EINVAL;
            }
            if (answer.get(INT, SEQUENCE) == sequence) {
                return answer.get(SHORT, TYPE) == NLMSG_ERROR ? Math.min(-1, answer.get(INT, PAYLOAD)) : 0;
            }
        }
        return -Errno.EAGAIN;
    }

    /** The kernel's message, header included, until the next question. */
    MemorySegment answer() {
        return answer;
    }

    /** How many bytes of it are the message. */
    int answerBytes() {
        return Math.min(answerBytes, answer.get(INT, 0));
    }

    @Override
    public void close() {
        Libc.close(calls, fd);
        arena.close();
    }
}
