package dev.hashlb.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.ReturnMode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process ends whose devices somebody keeps open; the next one is given them. */
@Timeout(60)
class InheritanceIT {
    private static final IpAddress VIP4 = IpAddress.parse("198.51.100.10");
    private static final NodePlan NODE_PLAN = new NodePlan(List.of(VIP4), true, false);

    @TempDir
    Path state;

    private TestNamespace node;
    private TestNamespace pod;

    @BeforeEach
    void createNamespaces() {
        node = new TestNamespace("node");
        pod = new TestNamespace("pod");
        connectPod();
        node.run("ip route add default via 10.244.0.9");
    }

    private void connectPod() {
        pod.connect("eth0", node, "veth0");
        node.run("ip addr add 10.244.0.1/24 dev veth0");
        pod.run("ip addr add 10.244.0.5/24 dev eth0");
        pod.run("ip route add default via 10.244.0.1");
    }

    @AfterEach
    void deleteNamespaces() {
        pod.close();
        node.close();
    }

    /** Copies of a process's descriptors, as another process would have them. */
    private static final class Copies implements Inheritance {
        int[] queues = {};
        final Map<String, Integer> pods = new HashMap<>();
        boolean othersClosed;

        static int copy(int fd) {
            return Libc.dup(new CallState(), fd);
        }

        @Override
        public OptionalInt take(String networkNamespace) {
            Integer fd = pods.remove(networkNamespace);
            return fd == null ? OptionalInt.empty() : OptionalInt.of(fd);
        }

        @Override
        public void closeOthers() {
            pods.values().forEach(fd -> Libc.close(new CallState(), fd));
            pods.clear();
            othersClosed = true;
        }
    }

    /** A process sets all up, and ends as by SIGKILL. */
    private Copies leave() throws Exception {
        Copies copies = new Copies();
        node.namespace().call(() -> {
            try (Journal journal = Journal.open(state)) {
                NodeSetup setup = NodeSetup.open(journal, 2);
                setup.apply(NODE_PLAN);
                try (CopyLoop loop = new CopyLoop(setup)) {
                    PodAttachments attachments = new PodAttachments(journal, loop);
                    Attached.only(attachments, List.of(plan()));
                    copies.queues =
                            Arrays.stream(setup.queueFds()).map(Copies::copy).toArray();
                    attachments.pause().forEach((path, fd) -> copies.pods.put(path, Copies.copy(fd)));
                    attachments.abandon();
                }
                setup.abandon();
            }
            return copies;
        });
        return copies;
    }

    private interface Body {
        void run(NodeSetup setup, PodAttachments attachments, CopyLoop loop) throws Exception;
    }

    private void follow(Copies copies, int queues, List<PodPlan> plans, Body body) throws Exception {
        node.namespace().call(() -> {
            try (Journal journal = Journal.open(state);
                    NodeSetup setup = NodeSetup.open(
                            journal, queues, OptionalInt.empty(), new InheritedQueues(copies.queues, new int[0]))) {
                setup.apply(NODE_PLAN);
                try (CopyLoop loop = new CopyLoop(setup);
                        PodAttachments attachments = new PodAttachments(journal, loop, copies)) {
                    Attached.only(attachments, plans);
                    body.run(setup, attachments, loop);
                }
            }
            return copies;
        });
    }

    private PodPlan plan() {
        PortTranslation http = new PortTranslation(VIP4, Protocol.TCP, 80, 8080, Delivery.ADDRESS, ReturnMode.DIRECT);
        return new PodPlan(pod.path(), List.of(), List.of(http), 1500, 72);
    }

    private static String device(TestNamespace namespace) {
        return namespace.run("cat /sys/class/net/hashlb0/ifindex");
    }

    private static boolean hasDevice(TestNamespace namespace) {
        return namespace.run("ip -o link").contains("hashlb0");
    }

    @Test
    void devicesAreTheSameOnesAndNothingElseChanges() throws Exception {
        String podBefore = pod.everything();
        String nodeBefore = node.everything();
        Copies copies = leave();
        String nodeDevice = device(node);
        String podDevice = device(pod);
        String podRunning = pod.everything();
        assertThat(node.run("ip route show proto 72")).contains("198.51.100.10 dev hashlb0");

        follow(copies, 2, List.of(plan()), (setup, attachments, loop) -> {
            assertThat(device(node)).isEqualTo(nodeDevice);
            assertThat(device(pod)).isEqualTo(podDevice);
            assertThat(loop.events).containsExactly("attached");
            assertThat(attachments.states().get(pod.path()).ready()).isTrue();
            assertThat(copies.othersClosed).isTrue();
            pod.assertIs(podRunning);
        });

        pod.assertIs(podBefore);
        node.assertIs(nodeBefore);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void aDeviceKeepsItsQueuesHoweverManyThreadsThereAre(int threads) throws Exception {
        Copies copies = leave();
        String nodeDevice = device(node);
        follow(copies, threads, List.of(plan()), (setup, attachments, loop) -> {
            assertThat(device(node)).isEqualTo(nodeDevice);
            assertThat(setup.queueFds()).hasSize(threads).doesNotHaveDuplicates();
            assertThat(node.run("ls /sys/class/net/hashlb0/queues"))
                    .hasLineCount(2 * Math.min(2, threads)); // rx and tx
        });
    }

    @Test
    void aNamespaceThatAnotherOneHasReplacedGetsANewDevice() throws Exception {
        Copies copies = leave();
        pod.delete();
        pod.create();
        connectPod();
        follow(copies, 2, List.of(plan()), (setup, attachments, loop) -> {
            assertThat(hasDevice(pod)).isTrue();
            assertThat(loop.events).containsExactly("attached");
        });
    }

    @Test
    void aDeviceThatIsNotWantedAnyMoreIsClosedAndItsNamespacePutBack() throws Exception {
        String podBefore = pod.everything();
        Copies copies = leave();
        follow(copies, 2, List.of(), (setup, attachments, loop) -> {
            assertThat(hasDevice(pod)).isFalse();
            assertThat(loop.events).isEmpty();
            pod.assertIs(podBefore);
        });
    }

    @Test
    void somethingElseThanADeviceIsRefused() throws Exception {
        Copies copies = leave();
        copies.closeOthers();
        copies.pods.put(pod.path(), Copies.copy(0));
        follow(copies, 2, List.of(plan()), (setup, attachments, loop) -> {
            assertThat(hasDevice(pod)).isTrue();
            assertThat(loop.events).containsExactly("attached");
        });
    }

    @Test
    void whatWasPausedGoesOn() throws Exception {
        node.namespace().call(() -> {
            try (Journal journal = Journal.open(state);
                    NodeSetup setup = NodeSetup.open(journal, 1);
                    CopyLoop loop = new CopyLoop(setup);
                    PodAttachments attachments = new PodAttachments(journal, loop)) {
                Attached.only(attachments, List.of(plan()));
                assertThat(attachments.pause()).containsOnlyKeys(pod.path());
                journal.release();
                Journal.open(state).close(); // as the successor that failed
                pod.run("ip addr del 198.51.100.10/32 dev lo");
                journal.reopen();
                attachments.resume();
                Attached.only(attachments, List.of(plan()));
                assertThat(loop.events).containsExactly("attached");
                assertThat(pod.run("ip addr show dev lo")).contains("198.51.100.10/32");
            }
            return state;
        });
    }
}
