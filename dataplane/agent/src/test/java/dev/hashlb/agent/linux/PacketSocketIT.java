package dev.hashlb.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.agent.linux.PacketSocket.Hears;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.neighbor.MacAddress;
import dev.hashlb.core.neighbor.NeighborFrames;
import dev.hashlb.core.neighbor.NeighborMessage;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two namespaces with a veth between: what one kernel asks is heard and answered by a socket in the other. */
@Timeout(60)
class PacketSocketIT {
    private static final IpAddress VIP = IpAddress.parse("10.77.0.9");
    private static final IpAddress VIP6 = IpAddress.parse("fd00:77::9");

    private TestNamespace near;
    private TestNamespace far;

    @BeforeEach
    void connect() throws IOException {
        near = new TestNamespace();
        far = new TestNamespace();
        TestNamespace.ip("link add eth0 netns " + near.name() + " type veth peer name eth0 netns " + far.name());
        for (TestNamespace end : List.of(near, far)) {
            end.inside("link set eth0 up");
        }
        far.inside("addr add 10.77.0.1/24 dev eth0");
        far.inside("addr add fd00:77::1/64 dev eth0 nodad");
    }

    @AfterEach
    void remove() throws IOException {
        near.close();
        far.close();
    }

    private record Device(int index, MacAddress mac) {}

    private Device device() throws Exception {
        return near.namespace().call(() -> {
            NetworkInterface eth0 = NetworkInterface.getByName("eth0");
            return new Device(eth0.getIndex(), MacAddress.of(eth0.getHardwareAddress()));
        });
    }

    @Test
    void aKernelsQuestionsAreHeardAndItBelievesTheAnswers() throws Exception {
        Device device = device();
        try (PacketSocket arp = near.namespace().call(() -> PacketSocket.open(device.index(), "eth0", Hears.ARP));
                PacketSocket nd = near.namespace()
                        .call(() -> PacketSocket.open(device.index(), "eth0", Hears.NEIGHBOR_DISCOVERY));
                MulticastMembership groups = near.namespace().call(() -> MulticastMembership.open(device.index()))) {
            groups.join(NeighborFrames.solicitedNode(VIP6));
            MacAddress said = MacAddress.parse("03:48:4c:42:00:01");
            assertThat(askAndAnswer(arp, VIP, said, device.mac())).contains("lladdr " + said);
            assertThat(askAndAnswer(nd, VIP6, said, device.mac())).contains("lladdr " + said);
            groups.leave(NeighborFrames.solicitedNode(VIP6));
        }
    }

    /** Has the far kernel look for an address, answers, and returns what it then knows. */
    private String askAndAnswer(PacketSocket socket, IpAddress vip, MacAddress at, MacAddress from) throws Exception {
        Process asking = inFar("bash", "-c", "echo x > /dev/udp/" + vip + "/9; sleep 0.5");
        ByteBuffer frame = ByteBuffer.allocate(2048);
        while (asking.isAlive()) {
            if (socket.receive(frame)) {
                for (NeighborMessage message : NeighborMessage.read(frame)) {
                    if (message instanceof NeighborMessage.Question question
                            && question.target().equals(vip)) {
                        assertThat(socket.send(NeighborFrames.answer(question, at, from)))
                                .isZero();
                    }
                }
            }
            Thread.sleep(1);
        }
        return said(inFar("ip", "neigh", "show", vip.toString()));
    }

    /** Only neighbours' messages get through the filter, whatever else IPv6 sends. */
    @Test
    void ofIpv6OnlyNeighbourMessagesCome() throws Exception {
        Device device = device();
        near.inside("addr add fd00:77::2/64 dev eth0 nodad");
        try (PacketSocket nd =
                near.namespace().call(() -> PacketSocket.open(device.index(), "eth0", Hears.NEIGHBOR_DISCOVERY))) {
            said(inFar("bash", "-c", "for i in 1 2 3 4 5; do echo x > /dev/udp/fd00:77::2/9; done; sleep 0.2"));
            List<Integer> types = new ArrayList<>();
            ByteBuffer frame = ByteBuffer.allocate(2048);
            while (nd.receive(frame)) {
                assertThat(frame.get(20)).as("next header").isEqualTo((byte) 58);
                types.add(frame.get(54) & 0xff);
            }
            assertThat(types).isNotEmpty().isSubsetOf(135, 136);
        }
    }

    @Test
    void aDeviceThatIsDownTakesNoFrameAndSaysSo() throws Exception {
        Device device = device();
        try (PacketSocket arp = near.namespace().call(() -> PacketSocket.open(device.index(), "eth0", Hears.ARP))) {
            byte[] frame = NeighborFrames.announcement(VIP, device.mac(), device.mac());
            assertThat(arp.send(frame)).isZero();
            near.inside("link set eth0 down");
            assertThat(arp.send(frame)).isEqualTo(Errno.ENETDOWN);
            near.inside("link set eth0 up");
            assertThat(arp.receive(ByteBuffer.allocate(2048)))
                    .as("the error that waits is taken, and is no frame")
                    .isFalse();
            assertThat(arp.send(frame)).isZero();
        }
    }

    @Test
    void aDeviceThatDoesNotExistIsNamed() {
        assertThatThrownBy(() -> near.namespace().call(() -> PacketSocket.open(4711, "eth9", Hears.ARP)))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("eth9")
                .hasMessageContaining("ENODEV");
    }

    private Process inFar(String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", far.name()));
        all.addAll(List.of(command));
        return new ProcessBuilder(all).redirectErrorStream(true).start();
    }

    private static String said(Process process) throws Exception {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text;
    }
}
