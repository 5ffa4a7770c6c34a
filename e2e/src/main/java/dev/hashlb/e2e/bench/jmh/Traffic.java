package dev.hashlb.e2e.bench.jmh;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.ServicePort;
import dev.hashlb.core.snapshot.Snapshot;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** Small TCP packets of many flows to the VIPs of many balancers, and the snapshot that declares these. */
final class Traffic {
    static final int STRIDE_BYTES = 128;
    static final int PACKETS = 256;

    private static final int SEED = 7;
    private static final int SERVERS = 20;
    private static final int PORT = 80;
    private static final int TCP = 6;
    private static final int TCP_HEADER_BYTES = 20;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Traffic() {}

    static Snapshot snapshot(int balancers) {
        List<Node> nodes = List.of(new Node("s1", IpAddress.parse("10.9.0.11"), false));
        return new Snapshot(
                1, IntStream.range(0, balancers).mapToObj(Traffic::balancer).toList(), nodes, List.of());
    }

    private static Balancer balancer(int index) {
        List<Server> servers = IntStream.range(0, SERVERS)
                .mapToObj(s -> {
                    String name = "web" + index + "-" + s;
                    return new Server(
                            name,
                            "default/web" + index + "/" + name,
                            "s1",
                            name,
                            List.of(),
                            Set.of(Family.IPV4, Family.IPV6),
                            List.of(Interval.open(1, 1)));
                })
                .toList();
        return new Balancer(
                new NamespacedName("default", "web" + index),
                List.of(vip(Family.IPV4, index), vip(Family.IPV6, index)),
                List.of(new ServicePort("http", Protocol.TCP, PORT, 8080, Delivery.ADDRESS)),
                HashSettings.DEFAULT,
                Ingress.ANY_NODE,
                Reply.DIRECT,
                List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")),
                true,
                UndeclaredPorts.REJECT,
                1,
                servers);
    }

    private static IpAddress vip(Family family, int index) {
        return family == Family.IPV4
                ? IpAddress.parse("198.51.100." + (10 + index))
                : IpAddress.parse("2001:db8:51::" + Integer.toHexString(10 + index));
    }

    /** {@value #PACKETS} packets, one each {@value #STRIDE_BYTES} bytes; they live as long as the arena. */
    static MemorySegment packets(Arena arena, Family family, int balancers) {
        MemorySegment memory = arena.allocate((long) PACKETS * STRIDE_BYTES, STRIDE_BYTES);
        Random random = new Random(SEED);
        for (int i = 0; i < PACKETS; i++) {
            MemorySegment packet = memory.asSlice((long) i * STRIDE_BYTES, STRIDE_BYTES);
            IpAddress vip = vip(family, i % balancers);
            int transport = family == Family.IPV4 ? ipv4(packet, random, vip) : ipv6(packet, random, vip);
            packet.set(U16, transport, (short) (1024 + random.nextInt(64000)));
            packet.set(U16, transport + 2, (short) PORT);
            packet.set(U16, transport + 12, (short) 0x5010); // five words, ACK
        }
        return memory;
    }

    private static int ipv4(MemorySegment packet, Random random, IpAddress vip) {
        packet.set(U32, 0, 0x4500_0000 | (20 + TCP_HEADER_BYTES));
        packet.set(U16, 8, (short) (64 << 8 | TCP));
        packet.set(U32, 12, 0xc000_0200 | random.nextInt(256));
        packet.set(U32, 16, (int) vip.low());
        int sum = 0;
        for (int at = 0; at < 20; at += 2) {
            sum += Short.toUnsignedInt(packet.get(U16, at));
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        packet.set(U16, 10, (short) ~((sum & 0xffff) + (sum >>> 16)));
        return 20;
    }

    private static int ipv6(MemorySegment packet, Random random, IpAddress vip) {
        packet.set(U32, 0, 0x6000_0000);
        packet.set(U16, 4, (short) TCP_HEADER_BYTES);
        packet.set(U16, 6, (short) (TCP << 8 | 64));
        MemorySegment.copy(IpAddress.parse("2001:db8:7::").toBytes(), 0, packet, ValueLayout.JAVA_BYTE, 8, 16);
        packet.set(U32, 20, random.nextInt());
        MemorySegment.copy(vip.toBytes(), 0, packet, ValueLayout.JAVA_BYTE, 24, 16);
        return 40;
    }
}
