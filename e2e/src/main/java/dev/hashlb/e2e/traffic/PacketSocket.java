package dev.hashlb.e2e.traffic;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.SocketCalls;
import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Sockets;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Sends Ethernet frames out of a device as they are: packet(7). */
public final class PacketSocket implements AutoCloseable {
    private static final int AF_PACKET = 17;
    private static final int SOCKADDR_LL_BYTES = 20;
    private static final int LONGEST_FRAME_BYTES = 1514;
    static final int ETHERNET_BYTES = 14;

    private final CallState state = new CallState();
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment frame = arena.allocate(LONGEST_FRAME_BYTES);
    private final int fd;
    private final byte[] destination;
    private final byte[] source;

    /** A socket on a device of a namespace, whose frames go to this MAC address. */
    public PacketSocket(String namespace, String device, String destinationMac) {
        destination = mac(destinationMac);
        source = mac(macOf(namespace, device));
        int index = Integer.parseInt(Command.runIn(namespace, "cat", "/sys/class/net/" + device + "/ifindex")
                .strip());
        fd = Sockets.inside(namespace, () -> SocketCalls.socket(state, AF_PACKET, SocketCalls.SOCK_RAW, 0));
        check(fd, "socket");
        check(SocketCalls.bind(state, fd, address(index)), "bind");
    }

    /** The MAC address of a device. */
    public static String macOf(String namespace, String device) {
        return Command.runIn(namespace, "cat", "/sys/class/net/" + device + "/address")
                .strip();
    }

    private static byte[] mac(String text) {
        return HexFormat.ofDelimiter(":").parseHex(text);
    }

    private MemorySegment address(int index) {
        MemorySegment address = arena.allocate(SOCKADDR_LL_BYTES, Integer.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
        address.set(ValueLayout.JAVA_INT, 4, index);
        return address;
    }

    /** Sends an IP packet; its version decides the frame's type. */
    public void send(ByteBuffer packet, boolean ipv6) {
        ByteBuffer out = frame.asByteBuffer().put(destination).put(source);
        out.putShort((short) (ipv6 ? 0x86dd : 0x0800)).put(packet.duplicate());
        int result = SocketCalls.send(state, fd, frame.address(), out.position(), 0);
        // The device's queue is full for a moment: a sender of raw frames is not told to wait otherwise.
        while (result == -Errno.ENOBUFS) {
            Thread.onSpinWait();
            result = SocketCalls.send(state, fd, frame.address(), out.position(), 0);
        }
        check(result, "send");
    }

    int fd() {
        return fd;
    }

    /** What begins each frame of an IPv4 packet; its length is {@link #ETHERNET_BYTES}. */
    void ethernetHeader(ByteBuffer out) {
        out.put(destination).put(source).putShort((short) 0x0800);
    }

    private static void check(int result, String call) {
        if (result < 0) {
            throw new IllegalStateException(call + " of a packet socket: errno " + -result);
        }
    }

    @Override
    public void close() {
        Libc.close(state, fd);
        arena.close();
    }
}
