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
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What the tunnel carries past a node's devices, in or out, read frame by frame (packet(7)) by docs/wire-format.md. Datagrams that the kernel
 * has not cut up yet lie one behind the other in one frame.
 */
public final class TunnelCapture implements AutoCloseable {
    private static final int ETH_P_ALL_BIG_ENDIAN = 0x0300;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int RECEIVE_BYTES = 64 << 20;
    private static final int FRAME_BYTES = 70_000;
    private static final int ETHERNET_BYTES = 14;
    private static final int TUNNEL_HEADER_BYTES = 44;
    private static final int UDP = 17;
    private static final int TUNNEL_PORT = 6082;

    /**
     * A packet in the tunnel.
     *
     * @param from the sending node's address
     * @param to the receiving node's
     * @param source the inner packet's; port 0 behind the first fragment and for ICMP
     * @param destination likewise
     * @param lengthBytes of the inner packet
     */
    public record Carried(
            String from,
            String to,
            int protocol,
            InetSocketAddress source,
            InetSocketAddress destination,
            int lengthBytes) {}

    private final CallState state = new CallState();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment frame = arena.allocate(FRAME_BYTES);
    private final int fd;
    private final Queue<Carried> carried = new ConcurrentLinkedQueue<>();
    private final Thread reader = new Thread(this::read, "tunnel-capture");
    private volatile boolean closed;

    /** Begins to capture in a node's namespace; its tunnel is over IPv4. */
    public TunnelCapture(String namespace) {
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
    public List<Carried> carried() throws InterruptedException {
        Thread.sleep(200);
        return List.copyOf(carried);
    }

    private void read() {
        CallState own = new CallState();
        while (!closed) {
            int length = SocketCalls.recv(own, fd, frame.address(), FRAME_BYTES, 0);
            if (length == -Errno.EAGAIN) {
                pause();
            } else if (length > 0) {
                parse(frame.asSlice(0, length).asByteBuffer());
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
        if (bytes.limit() < ETHERNET_BYTES + 28
                || bytes.getShort(12) != 0x0800
                || bytes.get(ETHERNET_BYTES + 9) != UDP) {
            return;
        }
        int ip = ETHERNET_BYTES;
        int udp = ip + 4 * (bytes.get(ip) & 0xf);
        int end = Math.min(bytes.limit(), ip + Short.toUnsignedInt(bytes.getShort(ip + 2)));
        if (Short.toUnsignedInt(bytes.getShort(udp + 2)) != TUNNEL_PORT) {
            return;
        }
        String from = address(bytes, ip + 12, 4).getHostAddress();
        String to = address(bytes, ip + 16, 4).getHostAddress();
        int at = udp + 8;
        while (at + TUNNEL_HEADER_BYTES + 20 <= end && bytes.getShort(at) == 0x0940) {
            at = inner(bytes, at + TUNNEL_HEADER_BYTES, from, to);
        }
    }

    /** @return where the next tunnel header is, if there is one */
    private int inner(ByteBuffer bytes, int ip, String from, String to) {
        boolean ipv4 = bytes.get(ip) >>> 4 == 4;
        if (!ipv4 && ip + 40 > bytes.limit()) {
            return bytes.limit();
        }
        int length =
                ipv4 ? Short.toUnsignedInt(bytes.getShort(ip + 2)) : 40 + Short.toUnsignedInt(bytes.getShort(ip + 4));
        int transport = ipv4 ? ip + 4 * (bytes.get(ip) & 0xf) : ip + 40;
        int protocol = bytes.get(ip + (ipv4 ? 9 : 6));
        int addressBytes = ipv4 ? 4 : 16;
        int addresses = ip + (ipv4 ? 12 : 8);
        boolean ports = (protocol == 6 || protocol == UDP)
                && !(ipv4 && (bytes.getShort(ip + 6) & 0x1fff) != 0)
                && transport + 4 <= bytes.limit();
        carried.add(new Carried(
                from,
                to,
                protocol,
                new InetSocketAddress(
                        address(bytes, addresses, addressBytes),
                        ports ? Short.toUnsignedInt(bytes.getShort(transport)) : 0),
                new InetSocketAddress(
                        address(bytes, addresses + addressBytes, addressBytes),
                        ports ? Short.toUnsignedInt(bytes.getShort(transport + 2)) : 0),
                length));
        return ip + length;
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
