package dev.hashlb.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.hashlb.core.address.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches over the loopback device, which delivers before the sending call returns. Needs no privilege. */
class UdpBatchTest {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int HEADROOM_BYTES = 64;
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment payload = arena.allocate(65_536);
    private final SendBatch out = new SendBatch(16, 140);
    private final ReceiveBatch in = new ReceiveBatch(16, 65_536, HEADROOM_BYTES);

    UdpBatchTest() {
        for (int i = 0; i < payload.byteSize(); i++) {
            payload.set(ValueLayout.JAVA_BYTE, i, (byte) ((i * 31) >> 3));
        }
    }

    @AfterEach
    void free() {
        out.close();
        in.close();
        arena.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void messagesArriveWithContentAndSender(String literal) throws Exception {
        IpAddress address = IpAddress.parse(literal);
        try (UdpSocket sender = UdpSocket.open(address, 0, BUFFER_BYTES);
                UdpSocket receiver = UdpSocket.open(address, 0, BUFFER_BYTES)) {
            MemorySegment there = SockAddr.of(arena, address, receiver.port());
            for (int i = 0; i < 3; i++) {
                int message = out.begin();
                out.destination(message, there);
                out.add(message, payload.address() + 100L * i, 10);
                out.add(message, payload.address() + 100L * i + 10, 50 + i);
            }

            assertThat(out.flush(sender.fd())).isEqualTo(3);
            assertThat(in.receive(receiver.fd())).isEqualTo(3);

            for (int i = 0; i < 3; i++) {
                assertThat(content(i)).isEqualTo(bytes(100 * i, 60 + i));
                assertThat(in.segmentSizeBytes(i)).isEqualTo(60 + i);
                assertThat(in.truncated(i)).isFalse();
                assertThat(in.senderPort(i)).isEqualTo(sender.port());
                assertThat(sender(i)).isEqualTo(address);
            }
            assertThat(in.receive(receiver.fd())).isEqualTo(-Errno.EAGAIN);
        }
    }

    @Test
    void aMessageToBeCutArrivesAsItsSegments() throws Exception {
        try (UdpSocket sender = UdpSocket.open(LOOPBACK, 0, BUFFER_BYTES);
                UdpSocket receiver = UdpSocket.open(LOOPBACK, 0, BUFFER_BYTES)) {
            int message = out.begin();
            out.destination(message, SockAddr.of(arena, LOOPBACK, receiver.port()));
            out.add(message, payload.address(), 10_500);
            out.gsoSize(message, 1000);

            out.flush(sender.fd());
            assertThat(in.receive(receiver.fd())).isEqualTo(1);

            assertThat(in.segmentSizeBytes(0)).isEqualTo(1000);
            assertThat(content(0)).isEqualTo(bytes(0, 10_500));
        }
    }

    @Test
    void aSlotThatHadSegmentsForgetsThem() throws Exception {
        try (UdpSocket sender = UdpSocket.open(LOOPBACK, 0, BUFFER_BYTES);
                UdpSocket receiver = UdpSocket.open(LOOPBACK, 0, BUFFER_BYTES)) {
            MemorySegment there = SockAddr.of(arena, LOOPBACK, receiver.port());
            for (int segmentBytes : List.of(100, 0)) {
                int message = out.begin();
                out.destination(message, there);
                out.add(message, payload.address(), 300);
                out.gsoSize(message, segmentBytes);
                out.flush(sender.fd());
                in.receive(receiver.fd());
            }

            assertThat(in.segmentSizeBytes(0)).isEqualTo(300);
        }
    }

    @Test
    void whatTheKernelRefusesDoesNotHoldUpTheRest() throws Exception {
        try (UdpSocket sender = UdpSocket.open(LOOPBACK, 0, BUFFER_BYTES);
                UdpSocket receiver = UdpSocket.open(LOOPBACK, 0, BUFFER_BYTES)) {
            MemorySegment there = SockAddr.of(arena, LOOPBACK, receiver.port());
            for (int i = 0; i < 5; i++) {
                int message = out.begin();
                out.destination(message, there);
                out.add(message, payload.address(), i + 1);
                if (i == 0 || i == 3) {
                    out.add(message, payload.address(), 65_507);
                }
            }

            assertThat(out.flush(sender.fd())).isEqualTo(3);

            assertThat(out.refused()).isEqualTo(2);
            assertThat(out.lastErrno()).isEqualTo(Errno.EMSGSIZE);
            assertThat(out.pending()).isZero();
            int received = in.receive(receiver.fd());
            assertThat(IntStream.range(0, received).map(in::lengthBytes).boxed())
                    .containsExactly(2, 3, 5);
        }
    }

    @Test
    void aFullBatchAndAFullMessageSayIt() {
        try (SendBatch small = new SendBatch(2, 1)) {
            assertThat(small.begin()).isEqualTo(0);
            assertThat(small.begin()).isEqualTo(1);
            assertThat(small.begin()).isEqualTo(-1);
            small.add(1, payload.address(), 1);
            assertThatThrownBy(() -> small.add(1, payload.address(), 1)).isInstanceOf(IndexOutOfBoundsException.class);
            small.clear();
            assertThat(small.begin()).isEqualTo(0);
        }
    }

    @Test
    void whatDoesNotFitItsSlotIsMarked() throws Exception {
        try (UdpSocket sender = UdpSocket.open(LOOPBACK, 0, BUFFER_BYTES);
                UdpSocket receiver = UdpSocket.open(LOOPBACK, 0, BUFFER_BYTES);
                ReceiveBatch small = new ReceiveBatch(2, 100, 0)) {
            int message = out.begin();
            out.destination(message, SockAddr.of(arena, LOOPBACK, receiver.port()));
            out.add(message, payload.address(), 101);
            out.flush(sender.fd());

            assertThat(small.receive(receiver.fd())).isEqualTo(1);
            assertThat(small.truncated(0)).isTrue();
        }
    }

    @Test
    void aPortInUseByAnotherAddressFamilyDoesNotMatter() throws Exception {
        try (UdpSocket v4 = UdpSocket.open(IpAddress.parse("0.0.0.0"), 0, BUFFER_BYTES);
                UdpSocket v6 = UdpSocket.open(IpAddress.parse("::"), v4.port(), BUFFER_BYTES);
                UdpSocket again = UdpSocket.open(IpAddress.parse("::"), v4.port(), BUFFER_BYTES)) {
            assertThat(List.of(v6.port(), again.port())).containsOnly(v4.port());
        }
    }

    @Test
    void anAddressThatIsNotLocalIsNamedAndLeavesNoDescriptor() throws Exception {
        List<String> before = Descriptors.open();

        assertThatThrownBy(() -> UdpSocket.open(IpAddress.parse("192.0.2.1"), 6082, BUFFER_BYTES))
                .isInstanceOf(LinuxException.class)
                .hasMessage("bind UDP 192.0.2.1:6082: Cannot assign requested address (EADDRNOTAVAIL)");

        assertThat(Descriptors.open()).isEqualTo(before);
    }

    @Test
    void sendingAndReceivingAllocateNothing() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (UdpSocket sender = UdpSocket.open(LOOPBACK, 0, BUFFER_BYTES);
                UdpSocket receiver = UdpSocket.open(LOOPBACK, 0, BUFFER_BYTES)) {
            MemorySegment there = SockAddr.of(arena, LOOPBACK, receiver.port());
            long least = Long.MAX_VALUE;
            // Until the JIT compiler has inlined the calls, each allocates some 40 bytes; afterwards none may.
            for (int round = 0; round < 100 && least > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 500; i++) {
                    sixteenMessages(there, sender.fd(), receiver.fd());
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(least).isZero();
        }
    }

    private void sixteenMessages(MemorySegment there, int senderFd, int receiverFd) {
        int message = out.begin();
        while (message >= 0) {
            out.destination(message, there);
            out.add(message, payload.address(), 200);
            out.gsoSize(message, 100);
            message = out.begin();
        }
        int sent = out.flush(senderFd);
        int received = in.receive(receiverFd);
        int bytes = 0;
        for (int i = 0; i < received; i++) {
            bytes += in.lengthBytes(i) / in.segmentSizeBytes(i) + in.senderPort(i);
        }
        if (sent != 16 || received != 16 || bytes == 0 || in.receive(receiverFd) != -Errno.EAGAIN) {
            throw new AssertionError("sent " + sent + ", received " + received);
        }
    }

    private IpAddress sender(int slot) {
        return in.senderFamily(slot) == SocketCalls.AF_INET
                ? IpAddress.ipv4((int) in.senderLow(slot))
                : IpAddress.ipv6(in.senderHigh(slot), in.senderLow(slot));
    }

    private byte[] content(int slot) {
        return in.memory().asSlice(in.dataOffset(slot), in.lengthBytes(slot)).toArray(ValueLayout.JAVA_BYTE);
    }

    private byte[] bytes(int offset, int length) {
        return payload.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
    }
}
