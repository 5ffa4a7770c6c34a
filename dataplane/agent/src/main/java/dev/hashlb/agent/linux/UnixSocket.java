package dev.hashlb.agent.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A Unix socket of type SOCK_SEQPACKET (unix(7)): messages that stay whole, each with at most one descriptor beside it
 * (SCM_RIGHTS). It blocks. Owns its descriptor; one thread may send while another receives, and any may {@link #shutdown}.
 */
public final class UnixSocket implements AutoCloseable {
    /** The longest message, in bytes. */
    public static final int LONGEST_MESSAGE_BYTES = 4096;
    /** No descriptor. */
    public static final int NO_FD = -1;

    private static final int SO_PEERCRED = 17;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;
    private static final int SCM_RIGHTS = 1;
    private static final int OWNER_ONLY = 0600;
    private static final int BACKLOG = 4;

    /** {@code struct sockaddr_un} (sys/un.h): the family, then the path with its closing NUL. */
    static final int SOCKADDR_UN_BYTES = 110;

    static final int SOCKADDR_UN_PATH = 2;
    private static final int PATH_BYTES = SOCKADDR_UN_BYTES - SOCKADDR_UN_PATH;
    /** {@code struct ucred} (sys/socket.h): pid, uid, gid. */
    static final int UCRED_BYTES = 12;

    static final int UCRED_UID = 4;
    /** CMSG_LEN(sizeof(int)), not CMSG_SPACE: there is room for one descriptor and no more, so a peer cannot fill our table. */
    private static final long CONTROL_BYTES = MessageLayout.CMSGHDR_BYTES + Integer.BYTES;

    private final int fd;
    private final String what;
    private volatile boolean closed;

    /**
     * What {@link #receive} gives.
     *
     * @param text the message
     * @param fd the descriptor that came with it, the receiver's to close; {@link #NO_FD} if none did
     */
    public record Message(String text, int fd) {}

    private UnixSocket(int fd, String what) {
        this.fd = fd;
        this.what = what;
    }

    /**
     * Listens at a path that does not exist yet; the file is its owner's alone from the beginning (mode 0600).
     *
     * @throws LinuxException EADDRINUSE if there is such a file
     */
    public static UnixSocket listen(Path path) throws LinuxException {
        CallState state = new CallState();
        UnixSocket socket = open(state, path);
        try (Arena arena = Arena.ofConfined()) {
            LinuxException.orThrow(Libc.fchmod(state, socket.fd, OWNER_ONLY), "fchmod", socket.what);
            LinuxException.orThrow(SocketCalls.bind(state, socket.fd, address(arena, path)), "bind", socket.what);
            LinuxException.orThrow(SocketCalls.listen(state, socket.fd, BACKLOG), "listen", socket.what);
            return socket;
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    /** @throws LinuxException ENOENT if there is no such file, ECONNREFUSED if nobody listens there */
    public static UnixSocket connect(Path path) throws LinuxException {
        CallState state = new CallState();
        UnixSocket socket = open(state, path);
        try (Arena arena = Arena.ofConfined()) {
            LinuxException.orThrow(SocketCalls.connect(state, socket.fd, address(arena, path)), "connect", socket.what);
            return socket;
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    /** Waits for the next connection to a listening socket. @throws LinuxException EINVAL after {@link #shutdown} */
    public UnixSocket accept() throws LinuxException {
        int accepted = SocketCalls.accept(new CallState(), fd, SocketCalls.SOCK_CLOEXEC);
        return new UnixSocket(LinuxException.orThrow(accepted, "accept", what), what);
    }

    /** How long {@link #send} and {@link #receive} wait before they fail with EAGAIN; zero is without end. */
    public void timeout(Duration timeout) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timeval =
                    arena.allocate(2L * Long.BYTES, Long.BYTES); // struct timeval: seconds, microseconds
            timeval.set(ValueLayout.JAVA_LONG, 0, timeout.getSeconds());
            timeval.set(ValueLayout.JAVA_LONG, Long.BYTES, timeout.getNano() / 1000);
            for (int option : new int[] {SO_RCVTIMEO, SO_SNDTIMEO}) {
                LinuxException.orThrow(
                        SocketCalls.setsockopt(new CallState(), fd, SocketCalls.SOL_SOCKET, option, timeval),
                        "setsockopt",
                        "time-out of " + what);
            }
        }
    }

    /** The user that the peer was when it connected, or listened. */
    public int peerUid() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ucred = arena.allocate(UCRED_BYTES, Integer.BYTES);
            LinuxException.orThrow(
                    SocketCalls.getsockopt(new CallState(), fd, SocketCalls.SOL_SOCKET, SO_PEERCRED, ucred),
                    "getsockopt",
                    "SO_PEERCRED of " + what);
            return ucred.get(ValueLayout.JAVA_INT, UCRED_UID);
        }
    }

    /**
     * Sends a message.
     *
     * @param text 1 to {@link #LONGEST_MESSAGE_BYTES} bytes of UTF-8
     * @param passed a descriptor of which the peer gets a copy, or {@link #NO_FD}; stays the caller's
     * @throws LinuxException EPIPE if the peer is gone, EAGAIN after the time-out
     */
    public void send(String text, int passed) throws LinuxException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > LONGEST_MESSAGE_BYTES) {
            throw new IllegalArgumentException(
                    "a message has 1 to " + LONGEST_MESSAGE_BYTES + " bytes, not " + bytes.length + ": " + text);
        }
        CallState state = new CallState();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = header(arena, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes), passed != NO_FD);
            if (passed != NO_FD) {
                MemorySegment control = control(header);
                control.set(ValueLayout.JAVA_LONG, MessageLayout.CMSG_LEN, CONTROL_BYTES);
                control.set(ValueLayout.JAVA_INT, MessageLayout.CMSG_LEVEL, SocketCalls.SOL_SOCKET);
                control.set(ValueLayout.JAVA_INT, MessageLayout.CMSG_TYPE, SCM_RIGHTS);
                control.set(ValueLayout.JAVA_INT, MessageLayout.CMSGHDR_BYTES, passed);
            }
            int sent;
            do {
                sent = SocketCalls.sendmsg(state, openFd(), header.address(), SocketCalls.MSG_NOSIGNAL);
            } while (sent == -Errno.EINTR);
            LinuxException.orThrow(sent, "sendmsg", what);
        }
    }

    /**
     * Receives the next message; null when the peer has closed its end.
     *
     * @throws LinuxException EAGAIN after the time-out; EMSGSIZE for a message that is too long or has more than one descriptor, of
     *     which none is kept
     */
    public @Nullable Message receive() throws LinuxException {
        CallState state = new CallState();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(LONGEST_MESSAGE_BYTES);
            MemorySegment header = header(arena, bytes, true);
            int length;
            do {
                length = SocketCalls.recvmsg(state, openFd(), header.address(), SocketCalls.MSG_CMSG_CLOEXEC);
            } while (length == -Errno.EINTR);
            if (length == -Errno.ECONNRESET) {
                return null; // it closed with messages of ours unread
            }
            LinuxException.orThrow(length, "recvmsg", what);
            int received = descriptor(header);
            int flags = header.get(ValueLayout.JAVA_INT, MessageLayout.MSG_FLAGS);
            if ((flags & (SocketCalls.MSG_TRUNC | SocketCalls.MSG_CTRUNC)) != 0) {
                closeFd(state, received);
                throw new LinuxException(Errno.EMSGSIZE, "recvmsg", what);
            }
            if (length == 0) {
                closeFd(state, received);
                return null;
            }
            String text = new String(bytes.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
            return new Message(text, received);
        }
    }

    /** Ends what waits on the socket, in other threads too. */
    public synchronized void shutdown() {
        if (!closed) {
            SocketCalls.shutdown(new CallState(), fd, SocketCalls.SHUT_RDWR);
        }
    }

    /** The number of a closed descriptor may be another file's. */
    private int openFd() throws LinuxException {
        if (closed) {
            throw new LinuxException(Errno.EBADF, "use", what + ", which is closed");
        }
        return fd;
    }

    /** Closes the descriptor. Once nobody uses it any more. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Libc.close(new CallState(), fd);
        }
    }

    private static UnixSocket open(CallState state, Path path) throws LinuxException {
        int type = SocketCalls.SOCK_SEQPACKET | SocketCalls.SOCK_CLOEXEC;
        int fd = LinuxException.orThrow(
                SocketCalls.socket(state, SocketCalls.AF_UNIX, type, 0), "socket", "Unix " + path);
        return new UnixSocket(fd, path.toString());
    }

    private static MemorySegment address(Arena arena, Path path) throws LinuxException {
        if (path.toString().getBytes(StandardCharsets.UTF_8).length >= PATH_BYTES) {
            throw new LinuxException(
                    Errno.EMSGSIZE, "bind", path + ", a Unix socket's path of at most " + (PATH_BYTES - 1) + " bytes");
        }
        MemorySegment address = arena.allocate(SOCKADDR_UN_BYTES, Short.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) SocketCalls.AF_UNIX);
        address.setString(SOCKADDR_UN_PATH, path.toString());
        return address;
    }

    private static MemorySegment header(Arena arena, MemorySegment bytes, boolean withControl) {
        MemorySegment vector = arena.allocate(MessageLayout.IOVEC);
        vector.set(ValueLayout.JAVA_LONG, MessageLayout.IOV_BASE, bytes.address());
        vector.set(ValueLayout.JAVA_LONG, MessageLayout.IOV_LEN, bytes.byteSize());
        MemorySegment header = arena.allocate(MessageLayout.MSGHDR);
        header.set(ValueLayout.JAVA_LONG, MessageLayout.MSG_IOV, vector.address());
        header.set(ValueLayout.JAVA_LONG, MessageLayout.MSG_IOVLEN, 1);
        if (withControl) {
            MemorySegment control = arena.allocate(MessageLayout.controlSpaceBytes(Integer.BYTES), Long.BYTES);
            header.set(ValueLayout.JAVA_LONG, MessageLayout.MSG_CONTROL, control.address());
            header.set(ValueLayout.JAVA_LONG, MessageLayout.MSG_CONTROLLEN, CONTROL_BYTES);
        }
        return header;
    }

    private static MemorySegment control(MemorySegment header) {
        return MemorySegment.ofAddress(header.get(ValueLayout.JAVA_LONG, MessageLayout.MSG_CONTROL))
                .reinterpret(CONTROL_BYTES);
    }

    private static int descriptor(MemorySegment header) {
        if (header.get(ValueLayout.JAVA_LONG, MessageLayout.MSG_CONTROLLEN) < CONTROL_BYTES) {
            return NO_FD;
        }
        MemorySegment control = control(header);
        boolean rights = control.get(ValueLayout.JAVA_INT, MessageLayout.CMSG_LEVEL) == SocketCalls.SOL_SOCKET
                && control.get(ValueLayout.JAVA_INT, MessageLayout.CMSG_TYPE) == SCM_RIGHTS;
        return rights ? control.get(ValueLayout.JAVA_INT, MessageLayout.CMSGHDR_BYTES) : NO_FD;
    }

    private static void closeFd(CallState state, int received) {
        if (received != NO_FD) {
            Libc.close(state, received);
        }
    }
}
