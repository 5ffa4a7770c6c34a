package dev.hashlb.agent.engine.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.agent.linux.SendBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrainsTest {
    private static final int MESSAGES = 64;
    private static final long N1 = 0x7f00_1000L;
    private static final long N2 = 0x7f00_1040L;
    private static final int ACK_BYTES = 116;
    private static final int DATA_BYTES = 216;
    private static final long SEED = 20_261_127;

    private final Trains trains = new Trains(MESSAGES);
    private final List<List<Datagram>> messages = new ArrayList<>();

    private record Datagram(long peer, int lengthBytes, int flow, int number) {}

    @Test
    void equalLengthsToOnePeerTravelTogetherAlthoughOthersLieBetween() {
        for (int i = 0; i < 8; i++) {
            add(i % 2 == 0 ? N1 : N2, i / 2 % 2 == 0 ? ACK_BYTES : DATA_BYTES, i);
        }

        assertThat(messages)
                .hasSize(4)
                .allSatisfy(message -> assertThat(message)
                        .hasSize(2)
                        .allMatch(d -> d.peer() == message.getFirst().peer()
                                && d.lengthBytes() == message.getFirst().lengthBytes()));
        assertThat(trains.segments(0)).isEqualTo(2);
        assertThat(trains.segmentBytes(0)).isEqualTo(ACK_BYTES);
    }

    @Test
    void aFlowsNextPacketDoesNotJoinAMessageBeforeItsLast() {
        add(N1, ACK_BYTES, 1);
        add(N1, DATA_BYTES, 2);
        add(N1, DATA_BYTES, 3);

        add(N1, ACK_BYTES, 2);

        assertThat(messages).hasSize(3);
        assertThat(messages.getLast()).extracting(Datagram::flow).containsExactly(2);
    }

    @Test
    void aFlowsShorterDatagramEndsTheMessageBeforeIt() {
        add(N1, DATA_BYTES, 1);
        add(N1, DATA_BYTES, 1);
        add(N1, DATA_BYTES - 1, 1);

        add(N1, DATA_BYTES, 1);

        assertThat(messages).extracting(List::size).containsExactly(3, 1);
    }

    @Test
    void anotherFlowsShorterDatagramEndsNothing() {
        add(N1, DATA_BYTES, 1);
        add(N1, ACK_BYTES, 2);
        add(N1, DATA_BYTES, 3);

        assertThat(messages).extracting(List::size).containsExactly(2, 1);
    }

    @Test
    void aLongerDatagramBeginsAMessage() {
        add(N1, ACK_BYTES, 1);

        add(N1, ACK_BYTES + 1, 1);

        assertThat(messages).hasSize(2);
    }

    @Test
    void whatTheKernelMustFragmentTravelsAlone() {
        trains.begin(0, N1, DATA_BYTES, 1, false);

        assertThat(trains.join(N1, DATA_BYTES, 1)).isEqualTo(Trains.NONE);
    }

    @Test
    void aFlowsNextPacketToAnotherPeerBeginsAMessage() {
        add(N1, DATA_BYTES, 1);

        add(N2, ACK_BYTES, 1);
        add(N1, DATA_BYTES, 1);

        assertThat(messages).extracting(List::size).containsExactly(1, 1, 1);
    }

    @Test
    void noMessageHasTwoPeersWhateverSharesARow() {
        for (int peer = 0; peer < MESSAGES; peer++) {
            add(N1 + peer * 0x40L, ACK_BYTES, peer);
        }

        assertThat(messages).hasSize(MESSAGES);
    }

    @Test
    void aMessageHasAsManyDatagramsAndBytesAsTheKernelTakes() {
        for (int i = 0; i < SendBatch.MAX_SEGMENTS + 1; i++) {
            add(N1, ACK_BYTES, 1);
        }
        for (int i = 0; i < 46; i++) {
            add(N1, 1_450, 1); // 45 of them are 65,250 bytes
        }

        assertThat(messages).extracting(List::size).containsExactly(64, 1, 45, 1);
    }

    @Test
    void anEmptiedBatchHasNoMessageToJoin() {
        add(N1, ACK_BYTES, 1);

        trains.clear();

        assertThat(trains.join(N1, ACK_BYTES, 1)).isEqualTo(Trains.NONE);
    }

    /** Against a plain list of all messages: whatever is sent, the kernel takes it, and each flow's packets go out in order. */
    @Test
    void anyBatchIsOneThatTheKernelTakesAndKeepsEachFlowsOrder() {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        int joined = 0;
        for (int batch = 0; batch < 2_000; batch++) {
            trains.clear();
            messages.clear();
            int peers = 1 + random.nextInt(4);
            int flows = 1 + random.nextInt(200);
            int lengths = 1 + random.nextInt(5);
            for (int i = 0; i < 200 && messages.size() < MESSAGES; i++) {
                int flow = random.nextInt(flows);
                long peer = N1 + 64L * (flow % peers);
                add(peer, 100 + 400 * random.nextInt(lengths), flow);
            }
            assertTaken();
            assertOrder();
            joined += messages.stream().mapToInt(m -> m.size() - 1).sum();
        }
        assertThat(joined).isPositive();
    }

    private void assertTaken() {
        for (List<Datagram> message : messages) {
            Datagram first = message.getFirst();
            assertThat(message).allMatch(d -> d.peer() == first.peer());
            assertThat(message.subList(0, message.size() - 1)).allMatch(d -> d.lengthBytes() == first.lengthBytes());
            assertThat(message.getLast().lengthBytes()).isLessThanOrEqualTo(first.lengthBytes());
            assertThat(message.size()).isLessThanOrEqualTo(64);
            assertThat(message.stream().mapToInt(Datagram::lengthBytes).sum()).isLessThanOrEqualTo(65_507);
        }
    }

    private void assertOrder() {
        Map<Integer, Integer> last = new HashMap<>();
        for (List<Datagram> message : messages) {
            for (Datagram datagram : message) {
                assertThat(last.put(datagram.flow(), datagram.number()))
                        .satisfiesAnyOf(
                                before -> assertThat(before).isNull(),
                                before -> assertThat(before).isLessThan(datagram.number()));
            }
        }
    }

    private void add(long peer, int lengthBytes, int flow) {
        int number = messages.stream().mapToInt(List::size).sum();
        int message = trains.join(peer, lengthBytes, flow);
        if (message == Trains.NONE) {
            message = messages.size();
            trains.begin(message, peer, lengthBytes, flow, true);
            messages.add(new ArrayList<>());
        }
        messages.get(message).add(new Datagram(peer, lengthBytes, flow, number));
    }
}
