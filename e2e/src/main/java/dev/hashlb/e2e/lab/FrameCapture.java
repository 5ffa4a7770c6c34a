package dev.hashlb.e2e.lab;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Who sent which IP packet past the devices of a namespace, in or out, read frame by frame (packet(7)). */
public final class FrameCapture implements AutoCloseable {
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

    private final Queue<Framed> framed = new ConcurrentLinkedQueue<>();
    private final FrameReader reader;

    /** Begins to capture in a namespace. */
    public FrameCapture(String namespace) {
        reader = new FrameReader(namespace, this::parse);
        reader.start();
    }

    /** Everything so far; takes what has come in the meantime. */
    public List<Framed> framed() throws InterruptedException {
        Thread.sleep(200);
        return List.copyOf(framed);
    }

    private void parse(ByteBuffer bytes) {
        int type =
                bytes.limit() < FrameReader.ETHERNET_BYTES + 20 ? 0 : Short.toUnsignedInt(bytes.getShort(ETHER_TYPE));
        if (type == 0x0800) {
            boolean fragment = (bytes.getShort(FrameReader.ETHERNET_BYTES + 6) & 0x3fff) != 0;
            int transport = FrameReader.ETHERNET_BYTES + 4 * (bytes.get(FrameReader.ETHERNET_BYTES) & 0xf);
            int protocol = Byte.toUnsignedInt(bytes.get(FrameReader.ETHERNET_BYTES + 9));
            add(
                    bytes,
                    bytes.get(FrameReader.ETHERNET_BYTES + 8),
                    protocol,
                    12,
                    4,
                    fragment ? bytes.limit() : transport);
        } else if (type == 0x86dd && bytes.limit() >= FrameReader.ETHERNET_BYTES + 48) {
            int next = Byte.toUnsignedInt(bytes.get(FrameReader.ETHERNET_BYTES + 6));
            boolean fragment = next == IPV6_FRAGMENT;
            int protocol = fragment ? Byte.toUnsignedInt(bytes.get(FrameReader.ETHERNET_BYTES + 40)) : next;
            int transport = fragment ? bytes.limit() : FrameReader.ETHERNET_BYTES + 40;
            add(bytes, bytes.get(FrameReader.ETHERNET_BYTES + 7), protocol, 8, 16, transport);
        }
    }

    private void add(ByteBuffer bytes, byte hops, int protocol, int addresses, int addressBytes, int transport) {
        boolean ports = (protocol == 6 || protocol == 17) && transport + 4 <= bytes.limit();
        byte[] mac = new byte[6];
        bytes.get(SOURCE_MAC, mac);
        int at = FrameReader.ETHERNET_BYTES + addresses;
        framed.add(new Framed(
                HexFormat.ofDelimiter(":").formatHex(mac),
                Byte.toUnsignedInt(hops),
                protocol,
                new InetSocketAddress(
                        FrameReader.address(bytes, at, addressBytes),
                        ports ? Short.toUnsignedInt(bytes.getShort(transport)) : 0),
                new InetSocketAddress(
                        FrameReader.address(bytes, at + addressBytes, addressBytes),
                        ports ? Short.toUnsignedInt(bytes.getShort(transport + 2)) : 0)));
    }

    @Override
    public void close() throws InterruptedException {
        reader.close();
    }
}
