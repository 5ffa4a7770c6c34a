package dev.hashlb.e2e.lab;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What the tunnel carries past a node's devices, in or out, read frame by frame (packet(7)) by docs/wire-format.md. Datagrams that the kernel
 * has not cut up yet lie one behind the other in one frame.
 */
public final class TunnelCapture implements AutoCloseable {
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

    private final Queue<Carried> carried = new ConcurrentLinkedQueue<>();
    private final FrameReader reader;

    /** Begins to capture in a node's namespace; its tunnel is over IPv4. */
    public TunnelCapture(String namespace) {
        reader = new FrameReader(namespace, this::parse);
        reader.start();
    }

    /** Everything so far; takes what has come in the meantime. */
    public List<Carried> carried() throws InterruptedException {
        Thread.sleep(200);
        return List.copyOf(carried);
    }

    private void parse(ByteBuffer bytes) {
        if (bytes.limit() < FrameReader.ETHERNET_BYTES + 28
                || bytes.getShort(12) != 0x0800
                || bytes.get(FrameReader.ETHERNET_BYTES + 9) != UDP) {
            return;
        }
        int ip = FrameReader.ETHERNET_BYTES;
        int udp = ip + 4 * (bytes.get(ip) & 0xf);
        int end = Math.min(bytes.limit(), ip + Short.toUnsignedInt(bytes.getShort(ip + 2)));
        if (Short.toUnsignedInt(bytes.getShort(udp + 2)) != TUNNEL_PORT) {
            return;
        }
        String from = FrameReader.address(bytes, ip + 12, 4).getHostAddress();
        String to = FrameReader.address(bytes, ip + 16, 4).getHostAddress();
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
                        FrameReader.address(bytes, addresses, addressBytes),
                        ports ? Short.toUnsignedInt(bytes.getShort(transport)) : 0),
                new InetSocketAddress(
                        FrameReader.address(bytes, addresses + addressBytes, addressBytes),
                        ports ? Short.toUnsignedInt(bytes.getShort(transport + 2)) : 0),
                length));
        return ip + length;
    }

    @Override
    public void close() throws InterruptedException {
        reader.close();
    }
}
