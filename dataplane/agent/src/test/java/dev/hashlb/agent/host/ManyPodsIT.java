package dev.hashlb.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.ReturnMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More namespaces than one batch takes. */
class ManyPodsIT {
    private static final int PODS = Integer.getInteger("pods", 70);

    @Test
    void allBecomeReadyAndAllArePutBack(@TempDir Path state) throws Exception {
        List<TestNamespace> pods = new ArrayList<>();
        try (TestNamespace node = new TestNamespace("node")) {
            for (int i = 0; i < PODS; i++) {
                pods.add(new TestNamespace("pod" + i));
            }
            node.namespace().call(() -> {
                attach(state, pods);
                return "";
            });
            for (TestNamespace pod : List.of(pods.getFirst(), pods.getLast())) {
                assertThat(pod.run("ip addr show")).doesNotContain("198.51.100.10", "hashlb0");
                assertThat(pod.run("nft list ruleset")).isEmpty();
            }
        } finally {
            pods.forEach(TestNamespace::close);
        }
    }

    private static void attach(Path state, List<TestNamespace> pods) throws Exception {
        AtomicInteger attached = new AtomicInteger();
        AtomicInteger lost = new AtomicInteger();
        AtomicInteger undone = new AtomicInteger();
        AttachmentListener counter = new AttachmentListener() {
            @Override
            public void attached(Attachment attachment) {
                attached.incrementAndGet();
            }

            @Override
            public void lost(String networkNamespace, String reason) {
                lost.incrementAndGet();
            }

            @Override
            public void undone(String networkNamespace) {
                undone.incrementAndGet();
            }
        };
        PortTranslation port = new PortTranslation(
                IpAddress.parse("198.51.100.10"), Protocol.TCP, 80, 8080, Delivery.ADDRESS, ReturnMode.DIRECT);
        List<PodPlan> plans = pods.stream()
                .map(p -> new PodPlan(p.path(), List.of(), List.of(port), 1500, 72))
                .toList();
        try (Journal journal = Journal.open(state)) {
            try (PodAttachments attachments = new PodAttachments(journal, counter)) {
                Attached.only(attachments, plans);

                assertThat(attached).hasValue(PODS);
                assertThat(attachments.states().values()).containsOnly(PodState.READY);
                Attached.only(attachments, plans);

                assertThat(attached).hasValue(PODS);
            }
            assertThat(lost).hasValue(PODS);
            assertThat(undone).hasValue(PODS);
            assertThat(journal.entries(p -> true)).isEmpty();
        }
    }
}
