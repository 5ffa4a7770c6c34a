package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.engine.ChainCounter;
import dev.hashlb.agent.engine.Engine;
import dev.hashlb.agent.engine.EngineCounters;
import dev.hashlb.agent.engine.EngineSettings;
import dev.hashlb.agent.engine.kernel.SelectionFilter;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Outcome;
import dev.hashlb.core.route.RouterShare;
import dev.hashlb.core.snapshot.NamespacedName;
import dev.hashlb.core.snapshot.Node;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The engine on Netty's epoll loops: one loop for each queue of the node's TUN. */
public final class NettyEngine implements Engine {
    private final EngineSettings settings;
    private final MultiThreadIoEventLoopGroup group;
    private final List<PacketLoop> loops = new ArrayList<>();
    private final Map<String, PodPort> ports = new HashMap<>();
    private final Map<String, PodReader> readers = new HashMap<>();
    /** Devices that were attached before the first table: what they have sent waits for it. */
    private final Map<String, Integer> notRead = new HashMap<>();

    private ForwardingTable table = ForwardingTable.EMPTY;
    private boolean begun;
    private boolean closed;
    private volatile @Nullable SelectionFilter filter;
    private boolean readsSharedAlone;
    private final ChainUse chainUse;
    private final Map<NamespacedName, Integer> counterRows = new ConcurrentHashMap<>();
    private final Map<NamespacedName, Integer> groupRows = new ConcurrentHashMap<>();

