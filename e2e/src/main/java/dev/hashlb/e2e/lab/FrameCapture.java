package dev.hashlb.e2e.lab;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.SocketCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Who sent which IP packet past the devices of a namespace, in or out, read frame by frame (packet(7)). */
public final class FrameCapture implements AutoCloseable {
    private static final int ETH_P_ALL_BIG_ENDIAN = 0x0300;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int RECEIVE_BYTES = 64 << 20;
    private static final int FRAME_BYTES = 70_000;
    private static final int ETHERNET_BYTES = 14;
    private static final int SOURCE_MAC = 6;
    private static final int ETHER_TYPE = 12;
    private static final int IPV6_FRAGMENT = 44;

    /**
     * A packet.
     *
     * @param mac the frame's source address
     * @param hops its TTL or hop limit
     * @param protocol IPv6: behind a fragment header
     * @param source port 0 for fragments and what has no ports
     * @param destination likewise
     */
    public record Framed(String mac, int hops, int protocol, InetSocketAddress source, InetSocketAddress destination) {}

    private final CallState state = new CallState();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment frame = arena.allocate(FRAME_BYTES);
    private final int fd;
    private final Queue<Framed> framed = new ConcurrentLinkedQueue<>();
    private final Thread reader = new Thread(this::read, "frame-capture");
    private volatile boolean closed;

    /** Begins to capture in a namespace. */
    public FrameCapture(String namespace) {
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
        reader.start();
    }

    /** Everything so far; takes what has come in the meantime. */
    public List<Framed> framed() throws InterruptedException {
        Thread.sleep(200);
        return List.copyOf(framed);
    }

    private void read() {
        CallState own = new CallState();
        while (!closed) {
            int length = SocketCalls.recv(own, fd, frame.address(), FRAME_BYTES, 0);
            if (length > 0) {
                parse(frame.asSlice(0, length).asByteBuffer());
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

    private void parse(ByteBuffer bytes) {
        int type = bytes.limit() < ETHERNET_BYTES + 20 ? 0 : Short.toUnsignedInt(bytes.getShort(ETHER_TYPE));
        if (type == 0x0800) {
            boolean fragment = (bytes.getShort(ETHERNET_BYTES + 6) & 0x3fff) != 0;
            int transport = ETHERNET_BYTES + 4 * (bytes.get(ETHERNET_BYTES) & 0xf);
            int protocol = Byte.toUnsignedInt(bytes.get(ETHERNET_BYTES + 9));
            add(bytes, bytes.get(ETHERNET_BYTES + 8), protocol, 12, 4, fragment ? bytes.limit() : transport);
        } else if (type == 0x86dd && bytes.limit() >= ETHERNET_BYTES + 48) {
            int next = Byte.toUnsignedInt(bytes.get(ETHERNET_BYTES + 6));
            boolean fragment = next == IPV6_FRAGMENT;
            int protocol = fragment ? Byte.toUnsignedInt(bytes.get(ETHERNET_BYTES + 40)) : next;
            int transport = fragment ? bytes.limit() : ETHERNET_BYTES + 40;
            add(bytes, bytes.get(ETHERNET_BYTES + 7), protocol, 8, 16, transport);
        }
    }

    private void add(ByteBuffer bytes, byte hops, int protocol, int addresses, int addressBytes, int transport) {
        boolean ports = (protocol == 6 || protocol == 17) && transport + 4 <= bytes.limit();
        byte[] mac = new byte[6];
        bytes.get(SOURCE_MAC, mac);
        int at = ETHERNET_BYTES + addresses;
        framed.add(new Framed(
                HexFormat.ofDelimiter(":").formatHex(mac),
                Byte.toUnsignedInt(hops),
                protocol,
                new InetSocketAddress(
                        address(bytes, at, addressBytes), ports ? Short.toUnsignedInt(bytes.getShort(transport)) : 0),
                new InetSocketAddress(
                        address(bytes, at + addressBytes, addressBytes),
                        ports ? Short.toUnsignedInt(bytes.getShort(transport + 2)) : 0)));
    }

    private static InetAddress address(ByteBuffer bytes, int at, int length) {
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
        reader.join();
        Libc.close(state, fd);
        arena.close();
    }
}
