package dev.hashlb.agent.cli;

import dev.hashlb.agent.cli.HostAndPortConverter.HostAndPort;
import dev.hashlb.agent.control.ControlSettings;
import dev.hashlb.agent.control.ControlledAgent;
import dev.hashlb.agent.handover.HandOver;
import dev.hashlb.agent.metrics.MetricsServer;
import dev.hashlb.core.address.IpAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hashlb agent}: the data plane of one node, fed by the operator. */
@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the data plane of node NAME by what the operator at HOST:PORT pushes, until it is stopped by SIGTERM or Ctrl-C.",
            "It starts from the last good snapshot in DIR, and forwards on while the operator is away."
        },
        footer = {
            "",
            "Examples:",
            "  hashlb agent --operator hashlb-operator.hashlb-system.svc:9443 --node s1 --ca-file /etc/hashlb/ca/ca.crt \\",
            "    --token-file /var/run/secrets/hashlb/token --state /var/lib/hashlb",
            "  hashlb agent --operator 10.0.0.1:9443 --node s1 --ca-file ca.crt --token-file token --namespaces /proc"
        })
public final class AgentVerb extends Verb {
    private static final Logger LOG = LoggerFactory.getLogger(AgentVerb.class);
    /**
     * How long it forwards on after SIGTERM for a successor that takes over: in a rolling update the new pod may count as ready, because
     * this process still answers at its address, before it has come so far.
     */
    private static final Duration SUCCESSOR_WITHIN = Duration.ofSeconds(3);

    @Mixin
    private DataPlaneOptions options = new DataPlaneOptions();

    @Option(
            names = "--operator",
            required = true,
            paramLabel = "HOST:PORT",
            converter = HostAndPortConverter.class,
            description = "The operator's Service.")
    private @Nullable HostAndPort operator;

    @Option(
            names = "--operator-name",
            paramLabel = "NAME",
            defaultValue = "hashlb-operator",
            description = "The name in the operator's certificate; default: ${DEFAULT-VALUE}.")
    private String operatorName = "";

    @Option(
            names = "--ca-file",
            required = true,
            paramLabel = "FILE",
            description = "Authorities of the operator's certificate, in PEM; read at each dial.")
    private Path caFile = Path.of("");

    @Option(
            names = "--token-file",
            required = true,
            paramLabel = "FILE",
            description = "The projected service-account token; read at each dial.")
    private Path tokenFile = Path.of("");

    @Option(
            names = "--api-server",
            paramLabel = "ADDRESS",
            split = ",",
            description = "Addresses that no balancer may have; default: KUBERNETES_SERVICE_HOST of the environment.")
    private List<String> apiServer = List.of();

    @Option(
            names = "--namespaces",
            paramLabel = "DIR",
            split = ",",
            defaultValue = "/run/netns,/var/run/netns",
            description =
                    "Where the pods' network namespaces are looked for: folders of files that name them, or /proc;"
                            + " default: ${DEFAULT-VALUE}.")
    private List<Path> namespaceFolders = List.of();

    @Override
    protected ExitStatus perform() throws Exception {
        HostAndPort at = operator;
        if (at == null) {
            throw wrongUsage("--operator is missing");
        }
        ControlSettings settings = new ControlSettings(
                options.node(),
                at.host(),
                at.port(),
                operatorName,
                caFile,
                tokenFile,
                apiServerAddresses(),
                options.stateFolder(),
                namespaceFolders,
                options.threads(),
                options.announce(),
                Version.software());
        DataPlaneOptions.requireCapabilities();
        try (StopSignal stop = new StopSignal();
                Continuity continuity = options.continuity("agent of " + at.host() + ":" + at.port());
                ControlledAgent agent = new ControlledAgent(
                        settings, continuity.inherited(), continuity.keeper(), continuity::mustForward);
                MetricsServer metrics = options.metricsServer(agent::scrape, agent::readiness)) {
            start(agent, metrics, continuity);
            LOG.info("node {}: metrics at http:/{}/metrics", options.node(), metrics.address());
            // When it has left it stays, and does nothing: a pod's container that ends is started again.
            try (HandOver handOver = continuity.serve(agent, metrics, () -> {})) {
                stop.await();
                handOver.await(SUCCESSOR_WITHIN);
            }
        }
        return ExitStatus.DONE;
    }

    /** A predecessor has the metrics' address, and the operator's stream, until it has left. */
    private static void start(ControlledAgent agent, MetricsServer metrics, Continuity continuity) throws IOException {
        boolean follows = continuity.follows();
        if (!follows) {
            metrics.start();
        }
        boolean forwards = agent.startFromDisk();
        if (continuity.mustForward() && !forwards) {
            throw new IOException("the snapshot by which the predecessor forwards cannot be taken over; it goes on");
        }
        if (follows) {
            continuity.followed();
            agent.followed();
            metrics.start();
        }
        agent.dial();
    }

    private List<IpAddress> apiServerAddresses() {
        List<IpAddress> addresses = new ArrayList<>();
        String ofThePod = System.getenv("KUBERNETES_SERVICE_HOST");
        for (String literal : apiServer.isEmpty() && ofThePod != null ? List.of(ofThePod) : apiServer) {
            try {
                addresses.add(IpAddress.parse(literal));
            } catch (IllegalArgumentException e) {
                throw wrongUsage("--api-server: " + e.getMessage());
            }
        }
        return addresses;
    }
}
