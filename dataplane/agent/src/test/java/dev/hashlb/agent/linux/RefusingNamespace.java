package dev.hashlb.agent.linux;

import java.io.IOException;

/**
 * A namespace whose own firewall answers the first packet to 10.78.9.9 with ICMP port unreachable and drops all others, as kube-proxy
 * refuses a Service without endpoints; so that a connection to it stays half-made, with an error in its socket's error queue.
 */
public final class RefusingNamespace implements AutoCloseable {
    public static final String ADDRESS = "10.78.9.9";

    private final TestNamespace inner = new TestNamespace();
    private final TestNamespace beyond = new TestNamespace();

    public RefusingNamespace() throws IOException {
        TestNamespace.ip("link add eth0 netns " + inner.name() + " type veth peer name eth0 netns " + beyond.name());
        beyond.inside("link set eth0 up");
        inner.inside("link set eth0 up");
        inner.inside("addr add 10.78.0.1/16 dev eth0");
        nft("add table ip refuse");
        nft("add chain ip refuse output { type filter hook output priority 0 ; }");
        nft("add rule ip refuse output ip daddr " + ADDRESS + " limit rate 1/day burst 1 packets reject");
        nft("add rule ip refuse output ip daddr " + ADDRESS + " drop");
    }

    private void nft(String arguments) throws IOException {
        TestNamespace.ip("netns exec " + inner.name() + " nft " + arguments);
    }

    public NetworkNamespace namespace() {
        return inner.namespace();
    }

    @Override
    public void close() throws IOException {
        inner.close();
        beyond.close();
    }
}
