package dev.hashlb.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.management.ThreadMXBean;
import dev.hashlb.core.address.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Needs root and /dev/net/tun. The kernel's end of the device is 10.77.0.1; 10.77.0.9 is behind it, where the test is. */
class TunDeviceIT {
    private static final int READ_BYTES = 70_000;
    private static final int HEADER = VirtioNetHeader.LENGTH_BYTES;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int KERNEL = 0x0a4d0001;
    private static final int TEST = 0x0a4d0009;
    private static final int ICMP = 1;
    private static final int UDP = 17;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(READ_BYTES);
    private final CallState state = new CallState();
    private final WriteVector writer = new WriteVector(4);

    @AfterEach
    void free() {
        writer.close();
        arena.close();
    }

    private static TunDevice open(TestNamespace namespace) throws Exception {
        TunDevice device = namespace.namespace().call(() -> TunDevice.open("lx%d", 1));
        namespace.inside("addr add 10.77.0.1/24 dev " + device.name());
        namespace.inside("link set " + device.name() + " up");
        return device;
    }

    @Test
    void aPingWrittenIsAnsweredByTheKernel() throws Exception {
        try (TestNamespace namespace = new TestNamespace();
                TunDevice device = open(namespace)) {
            // Written in two pieces: header and IPv4 header, then the ICMP message.
            echoRequest();
            writer.add(buffer.address(), HEADER + 20);
            writer.add(buffer.address() + HEADER + 20, 16);
            assertThat(writer.write(device.fd(0))).isEqualTo(HEADER + 36);

            int lengthBytes = readPacket(device, ICMP);

            assertThat(lengthBytes).isEqualTo(HEADER + 36);
            assertThat(buffer.get(ValueLayout.JAVA_BYTE, HEADER + 20))
                    .as("echo reply")
                    .isZero();
            assertThat(buffer.get(U32, HEADER + 12)).isEqualTo(KERNEL);
            assertThat(buffer.get(U32, HEADER + 16)).isEqualTo(TEST);
            assertThat(buffer.get(ValueLayout.JAVA_LONG_UNALIGNED, HEADER + 28)).isEqualTo(0x1122334455667788L);
        }
    }

    @Test
    void udpSuperPacketsComeAndGoWhole() throws Exception {
        try (TestNamespace namespace = new TestNamespace();
                TunDevice device = open(namespace);
                UdpSocket socket =
                        namespace.namespace().call(() -> UdpSocket.open(IpAddress.ipv4(KERNEL), 0, 1 << 20));
                SendBatch out = new SendBatch(1, 1);
                ReceiveBatch in = new ReceiveBatch(2, 65_536, 0)) {
            assertThat(device.segmentsUdp()).as("Linux 6.2 has USO").isTrue();
            MemorySegment payload = arena.allocate(10_400);
            payload.fill((byte) 0x5a);
            int message = out.begin();
            out.destination(message, SockAddr.of(arena, IpAddress.ipv4(TEST), socket.port()));
            out.add(message, payload.address(), 10_400);
            out.gsoSize(message, 1000);
            assertThat(out.flush(socket.fd())).isEqualTo(1);

            int lengthBytes = readPacket(device, UDP);

            assertThat(lengthBytes).isEqualTo(HEADER + 28 + 10_400);
            assertThat(VirtioNetHeader.gsoType(buffer, 0)).isEqualTo(VirtioNetHeader.GSO_UDP_L4);
            assertThat(VirtioNetHeader.gsoSize(buffer, 0)).isEqualTo(1000);
            assertThat(VirtioNetHeader.flags(buffer, 0)).isEqualTo(VirtioNetHeader.FLAG_NEEDS_CSUM);
            assertThat(VirtioNetHeader.checksumStart(buffer, 0)).isEqualTo(20);
            assertThat(VirtioNetHeader.checksumOffset(buffer, 0)).isEqualTo(6);

            // Back to the sender; swapped addresses and ports have the same sums, the pseudo-header's included.
            buffer.set(U32, HEADER + 12, TEST);
            buffer.set(U32, HEADER + 16, KERNEL);
            writer.add(buffer.address(), lengthBytes);
            assertThat(writer.write(device.fd(0))).isEqualTo(lengthBytes);

            assertThat(in.receive(socket.fd())).isEqualTo(1);
            assertThat(in.lengthBytes(0)).isEqualTo(10_400);
            assertThat(in.segmentSizeBytes(0)).isEqualTo(1000);
            assertThat(in.senderLow(0)).isEqualTo(TEST);
            assertThat(in.memory().asSlice(in.dataOffset(0), 10_400).mismatch(payload))
                    .isEqualTo(-1);
        }
    }

