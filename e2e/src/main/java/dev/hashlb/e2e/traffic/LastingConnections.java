package dev.hashlb.e2e.traffic;

import dev.hashlb.e2e.lab.LabException;
import dev.hashlb.e2e.lab.Sockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A client's {@link LastingConnection}s: tens of thousands on two threads. Each takes a file descriptor of this process, and one of the
 * servers', which had better be another process's ({@link EchoServersProcess}). Opened and closed by one thread.
 */
public final class LastingConnections implements AutoCloseable {
    /** Fewer than a listening socket keeps unaccepted. */
    private static final int MOST_UNDER_WAY = 400;

    /** As Linux has patience with a SYN or a SYN-ACK that it repeats seven times. */
    private static final Duration OPEN_WITHIN = Duration.ofMinutes(4);

    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    /** A scheduler that is fair to threads would else give one client, all of a network's clients here, the share of one thread. */
    private static final int THREADS = 2;

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            THREADS, new DefaultThreadFactory("lasting", true), EpollIoHandler.newFactory());
    private final ChannelGroup channels = new DefaultChannelGroup(loops.next());
    private final List<LastingConnection> connections = new ArrayList<>();
    private final List<SendingTurns> turns =
            Stream.generate(() -> new SendingTurns(loops.next())).limit(THREADS).toList();
    private final String namespace;
    private final Bootstrap bootstrap;
    private long begun;

    /** @param namespace the network namespace that they are opened from */
    public LastingConnections(String namespace) {
        this.namespace = namespace;
        loops.forEach(loop -> loop.submit(() -> ThreadPriority.set(ThreadPriority.BEFORE_OTHERS))
                .syncUninterruptibly());
        this.bootstrap = new Bootstrap()
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_LINGER, 0) // their end is not what is tried: no TIME_WAIT
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) OPEN_WITHIN.toMillis());
    }

    /**
     * Opens so many more, spread over services in turn; returns when each has heard its server's name.
     *
     * @return those
     * @throws LabException if one cannot be opened
     */
    public List<LastingConnection> open(List<InetSocketAddress> services, int count) {
        List<LastingConnection> opened = new ArrayList<>(count);
        Semaphore underWay = new Semaphore(MOST_UNDER_WAY);
        // A socket belongs to the namespace of the thread that makes it.
        Sockets.inside(namespace, () -> {
            for (int i = 0; i < count; i++) {
                acquire(underWay, 1, opened);
                LastingConnection connection = begin(services.get(i % services.size()));
                var _ = connection.greeted().whenComplete((c, failure) -> underWay.release());
                opened.add(connection);
            }
            acquire(underWay, MOST_UNDER_WAY, opened);
            return opened;
        });
        connections.addAll(opened);
        List<LastingConnection> failed =
                opened.stream().filter(LastingConnection::isBroken).toList();
        if (!failed.isEmpty()) {
            throw new LabException(
                    failed.size() + " of " + count + " connections could not be opened; one is " + failed.getFirst());
        }
        return opened;
    }

    private LastingConnection begin(InetSocketAddress service) {
        SendingTurns turn = turns.get((int) (begun / 2 % THREADS)); // each has connections of both families
        LastingConnection connection = new LastingConnection(begun++, service);
        turn.add(connection);
        bootstrap
                .clone()
                .group(turn.loop())
                .handler(connection)
                .connect(service)
                .addListener((io.netty.channel.ChannelFuture connected) -> {
                    if (connected.isSuccess()) {
                        channels.add(connected.channel());
                    } else {
                        connection.notOpened(connected.cause());
                    }
                });
        return connection;
    }

    private static void acquire(Semaphore underWay, int permits, List<LastingConnection> opened)
            throws InterruptedException {
        if (!underWay.tryAcquire(permits, OPEN_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
            List<LastingConnection> silent =
                    opened.stream().filter(c -> !c.greeted().isDone()).toList();
            throw new LabException(
                    silent.size() + " of " + opened.size() + " connections do not open; one is " + silent.getFirst());
        }
    }

    public List<LastingConnection> all() {
        return List.copyOf(connections);
    }

    public List<LastingConnection> broken() {
        return connections.stream().filter(LastingConnection::isBroken).toList();
    }

    /** Those of a server, broken or not. */
    public List<LastingConnection> at(String server) {
        return connections.stream()
                .filter(c -> c.server().equals(server))
                .collect(java.util.stream.Collectors.toCollection(ArrayList::new));
    }

    /** The longest that one of those that are open has waited for an answer. */
    public Duration longestWait() {
        return connections.stream()
                .filter(c -> !c.isBroken())
                .map(LastingConnection::longestWait)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /** As {@link #awaitAnswers(Collection, Duration)}, of all. */
    public void awaitAnswers(Duration within) {
        awaitAnswers(connections, within);
    }

    /**
     * Waits until each of these, unless it is broken, has had an answer to something that it sent after now.
     *
     * @throws LabException if that is not so in time
     */
    public static void awaitAnswers(Collection<LastingConnection> connections, Duration within) {
        List<LastingConnection> silent = silent(connections, within);
        if (!silent.isEmpty()) {
            throw new LabException(silent.size() + " of " + connections.size() + " connections without an answer for "
                    + within.toSeconds() + " s; one is " + silent.getFirst());
        }
    }

    /** Those that in this time get no answer to anything that they send after now, and are not broken as far as they know. */
    public List<LastingConnection> silent(Duration within) {
        return silent(connections, within);
    }

    private static List<LastingConnection> silent(Collection<LastingConnection> connections, Duration within) {
        List<LastingConnection> waiting = new ArrayList<>(connections);
        long[] sentBytes =
                waiting.stream().mapToLong(LastingConnection::sentBytes).toArray();
        long endNs = System.nanoTime() + within.toNanos();
        List<LastingConnection> silent = new ArrayList<>();
        for (int i = 0; i < sentBytes.length; i++) {
            LastingConnection connection = waiting.get(i);
            while (!connection.isBroken() && connection.receivedBytes() <= sentBytes[i]) {
                if (System.nanoTime() > endNs) {
                    silent.add(connection);
                    break;
                }
                pause();
            }
        }
        return silent;
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_EVERY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while connections are waited for", e);
        }
    }

    @Override
    public void close() {
        channels.close().awaitUninterruptibly(OPEN_WITHIN.toMillis());
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(OPEN_WITHIN.toMillis());
    }
}
