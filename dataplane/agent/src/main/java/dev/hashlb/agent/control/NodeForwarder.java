package dev.hashlb.agent.control;

import dev.hashlb.agent.host.PodLinks;
import dev.hashlb.agent.host.PodState;
import dev.hashlb.agent.run.DataPlane;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.select.Identity;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@link DataPlane} whose servers' network namespaces are found by their addresses. It is set up by the first snapshot. */
final class NodeForwarder implements Forwarder {
    private static final Logger LOG = LoggerFactory.getLogger(NodeForwarder.class);
    /** A pod's UID, or what is as harmless as a file's name. */
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private final String nodeName;
    private final PodLinks links;
    private final DataPlaneMaker maker;
    /** Held while something is applied, by whichever thread. */
    private final ReentrantLock applying = new ReentrantLock();

    private Origin appliedOrigin = Origin.DISK;
    private volatile @Nullable DataPlane dataPlane;
    /** The path by which each server of this node is known, by its identity. */
    private volatile Map<String, String> pathsByIdentity = Map.of();

    /** Sets up the data plane of a node. */
    interface DataPlaneMaker {
        DataPlane make(Node self) throws IOException;
    }

    NodeForwarder(String nodeName, PodLinks links, DataPlaneMaker maker) {
        this.nodeName = nodeName;
        this.links = links;
        this.maker = maker;
        links.onMoved(this::podMoved);
    }

    /** Empty before the first snapshot. */
    Optional<DataPlane> dataPlane() {
        return Optional.ofNullable(dataPlane);
    }

    @Override
    public void apply(Snapshot snapshot, Origin origin) throws IOException {
        applying.lock();
        try {
            applyNow(snapshot, origin);
        } finally {
            applying.unlock();
        }
    }

    private void applyNow(Snapshot snapshot, Origin origin) throws IOException {
        DataPlane running = dataPlane;
        if (running == null) {
            Node self = snapshot.node(nodeName)
                    .orElseThrow(() -> new IllegalArgumentException("the snapshot does not name node " + nodeName));
            running = maker.make(self);
            running.onPodUndone(this::podUndone);
            dataPlane = running;
        }
        Optional<String> needsRestart = running.needsRestart(snapshot);
        if (needsRestart.isPresent()) {
            throw new IOException(needsRestart.get());
        }
        try {
            links.want(addressesByFile(snapshot), origin == Origin.OPERATOR);
            place(running, snapshot);
            appliedOrigin = origin;
        } catch (IOException | RuntimeException e) {
            wantApplied(running, e);
            throw e;
        }
    }

    private void wantApplied(DataPlane running, Exception reason) {
        try {
            links.want(addressesByFile(running.applied()), appliedOrigin == Origin.OPERATOR);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Applies a snapshot with servers where they are now. */
    private void place(DataPlane running, Snapshot snapshot) throws IOException {
        long moves = links.moves();
        Map<String, String> paths = new HashMap<>();
        own(snapshot).forEach(server -> paths.put(server.identity(), path(server)));
        running.apply(located(snapshot, paths));
        pathsByIdentity = Map.copyOf(paths);
        links.placed(moves);
    }

    /** A pod is known by another path than before; called again until it is placed there. */
    private void podMoved() {
        applying.lock();
        try {
            DataPlane running = dataPlane;
            if (running != null && running.applied().version() > 0) {
                place(running, running.applied());
            }
        } catch (IOException e) {
            LOG.warn("a pod that is in another network namespace now gets no packets there yet: {}", e.getMessage());
        } finally {
            applying.unlock();
        }
    }

    private void podUndone(Path link) {
        try {
            links.undone(link);
        } catch (IOException e) {
            LOG.warn("{} is left over: {}", link, e.getMessage());
        }
    }

    @Override
    public Map<String, String> problems() {
        DataPlane running = dataPlane;
        if (running == null) {
            return Map.of();
        }
        Map<String, String> missing = links.missing();
        Map<String, PodState> states = running.podStates();
        Map<String, String> problems = new HashMap<>();
        pathsByIdentity.forEach((identity, path) -> {
            String notFound = missing.get(fileName(identity));
            PodState state = states.get(path);
            if (notFound != null) {
                problems.put(identity, notFound);
            } else if (state == null || !state.ready()) {
                problems.put(identity, state == null ? "its network namespace was not looked at yet" : state.reason());
            }
        });
        return problems;
    }

    @Override
    public void close() throws IOException {
        DataPlane running = dataPlane;
        try (links) {
            if (running != null) {
                running.close();
            }
        }
    }

    private List<Server> own(Snapshot snapshot) {
        return snapshot.balancers().stream()
                .flatMap(b -> b.servers().stream())
                .filter(s -> s.node().equals(nodeName))
                .toList();
    }

    private Map<String, List<IpAddress>> addressesByFile(Snapshot snapshot) {
        Map<String, List<IpAddress>> addresses = new LinkedHashMap<>();
        // A pod may serve several balancers, one of IPv4 and one of IPv6.
        own(snapshot)
                .forEach(s -> addresses.merge(
                        fileName(s.identity()),
                        s.addresses(),
                        (a, b) ->
                                Stream.concat(a.stream(), b.stream()).distinct().toList()));
        return addresses;
    }

    /** The same snapshot with the path of each server of this node. */
    private Snapshot located(Snapshot snapshot, Map<String, String> paths) {
        List<Balancer> balancers = new ArrayList<>();
        for (Balancer balancer : snapshot.balancers()) {
            List<Server> servers = balancer.servers().stream()
                    .map(s -> s.node().equals(nodeName)
                            ? s.withNetworkNamespace(Objects.requireNonNull(paths.get(s.identity())))
                            : s)
                    .toList();
            balancers.add(balancer.withServers(servers));
        }
        return snapshot.withBalancers(balancers);
    }

    private String path(Server server) {
        return links.link(fileName(server.identity())).toString();
    }

    private static String fileName(String identity) {
        return FILE_NAME.matcher(identity).matches() ? identity : "%016x".formatted(Identity.hash(identity));
    }
}
