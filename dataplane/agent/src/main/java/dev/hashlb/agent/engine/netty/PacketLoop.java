package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.engine.EngineSettings;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.UdpSocket;
import io.netty.channel.IoEventLoop;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One packet thread with all that it owns: a queue of the node's TUN, a socket that receives and some that send, buffers and counters. */
final class PacketLoop implements AutoCloseable {
    /**
     * Source ports that a node has at least, so that the receiving kernel spreads its tunnel over its peers' packet threads. Not more
     * for each thread than that takes: what one batch has for one node shares messages only in one socket.
     */
    private static final int LEAST_PORTS = 4;

    private static final int SOCKET_BUFFER_BYTES = 8 << 20;
    private static final int ANY_PORT = 0;

    private final IoEventLoop loop;
    private final LoopState state;
    private final Arena arena = Arena.ofShared();
    private final ReplyPath replyPath;
    private final int queueFd;
    private final int tunnelFd;
    private final List<TunnelSocket> sendSockets = new ArrayList<>();
    private final RouterPath routerPath;
    private final HostPath hostPath;
    private final Answers answers;
    private final PodWriter podWriter;
    private final TunnelSender sender;
    private final ChainPath chainPath;
    private @Nullable RouterPath sharedPath;
    private boolean begun;

    /** @throws LinuxException if a socket cannot be bound */
    PacketLoop(IoEventLoop loop, EngineSettings settings, int index, ForwardingView view) throws LinuxException {
        this.loop = loop;
        queueFd = settings.routerQueueFds().get(index);
        tunnelFd = settings.tunnelFds().get(index);
        state = new LoopState(settings, index, view);
        for (int ports = 0; ports < LEAST_PORTS; ports += settings.tunnelFds().size()) {
            sendSockets.add(new TunnelSocket(UdpSocket.open(settings.nodeAddress(), ANY_PORT, SOCKET_BUFFER_BYTES)));
        }
        answers = new Answers(state, arena);
        podWriter = new PodWriter(state);
        sender = new TunnelSender(state, answers, sendSockets, arena);
        chainPath = new ChainPath(state, answers, podWriter, sender);
        routerPath = new RouterPath(state, queueFd, false, answers, podWriter, sender, chainPath, arena);
        replyPath = new ReplyPath(state, sender, arena);
        hostPath = new HostPath(state, tunnelFd, podWriter, sender, chainPath);
    }

    /** Begins to read, if it has not yet: once a table is applied, so that what came before waits for it. */
    void begin() {
        if (!begun) {
            begun = true;
            FdHandle.register(loop, queueFd, routerPath);
            FdHandle.register(loop, tunnelFd, hostPath);
        }
    }

    /** Begins to read a queue of packets that all routers receive; its descriptor stays the caller's. */
    void receiveShared(int queueFd) {
        RouterPath path = new RouterPath(state, queueFd, true, answers, podWriter, sender, chainPath, arena);
        sharedPath = path;
        FdHandle.register(loop, queueFd, path);
    }

    LoopCounters counters() {
        return state.counters();
    }

    /** Runs on the loop's thread. */
    void apply(ForwardingView view, int counterRows) {
        state.apply(view, counterRows);
    }

    /** Runs a task on the loop's thread, between packets, and waits for it. */
    void runAndWait(Runnable task) {
        loop.submit(task).syncUninterruptibly();
    }

    /** Begins to read a namespace's device on this loop. */
    PodReader read(PodPort port, int fd, Consumer<String> namespaceDied) {
        return new PodReader(loop, replyPath, port, fd, namespaceDied);
    }

    /** Stops handling packets and closes the sockets that send. */
    @Override
    public void close() {
        runAndWait(() -> {
            routerPath.stop();
            if (sharedPath != null) {
                sharedPath.stop();
            }
            hostPath.stop();
        });
        sendSockets.forEach(TunnelSocket::close);
        hostPath.close();
        arena.close();
    }
}
