package dev.hashlb.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.ReturnMode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** client -- node -- pod, each a namespace; the node is router and host. */
@Timeout(60)
class PodAttachmentsIT {
    private static final IpAddress VIP4 = IpAddress.parse("198.51.100.10");
    private static final IpAddress VIP6 = IpAddress.parse("2001:db8:51::10");
    private static final IpAddress OTHER4 = IpAddress.parse("198.51.100.11");
    private static final String TRANSLATE_AS_THE_ENGINE =
            "nft add table inet engine; add chain inet engine in { type filter hook prerouting priority -310; };"
                    + " add rule inet engine in iifname hashlb0 tcp dport 80 tcp dport set 8080";

    @TempDir
    Path state;

    private TestNamespace client;
    private TestNamespace node;
    private TestNamespace pod;

    @BeforeEach
    void createNamespaces() {
        client = new TestNamespace("client");
        node = new TestNamespace("node");
        pod = new TestNamespace("pod");
        node.run("sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
        client.connect("eth0", node, "lan0");
        client.run("ip addr add 10.9.0.9/24 dev eth0");
        client.run("ip addr add 2001:db8:9::9/64 dev eth0 nodad");
        node.run("ip addr add 10.9.0.1/24 dev lan0");
        node.run("ip addr add 2001:db8:9::1/64 dev lan0 nodad");
        client.run("ip route add default via 10.9.0.1");
        client.run("ip route add default via 2001:db8:9::1");
        connectPod();
    }

    private void connectPod() {
        pod.connect("eth0", node, "veth0");
        node.run("sysctl -qw net.ipv4.conf.veth0.rp_filter=1");
        node.run("ip addr add 10.244.0.1/24 dev veth0");
        node.run("ip addr add 2001:db8:244::1/64 dev veth0 nodad");
        pod.run("ip addr add 10.244.0.5/24 dev eth0");
        pod.run("ip addr add 2001:db8:244::5/64 dev eth0 nodad");
        pod.run("ip route add default via 10.244.0.1");
        pod.run("ip route add default via 2001:db8:244::1");
    }

    @AfterEach
    void deleteNamespaces() {
        pod.close();
        node.close();
        client.close();
    }

    @ParameterizedTest
    @CsvSource({"DIRECT, 0", "DIRECT, 1", "DIRECT, 2", "NODE, 0", "NODE, 1"})
    void addressDeliveryAnswersFromTheVipAndItsPort(ReturnMode mode, int allRpFilter) throws Exception {
        node.run("sysctl -qw net.ipv4.conf.all.rp_filter=" + allRpFilter);
        pod.run("sysctl -qw net.ipv4.conf.all.rp_filter=" + allRpFilter);
        inNode((attachments, loop) -> {
            Attached.only(
                    attachments,
                    List.of(plan(
                            tcp(VIP4, 80, 8080, Delivery.ADDRESS, mode), tcp(VIP6, 80, 8080, Delivery.ADDRESS, mode))));
            translateAsTheEngine();
            try (TcpServer server = new TcpServer(pod, "::", 8080)) {
                assertThat(request(client, VIP4, 80)).isEqualTo("hello 10.9.0.9");
                assertThat(request(client, VIP6, 80)).isEqualTo("hello 2001:db8:9::9");
                assertThat(server.served()).isEqualTo(2);
            }
        });
    }

    /** As Calico does it; where all.rp_filter is on, no setting of the veth alone would do. */
    @ParameterizedTest
    @CsvSource({"0", "1", "2"})
    void repliesPassAVethThatHasNoAddress(int allRpFilter) throws Exception {
        node.run("sysctl -qw net.ipv4.conf.all.rp_filter=" + allRpFilter);
        node.run("ip -4 addr flush dev veth0");
        node.run("ip route add 10.244.0.5 dev veth0");
        String mac = node.run("cat /sys/class/net/veth0/address").strip();
        pod.run("ip neigh replace 169.254.1.1 lladdr " + mac + " dev eth0");
        pod.run("ip route replace default via 169.254.1.1 dev eth0 onlink");
        String routes = node.run("ip route show");
        String before = node.run("sysctl -n net.ipv4.conf.veth0.rp_filter");
        inNode((attachments, loop) -> {
            Attached.only(attachments, List.of(plan(tcp(VIP4, 8080, 8080, Delivery.ADDRESS, ReturnMode.DIRECT))));
            try (TcpServer server = new TcpServer(pod, "0.0.0.0", 8080)) {
                assertThat(request(client, VIP4, 8080)).isEqualTo("hello 10.9.0.9");
                assertThat(request(pod, VIP4, 8080)).isEqualTo("hello 10.244.0.5");
                assertThat(server.served()).isEqualTo(2);
            }
        });
        assertThat(node.run("sysctl -n net.ipv4.conf.veth0.rp_filter")).isEqualTo(before);
        assertThat(node.run("ip route show")).isEqualTo(routes);
    }

    @ParameterizedTest
    @CsvSource({"DIRECT", "NODE"})
    void natDeliveryServesProgramsThatKnowNothingOfTheVip(ReturnMode mode) throws Exception {
        inNode((attachments, loop) -> {
            Attached.only(
                    attachments,
                    List.of(plan(
                            tcp(VIP4, 80, 8080, Delivery.NAT, mode),
                            tcp(VIP6, 80, 8080, Delivery.NAT, mode),
                            udp(VIP4, 53, 5353, mode),
                            udp(VIP6, 53, 5353, mode))));
            assertThat(pod.run("ip addr show lo")).doesNotContain("198.51.100.10", "2001:db8:51::10");
            try (TcpServer v4 = new TcpServer(pod, "10.244.0.5", 8080);
                    TcpServer v6 = new TcpServer(pod, "2001:db8:244::5", 8080);
                    UdpServer udp = new UdpServer(pod, 5353)) {
                assertThat(request(client, VIP4, 80)).isEqualTo("hello 10.9.0.9");
                assertThat(request(client, VIP6, 80)).isEqualTo("hello 2001:db8:9::9");
                assertThat(ask(client, VIP4, 53)).isEqualTo("from 10.9.0.9");
                assertThat(ask(client, VIP6, 53)).isEqualTo("from 2001:db8:9::9");
                assertThat(v4.served() + v6.served() + udp.served()).isEqualTo(4);
            }
        });
    }

    @Test
    void addressAndNatShareAVip() throws Exception {
        inNode((attachments, loop) -> {
            Attached.only(
                    attachments,
                    List.of(plan(
                            tcp(VIP4, 80, 8080, Delivery.ADDRESS, ReturnMode.DIRECT),
                            udp(VIP4, 53, 5353, ReturnMode.DIRECT))));
            translateAsTheEngine();
            try (TcpServer tcp = new TcpServer(pod, "0.0.0.0", 8080);
                    UdpServer udp = new UdpServer(pod, 5353)) {
                assertThat(request(client, VIP4, 80)).isEqualTo("hello 10.9.0.9");
                assertThat(ask(client, VIP4, 53)).isEqualTo("from 10.9.0.9");
                assertThat(tcp.served() + udp.served()).isEqualTo(2);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"ADDRESS, DIRECT", "NAT, DIRECT", "ADDRESS, NODE", "NAT, NODE"})
    void serverIsAClientOfItsOwnVip(Delivery delivery, ReturnMode mode) throws Exception {
        inNode((attachments, loop) -> {
            Attached.only(
                    attachments,
                    List.of(plan(tcp(VIP4, 80, 8080, delivery, mode), tcp(VIP6, 80, 8080, delivery, mode))));
            if (delivery == Delivery.ADDRESS) {
                translateAsTheEngine();
            }
            try (TcpServer server = new TcpServer(pod, "::", 8080)) {
                assertThat(request(pod, VIP4, 80)).isEqualTo("hello 10.244.0.5");
                assertThat(request(pod, VIP6, 80)).isEqualTo("hello 2001:db8:244::5");
                assertThat(server.served()).isEqualTo(2);
            }
        });
    }

    @Test
    void closingPutsThePodAndTheNodeBack() throws Exception {
        String podBefore = pod.everything();
        String nodeBefore = node.everything();
        inNode((attachments, loop) -> {
            Attached.only(attachments, List.of(everyKind()));
            assertThat(pod.everything()).isNotEqualTo(podBefore);
            assertThat(node.run("sysctl -n net.ipv4.conf.veth0.rp_filter")).isEqualTo("0\n");
        });
        pod.assertIs(podBefore);
        node.assertIs(nodeBefore);
    }

    @Test
    void vipThatIsNoLongerWantedLeavesThePod() throws Exception {
        String before = pod.everything();
        inNode((attachments, loop) -> {
            Attached.only(attachments, List.of(everyKind()));
            Attached.only(attachments, List.of(plan(tcp(OTHER4, 80, 80, Delivery.ADDRESS, ReturnMode.DIRECT))));
            assertThat(pod.run("ip addr show lo")).contains("198.51.100.11").doesNotContain("198.51.100.10");
            assertThat(pod.run("ip rule show")).contains("to 198.51.100.11").doesNotContain("198.51.100.10");
            assertThat(pod.run("ip -6 rule show")).startsWith("0:\tfrom all lookup local");
            assertThat(pod.run("nft list ruleset")).doesNotContain("198.51.100.10", "dnat");
            assertThat(loop.events).containsExactly("attached");
            Attached.only(attachments, List.of());
            assertThat(loop.events).containsExactly("attached", "lost");
            assertThat(attachments.states()).isEmpty();
            pod.assertIs(before);
        });
    }

    @Test
    void podThatIsDeletedAndMadeAnewIsServedAgain() throws Exception {
        inNode((attachments, loop) -> {
            PodPlan plan = plan(tcp(VIP4, 8080, 8080, Delivery.ADDRESS, ReturnMode.DIRECT));
            Attached.only(attachments, List.of(plan));
            pod.delete();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> !attachments.states().get(pod.path()).ready());
            pod.create();
            connectPod();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> attachments.states().get(pod.path()).ready());
            assertThat(loop.events).containsExactly("attached", "lost", "attached");
            try (TcpServer server = new TcpServer(pod, "0.0.0.0", 8080)) {
                assertThat(request(client, VIP4, 8080)).isEqualTo("hello 10.9.0.9");
                assertThat(server.served()).isEqualTo(1);
            }
        });
    }

    @Test
    void deviceThatSomebodyDeletedComesBack() throws Exception {
        inNode((attachments, loop) -> {
            Attached.only(attachments, List.of(everyKind()));
            pod.run("ip link delete hashlb0");
            attachments.engineSawDeath(pod.path());
            await().atMost(Duration.ofSeconds(10)).until(() -> loop.events.size() == 3);
            assertThat(loop.events).containsExactly("attached", "lost", "attached");
            assertThat(pod.run("ip route show table 7702")).contains("default dev hashlb0");
        });
    }

    @Test
    void killedProcessLeavesTheVipAndTheNextOneTakesOver() throws Exception {
        String podBefore = pod.everything();
        String nodeBefore = node.everything();
        List<String> rules = new ArrayList<>();
        node.namespace().call(() -> {
            try (Journal journal = Journal.open(state)) {
                NodeSetup setup = NodeSetup.open(journal, 1);
                setup.apply(new NodePlan(List.of(VIP4, VIP6), true, true));
                try (CopyLoop loop = new CopyLoop(setup)) {
                    PodAttachments killed = new PodAttachments(journal, loop);
                    Attached.only(killed, List.of(everyKind()));
                    rules.add(pod.run("nft list table inet hashlb"));
                    killed.abandon();
                }
                setup.abandon();
            }
            return "";
        });
        assertThat(pod.run("ip addr show")).contains("198.51.100.10/32").doesNotContain("hashlb0");
        inNode((attachments, loop) -> {
            Attached.only(attachments, List.of(everyKind()));
            assertThat(loop.events).containsExactly("attached");
            assertThat(pod.run("nft list table inet hashlb"))
                    .as("no rule is there twice")
                    .isEqualTo(rules.getFirst());
        });
        pod.assertIs(podBefore);
        node.assertIs(nodeBefore);
    }

    @Test
    void serverThatLeftWhileNoProcessRanIsPutBack() throws Exception {
        String podBefore = pod.everything();
        node.namespace().call(() -> {
            try (Journal journal = Journal.open(state)) {
                NodeSetup setup = NodeSetup.open(journal, 1);
                try (CopyLoop loop = new CopyLoop(setup)) {
                    PodAttachments killed = new PodAttachments(journal, loop);
                    Attached.only(killed, List.of(everyKind()));
                    killed.abandon();
                }
                setup.abandon();
            }
            return "";
        });
        inNode((attachments, loop) -> {
            Attached.only(attachments, List.of());
            pod.assertIs(podBefore);
            assertThat(node.run("sysctl -n net.ipv4.conf.veth0.rp_filter")).isEqualTo("1\n");
        });
    }

    @Test
    void namespaceThatIsMissingOrNotFitIsWaitedForWithAReason() throws Exception {
        inNode((attachments, loop) -> {
            pod.run("ip route del default via 10.244.0.1");
            PodPlan noRoute = plan(udp(VIP4, 53, 53, ReturnMode.DIRECT));
            PodPlan missing = new PodPlan("/run/netns/ho-missing", List.of(), noRoute.translations(), 1500, 72);
            PodPlan self = new PodPlan(node.path(), List.of(), noRoute.translations(), 1500, 72);
            Path plainFile = Files.createFile(state.resolve("no-namespace"));
            PodPlan plain = new PodPlan(plainFile.toString(), List.of(), noRoute.translations(), 1500, 72);
            Attached.only(attachments, List.of(noRoute, missing, self, plain));
            assertThat(attachments.states().get(plainFile.toString()).reason())
                    .contains("does not name a network namespace");
            assertThat(attachments.states().get(pod.path()).reason()).contains("no IPv4 default route");
            assertThat(attachments.states().get("/run/netns/ho-missing").reason())
                    .contains("no such file yet");
            assertThat(attachments.states().get(node.path()).reason()).contains("node's own network namespace");
            pod.run("ip route add default via 10.244.0.1");
            pod.run("ip addr add 10.244.0.6/24 dev eth0");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> attachments.states().get(pod.path()).reason().contains("several IPv4 addresses"));
            pod.run("ip addr del 10.244.0.6/24 dev eth0");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> attachments.states().get(pod.path()).ready());
        });
    }

    private PodPlan everyKind() {
        return plan(
                tcp(VIP4, 80, 8080, Delivery.ADDRESS, ReturnMode.DIRECT),
                tcp(VIP6, 80, 8080, Delivery.ADDRESS, ReturnMode.DIRECT),
                udp(VIP4, 53, 5353, ReturnMode.DIRECT),
                tcp(OTHER4, 80, 8080, Delivery.ADDRESS, ReturnMode.NODE),
                udp(OTHER4, 53, 5353, ReturnMode.NODE));
    }

    private PodPlan plan(PortTranslation... translations) {
        return new PodPlan(pod.path(), List.of(), List.of(translations), 1500, 72);
    }

    private static PortTranslation tcp(IpAddress vip, int port, int target, Delivery delivery, ReturnMode mode) {
        return new PortTranslation(vip, Protocol.TCP, port, target, delivery, mode);
    }

    private static PortTranslation udp(IpAddress vip, int port, int target, ReturnMode mode) {
        return new PortTranslation(vip, Protocol.UDP, port, target, Delivery.NAT, mode);
    }

    /** The engine rewrites the port of what it delivers by ADDRESS; here, nft does. */
    private void translateAsTheEngine() {
        pod.run("nft add table inet engine");
        TestNamespace.command(
                "ip", "netns", "exec", pod.name(), "nft", TRANSLATE_AS_THE_ENGINE.substring("nft ".length()));
    }

    private interface Body {
        void run(PodAttachments attachments, CopyLoop loop) throws Exception;
    }

    private void inNode(Body body) throws Exception {
        node.namespace().call(() -> {
            try (Journal journal = Journal.open(state);
                    NodeSetup setup = NodeSetup.open(journal, 1)) {
                setup.apply(new NodePlan(List.of(VIP4, OTHER4, VIP6), true, true));
                try (CopyLoop loop = new CopyLoop(setup);
                        PodAttachments attachments = new PodAttachments(journal, loop)) {
                    body.run(attachments, loop);
                }
            }
            return "";
        });
    }

    private static String request(TestNamespace from, IpAddress vip, int port) throws Exception {
        return from.namespace().call(() -> {
            try (SocketChannel channel = SocketChannel.open()) {
                channel.socket().connect(new InetSocketAddress(vip.toInetAddress(), port), 3000);
                channel.socket().setSoTimeout(3000);
                return new String(channel.socket().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            }
        });
    }

    private static String ask(TestNamespace from, IpAddress vip, int port) throws Exception {
        return from.namespace().call(() -> {
            try (DatagramChannel channel = DatagramChannel.open()) {
                channel.connect(new InetSocketAddress(vip.toInetAddress(), port));
                channel.write(ByteBuffer.wrap(new byte[] {1}));
                channel.socket().setSoTimeout(3000);
                java.net.DatagramPacket answer = new java.net.DatagramPacket(new byte[100], 100);
                channel.socket().receive(answer);
                return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
            }
        });
    }

    private static String text(java.net.InetAddress address) {
        return IpAddress.of(address.getAddress()).toString();
    }

    private static final class TcpServer implements AutoCloseable {
        private final ServerSocketChannel channel;
        private final Thread thread;
        private volatile int served;

        TcpServer(TestNamespace in, String address, int port) throws Exception {
            channel = in.namespace().call(() -> {
                ServerSocketChannel opened = ServerSocketChannel.open();
                opened.bind(new InetSocketAddress(IpAddress.parse(address).toInetAddress(), port));
                return opened;
            });
            thread = Thread.ofPlatform().daemon().start(this::run);
        }

        int served() {
            return served;
        }

        @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
        private void run() {
            while (channel.isOpen()) {
                try (SocketChannel peer = channel.accept()) {
                    String name = text(((InetSocketAddress) peer.getRemoteAddress()).getAddress());
                    peer.write(ByteBuffer.wrap(("hello " + name).getBytes(StandardCharsets.UTF_8)));
                    served++;
                } catch (IOException e) {
                    // closed, or the client went away: the test sees that by what it counts
                }
            }
        }

        @Override
        public void close() throws Exception {
            channel.close();
            thread.join();
        }
    }

    private static final class UdpServer implements AutoCloseable {
        private final DatagramChannel channel;
        private final Thread thread;
        private volatile int served;

        UdpServer(TestNamespace in, int port) throws Exception {
            channel = in.namespace().call(() -> DatagramChannel.open().bind(new InetSocketAddress(port)));
            thread = Thread.ofPlatform().daemon().start(this::run);
        }

        int served() {
            return served;
        }

        @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
        private void run() {
            ByteBuffer request = ByteBuffer.allocate(100);
            while (channel.isOpen()) {
                try {
                    InetSocketAddress peer = (InetSocketAddress) channel.receive(request.clear());
                    String answer = "from " + text(peer.getAddress());
                    served++;
                    channel.send(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)), peer);
                } catch (IOException e) {
                    // closed: the test sees that by what it counts
                }
            }
        }

        @Override
        public void close() throws Exception {
            channel.close();
            thread.join();
        }
    }
}
