package dev.hashlb.agent.cli;

import dev.hashlb.agent.config.FileWatcher;
import dev.hashlb.agent.config.StandaloneSource;
import dev.hashlb.agent.config.StateFolder;
import dev.hashlb.agent.handover.HandOver;
import dev.hashlb.agent.metrics.MetricsServer;
import dev.hashlb.agent.metrics.MetricsServer.Health;
import dev.hashlb.agent.run.DataPlane;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Snapshot;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hashlb run}: the data plane of one node, standalone. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the data plane of node NAME by what FILE declares, until it is stopped by SIGTERM or Ctrl-C.",
            "FILE is read again whenever it changes, and applied whole or not at all."
        },
        footer = {
            "",
            "Examples:",
            "  hashlb run -f web.yaml --node s1",
            "  hashlb run -f web.yaml --node s1 --key-file tunnel.key --state /var/lib/hashlb"
        })
public final class RunVerb extends Verb {
    private static final Duration POLL = Duration.ofSeconds(2);
    private static final Duration QUIET = Duration.ofMillis(20);
    private static final Logger LOG = LoggerFactory.getLogger(RunVerb.class);

    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE",
            description = "YAML documents: HashLoadBalancer, HashRouterGroup, StaticServers, StaticNodes.")
    private Path file = Path.of("");

    @Mixin
    private DataPlaneOptions options = new DataPlaneOptions();

    @Option(
            names = "--key-file",
            paramLabel = "F",
            description = "Keys of the tunnel, the same on all nodes; without them only peers' addresses are checked.")
    private @Nullable Path keyFile;

    @Override
    protected ExitStatus perform() throws Exception {
        String node = options.node();
        Path folder = options.stateFolder();
        StandaloneSource source = new StandaloneSource(file, keyFile, new StateFolder(folder));
        StandaloneNode standalone = new StandaloneNode(file, node, source, err());
        Snapshot first = standalone.first();
        Node self = standalone.self(first);
        DataPlaneOptions.requireCapabilities();
        if (first.keys().isEmpty()) {
            LOG.warn("no --key-file: tunnel packets are known by their sender's address alone, which can be forged");
        }
        try (StopSignal stop = new StopSignal();
                Continuity continuity = options.continuity("run");
                DataPlane dataPlane = new DataPlane(
                        self,
                        folder,
                        options.threads(),
                        options.announce(),
                        Version.software(),
                        continuity.inherited(),
                        continuity.keeper(),
                        continuity::mustForward);
                MetricsServer metrics = options.metricsServer(dataPlane.metrics()::scrape, () -> ready(dataPlane))) {
            boolean follows = continuity.follows();
            if (!follows) {
                metrics.start();
            }
            standalone.apply(dataPlane, first);
            if (follows) {
                continuity.followed();
                dataPlane.followed();
                metrics.start();
            }
            LOG.info("node {} is ready; metrics at http:/{}/metrics", node, metrics.address());
            try (FileWatcher watcher =
                            FileWatcher.start(source.files(), POLL, QUIET, () -> standalone.reload(dataPlane));
                    HandOver handOver = continuity.serve(dataPlane, metrics, stop::ask)) {
                standalone.reload(dataPlane); // for a change before the watch
                stop.await();
                handOver.await(Duration.ZERO);
            }
        }
        return ExitStatus.DONE;
    }

    private static Health ready(DataPlane dataPlane) {
        long version = dataPlane.applied().version();
        if (version == 0) {
            return new Health(false, "no snapshot is applied yet");
        }
        String forwarding = "forwarding by snapshot " + version;
        return dataPlane.settled()
                ? new Health(true, forwarding)
                : new Health(false, forwarding + "; its peers do not count it yet");
    }
}
