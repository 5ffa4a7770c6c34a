package dev.hashlb.e2e.bench.load;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.TunDevice;
import dev.hashlb.agent.linux.VirtioNetHeader;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.e2e.lab.Command;
import dev.hashlb.e2e.lab.Sockets;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** One UDP datagram of each of very many flows, from addresses that nobody has, written into a TUN of the client's. */
public final class ManyFlows {
    private static final String DEVICE = "flows";
    /** 10.77.0.0, of which flow n has the address n / 32768 and the port 32768 + n % 32768. */
    private static final int FIRST_ADDRESS = 10 << 24 | 77 << 16;

    private static final int PORTS = 1 << 15;
    private static final int IP_BYTES = 20;
    private static final int UDP_BYTES = 8;
    private static final int PAYLOAD_BYTES = 16;
    private static final int PACKET_BYTES = IP_BYTES + UDP_BYTES + PAYLOAD_BYTES;
    /** So many packets a millisecond at most: it is flows that are wanted, not losses. */
    private static final int BURST = 100;

    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private ManyFlows() {}

    /**
     * Sends one datagram of each of some flows.
     *
     * @param first the number of the first flow; flows of different numbers are different
     */
    public static void send(String namespace, String vip, int port, int first, int flows) throws IOException {
        try (TunDevice device = Sockets.inside(namespace, () -> TunDevice.open(DEVICE, 1));
                Arena arena = Arena.ofConfined()) {
            Command.run("""
                    ip link set %s up
                    echo 1 > /proc/sys/net/ipv4/ip_forward
                    for f in all %s; do echo 0 > /proc/sys/net/ipv4/conf/$f/rp_filter; done
                    """.formatted(DEVICE, DEVICE), Command.inNamespace(namespace, List.of("sh", "-e")));
            MemorySegment packet = arena.allocate(VirtioNetHeader.LENGTH_BYTES + PACKET_BYTES);
            packet.asSlice(VirtioNetHeader.LENGTH_BYTES)
                    .copyFrom(datagram(arena, (int) IpAddress.parse(vip).low(), port));
            CallState state = new CallState();
            for (int flow = first; flow < first + flows; flow++) {
                setFlow(packet.asSlice(VirtioNetHeader.LENGTH_BYTES), flow);
                write(state, device.fd(0), packet);
                if (flow % BURST == 0) {
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }
    }

    private static void write(CallState state, int fd, MemorySegment packet) throws LinuxException {
        int written;
        do {
            written = Libc.write(state, fd, packet.address(), (int) packet.byteSize());
        } while (written == -Errno.EAGAIN);
        LinuxException.orThrow(written, "write", "to TUN " + DEVICE);
    }

    private static MemorySegment datagram(Arena arena, int destination, int port) {
        MemorySegment packet = arena.allocate(PACKET_BYTES);
        packet.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x45);
        packet.set(U16, 2, (short) PACKET_BYTES);
        packet.set(ValueLayout.JAVA_BYTE, 8, (byte) 64);
        packet.set(ValueLayout.JAVA_BYTE, 9, (byte) 17);
        packet.set(U32, 16, destination);
        packet.set(U16, IP_BYTES + 2, (short) port);
        packet.set(U16, IP_BYTES + 4, (short) (UDP_BYTES + PAYLOAD_BYTES)); // checksum 0: none (RFC 768)
        return packet;
    }

    private static void setFlow(MemorySegment packet, int flow) {
        packet.set(U32, 12, FIRST_ADDRESS + flow / PORTS);
        packet.set(U16, IP_BYTES, (short) (PORTS + flow % PORTS));
        packet.set(U16, 10, (short) 0);
        int sum = 0;
        for (int i = 0; i < IP_BYTES; i += 2) {
            sum += packet.get(U16, i) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        packet.set(U16, 10, (short) ~(sum + (sum >>> 16)));
    }
}
