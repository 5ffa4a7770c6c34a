package dev.hashlb.e2e.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The lab by itself, with nothing but kernel routing in it. */
class LabIT {
    private static Lab open() {
        return Lab.open(t -> t.router("r1")
                .router("r2", 1)
                .node("n1", 2)
                .node("n2", 2, PodNetwork.PROXY_ARP)
                .clientAddresses(2));
    }

    @Test
    void everyPodIsReachedFromTheClientAndFromAnotherNodesPod() {
        try (Lab lab = open()) {
            for (Pod pod : lab.topology().pods()) {
                ping(lab.topology().clientNamespace(), pod.ipv4());
                ping(lab.topology().clientNamespace(), pod.ipv6());
                ping(lab.topology().pod("n1p1").namespace(), pod.ipv4());
                ping(lab.topology().pod("n2p1").namespace(), pod.ipv6());
            }
        }
    }

    @Test
    void packetsForVipsArriveAtTheRouterThatTheyAreRoutedTo() {
        try (Lab lab = open()) {
            LabNode second = lab.topology().node("r2");
            Command.runIn(second.namespace(), "ip", "addr", "add", Topology.vipIpv4(0) + "/32", "dev", "lo");
            Command.runIn(second.namespace(), "ip", "addr", "add", Topology.vipIpv6(0) + "/128", "dev", "lo", "nodad");
            lab.routeVipsTo(second);
            ping(lab.topology().clientNamespace(), Topology.vipIpv4(0));
            ping(lab.topology().clientNamespace(), Topology.vipIpv6(0));
        }
    }

    @Test
    void aRemovedPodComesBackUnderTheSameAddress() {
        try (Lab lab = open()) {
            for (String name : new String[] {"n1p2", "n2p2"}) {
                Pod pod = lab.topology().pod(name);
                lab.removePod(pod);
                lab.returnPod(pod);
                ping(lab.topology().clientNamespace(), pod.ipv4());
                ping(lab.topology().clientNamespace(), pod.ipv6());
            }
        }
    }

    @Test
    void nothingIsLeftAfterClosing() {
        Lab lab = open();
        Path directory = lab.directory();
        assertThat(Command.run("", java.util.List.of("ip", "netns", "list")))
                .contains(lab.topology().id());
        lab.close();
        assertThat(Command.run("", java.util.List.of("ip", "netns", "list")))
                .doesNotContain(lab.topology().id());
        assertThat(Files.exists(directory)).isFalse();
    }

    private static void ping(String namespace, String address) {
        // The first may be lost to a race with neighbour discovery, so it asks up to five times and wants one answer.
        boolean answered = Sockets.inside(namespace, () -> {
            InetAddress target = InetAddress.ofLiteral(address);
            return Stream.generate(() -> reaches(target)).limit(5).anyMatch(r -> r);
        });
        assertThat(answered).as("%s answers a ping from %s", address, namespace).isTrue();
    }

    private static boolean reaches(InetAddress target) {
        try {
            return target.isReachable(1000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