    @Test
    void anIdleDeviceSaysAgain() throws Exception {
        try (TestNamespace namespace = new TestNamespace();
                TunDevice device = namespace.namespace().call(() -> TunDevice.open("lx0", 2))) {
            assertThat(device.name()).isEqualTo("lx0");
            assertThat(device.queues()).isEqualTo(2);
            for (int fd : device.fds()) {
                assertThat(Libc.read(state, fd, buffer.address(), READ_BYTES)).isEqualTo(-Errno.EAGAIN);
            }
        }
    }

    @Test
    void aNameInUseIsRefusedAndNoDescriptorIsLeft() throws Exception {
        try (TestNamespace namespace = new TestNamespace()) {
            List<String> before = Descriptors.open();
            try (TunDevice device = namespace.namespace().call(() -> TunDevice.open("lx0", 1))) {
                assertThat(device.fd(0)).isPositive();
                assertThat(Descriptors.open()).hasSize(before.size() + 1);
                assertThatThrownBy(() -> namespace.namespace().call(() -> TunDevice.open("lx0", 2)))
                        .isInstanceOf(LinuxException.class)
                        .hasMessage("TUNSETIFF lx0: Device or resource busy (EBUSY)");
            }
            assertThat(Descriptors.open()).isEqualTo(before);
            namespace.namespace().call(() -> TunDevice.open("lx0", 2)).close();
        }
    }

    @Test
    void aDeviceMovedIntoANamespaceThatEndsIsSeenToBeGone() throws Exception {
        String name = "lx" + ProcessHandle.current().pid();
        try (TestNamespace pod = new TestNamespace();
                TunDevice device = TunDevice.open(name, 1)) {
            TestNamespace.ip("link set " + name + " netns " + pod.name());
            pod.inside("link set " + name + " up");
            pod.close();

            eventually(() -> Libc.read(state, device.fd(0), buffer.address(), READ_BYTES) == -Errno.EBADFD);
            pod.make();
        }
    }

    @Test
    void readingAndWritingAllocateNothing() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (TestNamespace namespace = new TestNamespace();
                TunDevice device = open(namespace)) {
            int fd = device.fd(0);
            long least = Long.MAX_VALUE;
            int answers = 0;
            for (int round = 0; round < 100 && least > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 1000; i++) {
                    echoRequest();
                    writer.clear();
                    writer.add(buffer.address(), HEADER + 36);
                    writer.write(fd);
                    answers += Libc.read(state, fd, buffer.address(), READ_BYTES) > 0 ? 1 : 0;
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(least).isZero();
            assertThat(answers).isPositive();
        }
    }

    /** An ICMP echo request from the test's address, with checksums worked out by hand (RFC 1071). */
    private void echoRequest() {
        VirtioNetHeader.clear(buffer, 0);
        long ip = HEADER;
        buffer.set(U32, ip, 0x45000024);
        buffer.set(U32, ip + 4, 0x00004000);
        buffer.set(U32, ip + 8, 0x40010000);
        buffer.set(U32, ip + 12, TEST);
        buffer.set(U32, ip + 16, KERNEL);
        buffer.set(U16, ip + 10, checksum(ip, 20));
        buffer.set(U32, ip + 20, 0x08000000);
        buffer.set(U32, ip + 24, 0x12340001);
        buffer.set(ValueLayout.JAVA_LONG_UNALIGNED, ip + 28, 0x1122334455667788L);
        buffer.set(U16, ip + 22, checksum(ip + 20, 16));
    }

    private short checksum(long offset, int lengthBytes) {
        int sum = 0;
        for (int i = 0; i < lengthBytes; i += 2) {
            sum += buffer.get(U16, offset + i) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        return (short) ~(sum + (sum >>> 16));
    }

    /** Reads on until there is an IPv4 packet of the protocol; a new device also sends IPv6 of its own. */
    private int readPacket(TunDevice device, int protocol) {
        int[] lengthBytes = new int[1];
        eventually(() -> {
            lengthBytes[0] = Libc.read(state, device.fd(0), buffer.address(), READ_BYTES);
            return lengthBytes[0] > 0
                    && buffer.get(ValueLayout.JAVA_BYTE, HEADER) == 0x45
                    && buffer.get(ValueLayout.JAVA_BYTE, HEADER + 9) == protocol;
        });
        return lengthBytes[0];
    }

    private static void eventually(BooleanSupplier condition) {
        await().pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(condition::getAsBoolean);
    }
}
