package dev.hashlb.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two namespaces joined by a veth pair. Needs root. */
class UdpOffloadIT {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int SEGMENTS = 40;
    private static final int SEGMENT_BYTES = 1400;
    private static final int PAYLOAD_BYTES = SEGMENTS * SEGMENT_BYTES;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment payload = arena.allocate(PAYLOAD_BYTES);
    private TestNamespace left;
    private TestNamespace right;

    @BeforeEach
    void join() throws IOException {
        left = new TestNamespace();
        right = new TestNamespace();
        left.inside("link add eth0 type veth peer name eth0 netns " + right.name());
        for (TestNamespace each : List.of(left, right)) {
            int number = each == left ? 1 : 2;
            each.inside("addr add 10.78.0." + number + "/24 dev eth0");
            each.inside("addr add fd78::" + number + "/64 dev eth0 nodad");
            each.inside("link set eth0 up");
        }
    }

    @AfterEach
    void remove() throws IOException {
        arena.close();
        try (TestNamespace first = left;
                TestNamespace second = right) {
            left = null;
            right = null;
        }
    }

    private static UdpSocket socket(TestNamespace namespace, String address, int bufferBytes) throws LinuxException {
        return namespace.namespace().call(() -> UdpSocket.open(IpAddress.parse(address), 0, bufferBytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.78.0.", "fd78::"})
    void fortySegmentsCrossAsOneMessage(String network) throws Exception {
        for (int i = 0; i < PAYLOAD_BYTES; i++) {
            payload.set(ValueLayout.JAVA_BYTE, i, (byte) (i / SEGMENT_BYTES + i));
        }
        try (UdpSocket sender = socket(left, network + 1, BUFFER_BYTES);
                UdpSocket receiver = socket(right, network + 2, BUFFER_BYTES);
                SendBatch out = new SendBatch(1, 2 * SEGMENTS);
                ReceiveBatch in = new ReceiveBatch(4, 65_536, 32)) {
            int message = out.begin();
            out.destination(message, SockAddr.of(arena, IpAddress.parse(network + 2), receiver.port()));
            for (int i = 0; i < SEGMENTS; i++) {
                // As the engine does it: a header and a payload for each.
                out.add(message, payload.address() + (long) i * SEGMENT_BYTES, 32);
                out.add(message, payload.address() + (long) i * SEGMENT_BYTES + 32, SEGMENT_BYTES - 32);
            }
            out.gsoSize(message, SEGMENT_BYTES);
            assertThat(out.flush(sender.fd())).isEqualTo(1);

            await().until(() -> in.receive(receiver.fd()) == 1);

            assertThat(in.lengthBytes(0)).isEqualTo(PAYLOAD_BYTES);
            assertThat(in.segmentSizeBytes(0)).isEqualTo(SEGMENT_BYTES);
            assertThat(in.senderPort(0)).isEqualTo(sender.port());
            assertThat(in.memory().asSlice(in.dataOffset(0), PAYLOAD_BYTES).mismatch(payload))
                    .isEqualTo(-1);
        }
    }

    @Test
    void aDatagramLargerThanTheMtuIsFragmented() throws Exception {
        try (UdpSocket sender = socket(left, "10.78.0.1", BUFFER_BYTES);
                UdpSocket receiver = socket(right, "10.78.0.2", BUFFER_BYTES);
                SendBatch out = new SendBatch(1, 1);
                ReceiveBatch in = new ReceiveBatch(1, 65_536, 0)) {
            int message = out.begin();
            out.destination(message, SockAddr.of(arena, IpAddress.parse("10.78.0.2"), receiver.port()));
            out.add(message, payload.address(), 4000);
            assertThat(out.flush(sender.fd())).isEqualTo(1);

            await().until(() -> in.receive(receiver.fd()) == 1);

            assertThat(in.lengthBytes(0)).isEqualTo(4000);
        }
    }

    /** As where a tunnel below has a smaller MTU than the uplink: the kernel refuses to cut, and fragments what comes uncut. */
    @ParameterizedTest
    @ValueSource(strings = {"10.78.0.", "fd78::"})
    void whatTheKernelDoesNotCutGoesDatagramByDatagram(String network) throws Exception {
        left.inside("route add " + network + "2 dev eth0 mtu 1300");
        try (UdpSocket sender = socket(left, network + 1, BUFFER_BYTES);
                UdpSocket receiver = socket(right, network + 2, BUFFER_BYTES);
                SendBatch out = new SendBatch(2, 2 * SEGMENTS);
                ReceiveBatch in = new ReceiveBatch(SEGMENTS + 1, 65_536, 0)) {
            MemorySegment there = SockAddr.of(arena, IpAddress.parse(network + 2), receiver.port());
            int cut = out.begin();
            out.destination(cut, there);
            for (int i = 0; i < 3; i++) {
                int lengthBytes = i < 2 ? SEGMENT_BYTES : 500;
                out.add(cut, payload.address() + (long) i * SEGMENT_BYTES, 32);
                out.add(cut, payload.address() + (long) i * SEGMENT_BYTES + 32, lengthBytes - 32);
            }
            out.gsoSize(cut, SEGMENT_BYTES);
            int behind = out.begin();
            out.destination(behind, there);
            out.add(behind, payload.address(), 100);

            assertThat(out.flush(sender.fd())).isEqualTo(2);

            assertThat(out.refused()).isZero();
            List<Integer> lengths = new ArrayList<>();
            await().until(() -> {
                int received = in.receive(receiver.fd());
                for (int i = 0; i < received; i++) {
                    lengths.add(in.lengthBytes(i));
                }
                return lengths.size() == 4;
            });
            assertThat(lengths).containsExactly(SEGMENT_BYTES, SEGMENT_BYTES, 500, 100);
            assertThat(out.begin()).isZero(); // and what is sent next is whole
            out.destination(0, there);
            out.add(0, payload.address(), 200);
            assertThat(out.flush(sender.fd())).isEqualTo(1);
            await().until(() -> in.receive(receiver.fd()) == 1);
            assertThat(in.lengthBytes(0)).isEqualTo(200);
        }
    }

    @Test
    void whatIsRefusedIsCountedByDatagrams() throws Exception {
        try (UdpSocket sender = socket(left, "10.78.0.1", BUFFER_BYTES);
                SendBatch out = new SendBatch(1, SEGMENTS)) {
            int message = out.begin();
            out.destination(message, SockAddr.of(arena, IpAddress.parse("192.0.2.1"), 9));
            for (int i = 0; i < 3; i++) {
                out.add(message, payload.address(), 100);
            }
            out.gsoSize(message, 100);
            assertThat(out.pending()).isEqualTo(3);

            assertThat(out.flush(sender.fd())).isZero();

            assertThat(out.refused()).isEqualTo(3);
            assertThat(out.lastErrno()).isEqualTo(Errno.ENETUNREACH);
        }
    }

    @Test
    void aDestinationWithoutARouteIsLeftOut() throws Exception {
        try (UdpSocket sender = socket(left, "10.78.0.1", BUFFER_BYTES);
                UdpSocket receiver = socket(right, "10.78.0.2", BUFFER_BYTES);
                SendBatch out = new SendBatch(3, 1);
                ReceiveBatch in = new ReceiveBatch(4, 2000, 0)) {
            for (String each : List.of("10.78.0.2", "192.0.2.1", "10.78.0.2")) {
                int message = out.begin();
                out.destination(message, SockAddr.of(arena, IpAddress.parse(each), receiver.port()));
                out.add(message, payload.address(), 100);
            }

            assertThat(out.flush(sender.fd())).isEqualTo(2);

            assertThat(out.refused()).isEqualTo(1);
            assertThat(out.lastErrno()).isEqualTo(Errno.ENETUNREACH);
            await().until(() -> in.receive(receiver.fd()) == 2);
        }
    }

    /** Datagrams to a neighbour that does not answer wait for it, in the sender's buffer. */
    @Test
    void aFullSocketKeepsWhatItCannotTake() throws Exception {
        try (UdpSocket sender = socket(left, "10.78.0.1", 1);
                SendBatch out = new SendBatch(16, 1)) {
            MemorySegment nobody = SockAddr.of(arena, IpAddress.parse("10.78.0.99"), 9);
            for (int i = 0; i < 16; i++) {
                int message = out.begin();
                out.destination(message, nobody);
                out.add(message, payload.address(), 1400);
            }

            int sent = out.flush(sender.fd());

            assertThat(sent).isBetween(1, 15);
            assertThat(out.lastErrno()).isEqualTo(Errno.EAGAIN);
            assertThat(out.refused()).isZero();
            assertThat(out.pending()).isEqualTo(16 - sent);
            out.clear();
            assertThat(out.pending()).isZero();
        }
    }
}
