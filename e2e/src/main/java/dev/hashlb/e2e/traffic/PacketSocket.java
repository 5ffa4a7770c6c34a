package dev.hashlb.e2e.traffic;

import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.PacketSocket.Hears;
import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Sockets;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Sends Ethernet frames out of a device as they are: packet(7). */
public final class PacketSocket implements AutoCloseable {
    static final int ETHERNET_BYTES = 14;

    private final dev.hashlb.agent.linux.PacketSocket socket;
    private final byte[] destination;
    private final byte[] source;

    /** A socket on a device of a namespace, whose frames go to this MAC address. */
    public PacketSocket(String namespace, String device, String destinationMac) {
        destination = mac(destinationMac);
        source = mac(macOf(namespace, device));
        int index = Integer.parseInt(Command.runIn(namespace, "cat", "/sys/class/net/" + device + "/ifindex")
                .strip());
        socket =
                Sockets.inside(namespace, () -> dev.hashlb.agent.linux.PacketSocket.open(index, device, Hears.NOTHING));
    }

    /** The MAC address of a device. */
    public static String macOf(String namespace, String device) {
        return Command.runIn(namespace, "cat", "/sys/class/net/" + device + "/address")
                .strip();
    }

    private static byte[] mac(String text) {
        return HexFormat.ofDelimiter(":").parseHex(text);
    }

    /** Sends an IP packet; its version decides the frame's type. */
    public void send(ByteBuffer packet, boolean ipv6) {
        ByteBuffer frame = ByteBuffer.allocate(ETHERNET_BYTES + packet.remaining());
        frame.put(destination).put(source);
        frame.putShort((short) (ipv6 ? 0x86dd : 0x0800)).put(packet.duplicate());
        int errno = socket.send(frame.array());
        // The device's queue is full for a moment: a sender of raw frames is not told to wait otherwise.
        while (errno == Errno.ENOBUFS || errno == Errno.EAGAIN) {
            Thread.onSpinWait();
            errno = socket.send(frame.array());
        }
        if (errno != 0) {
            throw new IllegalStateException("a packet socket takes no frame: errno " + errno);
        }
    }

    int fd() {
        return socket.fd();
    }

    /** What begins each frame of an IPv4 packet; its length is {@link #ETHERNET_BYTES}. */
    void ethernetHeader(ByteBuffer out) {
        out.put(destination).put(source).putShort((short) 0x0800);
    }

    @Override
    public void close() {
        socket.close();
    }
}
