package dev.hashlb.agent.cli;

import dev.hashlb.agent.announce.AnnounceSettings;
import dev.hashlb.agent.linux.Capabilities;
import dev.hashlb.agent.metrics.MetricsServer;
import dev.hashlb.agent.metrics.MetricsServer.Health;
import dev.hashlb.core.announce.Announcer;
import dev.hashlb.core.neighbor.MacAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code run} and {@code agent} have in common: options, and what is done with them. */
final class DataPlaneOptions {
    @Option(names = "--node", required = true, paramLabel = "NAME", description = "This node's name.")
    private String node = "";

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Keeps what is on the host, and the last snapshot, over restarts; default: /run/hashlb/NAME.")
    private @Nullable Path stateFolder;

    @Option(
            names = "--metrics-address",
            paramLabel = "IP:PORT",
            defaultValue = "127.0.0.1:9471",
            converter = SocketAddressConverter.class,
            description = "Serves /metrics, /healthz and /readyz, unauthenticated; default: ${DEFAULT-VALUE}.")
    private InetSocketAddress metricsAddress = new InetSocketAddress(0);

    @Option(names = "--threads", paramLabel = "N", description = "Packet threads; default: one for each core.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--take-over",
            description = {
                "Follows the hashlb that runs with this state folder: takes its open devices, and ends it without a packet lost.",
                "Where none runs, starts as without it."
            })
    private boolean takeOver;

    @Option(
            names = "--holder",
            description = "Starts a process beside that keeps the devices open for a minute if this one is killed.")
    private boolean holder;

    @Option(
            names = "--announce",
            description = "Answers ARP and Neighbor Discovery for VIPs, each on one of the routers that live.")
    private boolean announce;

    @Option(
            names = "--announce-device",
            paramLabel = "DEVICE",
            description = "The Ethernet device to announce VIPs on; default: the one that has the node's address.")
    private @Nullable String announceDevice;

    @Option(
            names = "--announce-broadcast",
            description = "VIPs that all routers receive are said to be at the broadcast MAC address, where a switch"
                    + " withholds a multicast one.")
    private boolean announceBroadcast;

    AnnounceSettings announce() {
        MacAddress everyRouter = announceBroadcast ? MacAddress.BROADCAST : Announcer.EVERY_ROUTER;
        return new AnnounceSettings(announce, Optional.ofNullable(announceDevice), everyRouter);
    }

    String node() {
        return node;
    }

    int threads() {
        return threads;
    }

    Path stateFolder() {
        return stateFolder == null ? Path.of("/run/hashlb", node) : stateFolder;
    }

    /** @throws IOException if the process lacks a capability that every data plane needs */
    static void requireCapabilities() throws IOException {
        List<Capabilities.Needed> missing = Capabilities.ofThisThread().missing();
        if (!missing.isEmpty()) {
            throw new IOException(
                    "these capabilities are missing: " + missing + "; run as root, or give them to the process");
        }
    }

    /** @param identity what this process is, beside its node: only its like follow each other */
    Continuity continuity(String identity) throws IOException {
        return Continuity.begin(stateFolder(), identity + " for node " + node, takeOver, holder);
    }

    /** A server that is still to be started. */
    MetricsServer metricsServer(Supplier<String> metrics, Supplier<Health> ready) throws IOException {
        return new MetricsServer(metricsAddress, metrics, () -> new Health(true, "alive"), ready);
    }
}