    /**
     * Reads nothing until the first table is applied: packets wait in the queues and sockets.
     *
     * @throws LinuxException if a socket cannot be bound
     */
    public NettyEngine(EngineSettings settings) throws LinuxException {
        this.settings = settings;
        int threads = settings.routerQueueFds().size();
        chainUse = new ChainUse(threads);
        group = new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory("hashlb-packet", true), EpollIoHandler.newFactory());
        ForwardingView empty = view(ForwardingTable.EMPTY);
        try {
            for (int i = 0; i < threads; i++) {
                loops.add(new PacketLoop(group.next(), settings, i, empty));
            }
        } catch (LinuxException | RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public synchronized void apply(ForwardingTable table) {
        table.balancers().forEach(b -> counterRows.computeIfAbsent(b.balancer().name(), name -> nextRow()));
        table.snapshot().routerGroups().forEach(g -> groupRows.computeIfAbsent(g.name(), name -> nextRow()));
        chainUse.apply(table, System.nanoTime());
        ForwardingView view = view(table);
        chainUse.equipAttached(ports.values());
        int rows = nextRow();
        SelectionFilter present = filter;
        if (present != null) {
            present.prepare(table);
        }
        loops.forEach(loop -> loop.runAndWait(() -> loop.apply(view, rows)));
        this.table = table;
        if (present != null) {
            present.apply(table);
        }
        loops.forEach(PacketLoop::begin);
        begun = true;
        notRead.forEach(this::read);
        notRead.clear();
    }

    private int nextRow() {
        return LoopCounters.UNOWNED_ROW + 1 + counterRows.size() + groupRows.size();
    }

    @Override
    public synchronized void attach(String networkNamespace, int tunFd, boolean segmentsUdp) {
        PodPort port = port(networkNamespace);
        chainUse.equip(port); // first: who cannot be asked claims nothing
        port.attach(tunFd, segmentsUdp);
        if (begun) {
            read(networkNamespace, tunFd);
        } else {
            notRead.put(networkNamespace, tunFd);
        }
    }

    private void read(String networkNamespace, int tunFd) {
        PacketLoop loop = loops.get(Math.floorMod(networkNamespace.hashCode(), loops.size()));
        readers.put(networkNamespace, loop.read(port(networkNamespace), tunFd, settings.namespaceDied()));
    }

    @Override
    public synchronized void receiveShared(List<Integer> queueFds) {
        for (int i = 0; i < loops.size(); i++) {
            loops.get(i).receiveShared(queueFds.get(i));
        }
        filter = new SelectionFilter(queueFds.getFirst(), settings.nodeName());
        readsSharedAlone(readsSharedAlone);
    }

    @Override
    public synchronized void readsSharedAlone(boolean alone) {
        readsSharedAlone = alone;
        SelectionFilter present = filter;
        if (present != null) {
            present.allow(alone);
            present.apply(table);
        }
    }

    @Override
    public synchronized void detach(String networkNamespace) {
        port(networkNamespace).detach();
        notRead.remove(networkNamespace);
        PodReader reader = readers.remove(networkNamespace);
        if (reader != null) {
            reader.stop();
        }
        if (closed) {
            return;
        }
        loops.forEach(loop -> loop.runAndWait(() -> {})); // a loop in the middle of a packet may still hold the fd
        port(networkNamespace).closeClaims();
    }

    @Override
    public EngineCounters counters() {
        return new Sum();
    }

    @Override
    public synchronized void close() {
        closed = true;
        readers.values().forEach(PodReader::stop); // they read into the loops' memory
        readers.clear();
        loops.forEach(PacketLoop::close);
        ports.values().forEach(PodPort::closeClaims);
        SelectionFilter present = filter;
        if (present != null) {
            present.close();
        }
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private PodPort port(String networkNamespace) {
        return ports.computeIfAbsent(networkNamespace, PodPort::new);
    }

    private ForwardingView view(ForwardingTable table) {
        List<Node> nodes = table.snapshot().nodes();
        Arena arena = Arena.ofAuto(); // lives as long as a packet thread uses the view
        Peer[] peers = new Peer[nodes.size()];
        int self = -1;
        for (int i = 0; i < peers.length; i++) {
            Node node = nodes.get(i);
            peers[i] = Peer.of(node.address(), settings.nodeAddress().family(), arena);
            self = node.name().equals(settings.nodeName()) ? i : self;
        }
        int[] rows = table.balancers().stream()
                .mapToInt(b -> counterRows.getOrDefault(b.balancer().name(), LoopCounters.UNOWNED_ROW))
                .toArray();
        int[] groups = table.snapshot().routerGroups().stream()
                .mapToInt(g -> groupRows.getOrDefault(g.name(), LoopCounters.UNOWNED_ROW))
                .toArray();
        RouterShare share = new RouterShare(table.routers(), settings.nodeName());
        return new ForwardingView(table, self, share, peers, this::port, rows, groups, chainUse.udpUntil(table));
    }

    private final class Sum implements EngineCounters {
        @Override
        public long packets(NamespacedName balancer, Outcome outcome) {
            Integer row = counterRows.get(balancer);
            return row == null ? 0 : sum(c -> c.packets(row, outcome));
        }

        @Override
        public long bytes(NamespacedName balancer, Outcome outcome) {
            Integer row = counterRows.get(balancer);
            return row == null ? 0 : sum(c -> c.bytes(row, outcome));
        }

        @Override
        public long routedPackets(NamespacedName group) {
            Integer row = groupRows.get(group);
            return row == null ? 0 : sum(c -> c.packets(row, Outcome.ROUTED));
        }

        @Override
        public long routedBytes(NamespacedName group) {
            Integer row = groupRows.get(group);
            return row == null ? 0 : sum(c -> c.bytes(row, Outcome.ROUTED));
        }

        @Override
        public long unownedPackets(Outcome outcome) {
            return sum(c -> c.packets(LoopCounters.UNOWNED_ROW, outcome));
        }

        @Override
        public long dropped(DropReason reason) {
            SelectionFilter present = filter;
            long byKernel = present != null && reason == DropReason.NOT_SELECTED ? present.dropped() : 0;
            return byKernel + sum(c -> c.dropped(reason));
        }

        @Override
        public long chain(ChainCounter counter) {
            return sum(c -> c.readChain(counter));
        }

        @Override
        public long claimed(int hops) {
            return sum(c -> c.readClaimed(hops));
        }

        @Override
        public long passedOn(int hops) {
            return sum(c -> c.readPassedOn(hops));
        }

        private long sum(ToLongFunction<LoopCounters> read) {
            return loops.stream().map(PacketLoop::counters).mapToLong(read).sum();
        }
    }
}
