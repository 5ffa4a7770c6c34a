package dev.hashlb.e2e.lab;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.SocketCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Reads every frame that comes to, or leaves, any device of a namespace (packet(7)), on a thread of its own. */
final class FrameReader implements AutoCloseable {
    static final int ETHERNET_BYTES = 14;
    private static final int ETH_P_ALL_BIG_ENDIAN = 0x0300;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int RECEIVE_BYTES = 64 << 20;
    private static final int FRAME_BYTES = 70_000;

    private final CallState state = new CallState();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment frame = arena.allocate(FRAME_BYTES);
    private final Consumer<ByteBuffer> frames;
    private final int fd;
    private final Thread thread = new Thread(this::read, "frames");
    private volatile boolean closed;

    /** @param frames gets each frame, from its destination address on; its memory is used again */
    FrameReader(String namespace, Consumer<ByteBuffer> frames) {
        this.frames = frames;
        fd = Sockets.inside(
                namespace,
                () -> SocketCalls.socket(
                        state,
                        SocketCalls.AF_PACKET,
                        SocketCalls.SOCK_RAW | SocketCalls.SOCK_NONBLOCK,
                        ETH_P_ALL_BIG_ENDIAN));
        if (fd < 0) {
            throw new IllegalStateException("socket of packets: errno " + -fd);
        }
        SocketCalls.setsockopt(state, fd, SocketCalls.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BYTES);
    }

    /** Begins. */
    void start() {
        thread.start();
    }

    private void read() {
        CallState own = new CallState();
        while (!closed) {
            int length = SocketCalls.recv(own, fd, frame.address(), FRAME_BYTES, 0);
            if (length > 0) {
                frames.accept(frame.asSlice(0, length).asByteBuffer());
            } else if (length == -Errno.EAGAIN) {
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** An address of 4 or 16 bytes. */
    static InetAddress address(ByteBuffer bytes, int at, int length) {
        byte[] address = new byte[length];
        bytes.get(at, address);
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 bytes are always an address", e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join();
        Libc.close(state, fd);
        arena.close();
    }
}
