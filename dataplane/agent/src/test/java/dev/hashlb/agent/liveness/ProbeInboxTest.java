package dev.hashlb.agent.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.probe.ProbeFormat;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeInboxTest {
    private static final int ROOM = 1024;

    private static MemorySegment numbered(int number) {
        byte[] bytes = new byte[ProbeFormat.LENGTH_BYTES + 3];
        bytes[3] = (byte) (number >> 8);
        bytes[3 + ProbeFormat.LENGTH_BYTES - 1] = (byte) number;
        return MemorySegment.ofArray(bytes);
    }

    private static int number(byte[] probe) {
        return ((probe[0] & 0xff) << 8) | (probe[probe.length - 1] & 0xff);
    }

    private static IpAddress sender(int number) {
        return IpAddress.ipv4(number);
    }

    @Test
    void givesWhatCameInItsOrderAndOnce() {
        ProbeInbox inbox = new ProbeInbox(2);
        List<Integer> read = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < ROOM; i++) {
                inbox.accept(i % 2, sender(i), numbered(i), 3);
            }
            read.clear();
            inbox.drain((sender, probe) -> {
                assertThat(sender).isEqualTo(sender(number(probe)));
                read.add(number(probe));
            });
            assertThat(read).hasSize(ROOM).doesNotHaveDuplicates();
            assertThat(read.subList(0, ROOM / 2)).isSorted();
        }
        assertThat(inbox.dropped()).isZero();
    }

    @Test
    void whatDoesNotFitIsDroppedAndCounted() {
        ProbeInbox inbox = new ProbeInbox(1);
        for (int i = 0; i < ROOM + 10; i++) {
            inbox.accept(0, sender(i), numbered(i), 3);
        }
        List<Integer> read = new ArrayList<>();
        inbox.drain((sender, probe) -> read.add(number(probe)));
        assertThat(read).hasSize(ROOM).endsWith(ROOM - 1);
        assertThat(inbox.dropped()).isEqualTo(10);
    }

    /** One thread writes while another reads: nothing is torn, nothing comes twice. */
    @Test
    void twoThreadsSeeWholeProbes() throws InterruptedException {
        ProbeInbox inbox = new ProbeInbox(1);
        int probes = 60_000;
        Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < probes; i++) {
                inbox.accept(0, sender(i), numbered(i), 3);
            }
        });
        List<Integer> read = new ArrayList<>();
        while (writer.isAlive() || read.size() + inbox.dropped() < probes) {
            inbox.drain((sender, probe) -> {
                assertThat(sender).isEqualTo(sender(number(probe)));
                read.add(number(probe));
            });
        }
        writer.join();
        assertThat(read).isSorted().doesNotHaveDuplicates();
        assertThat(read.size() + inbox.dropped()).isEqualTo(probes);
    }
}
