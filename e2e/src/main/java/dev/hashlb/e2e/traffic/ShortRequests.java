package dev.hashlb.e2e.traffic;

import dev.hashlb.e2e.lab.LabException;
import dev.hashlb.e2e.lab.Sockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests at a steady rate, whatever becomes of those before, each over a connection of its own: connect, hear the server's name, send
 * something, have it back, close.
 */
public final class ShortRequests implements AutoCloseable {
    private static final int REQUEST_BYTES = 64;
    private static final Duration DONE_WITHIN = Duration.ofSeconds(20);
    private static final long BURST_NS = 1_000_000;
    /** Where a machine is too slow for the rate, requests are left out, instead of file descriptors running out. */
    private static final int MOST_UNDER_WAY = 2_000;

    private final MultiThreadIoEventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("requests", true), EpollIoHandler.newFactory());
    private final Bootstrap bootstrap = new Bootstrap()
            .group(loop)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) DONE_WITHIN.toMillis());
    private final ChannelGroup channels = new DefaultChannelGroup(loop.next());
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final ConcurrentMap<String, AtomicLong> answeredBy = new ConcurrentHashMap<>();
    private final AtomicLong slowestNs = new AtomicLong();
    private final Thread sender;
    private volatile boolean stopping;

    private ShortRequests(String namespace, List<InetSocketAddress> services, int perSecond) {
        // A socket belongs to the namespace of the thread that makes it.
        sender = Thread.ofPlatform()
                .daemon()
                .name("requests")
                .start(() -> Sockets.inside(namespace, () -> {
                    send(services, perSecond);
                    return true;
                }));
    }

    /**
     * Sends from now on, to services in turn.
     *
     * @param namespace the client's
     */
    public static ShortRequests start(String namespace, List<InetSocketAddress> services, int perSecond) {
        return new ShortRequests(namespace, services, perSecond);
    }

    private void send(List<InetSocketAddress> services, int perSecond) {
        long periodNs = 1_000_000_000L / perSecond;
        long nextNs = System.nanoTime();
        while (!stopping) {
            for (; nextNs <= System.nanoTime() && !stopping; nextNs += periodNs) {
                if (underWay() < MOST_UNDER_WAY) {
                    long number = begun.getAndIncrement();
                    begin(number, services.get((int) (number % services.size())));
                }
            }
            LockSupport.parkNanos(BURST_NS);
        }
    }

    /** How many have been begun and are neither answered nor failed. */
    public long underWay() {
        return begun.get() - answered.get() - failures.size();
    }

    private void begin(long number, InetSocketAddress service) {
        Request request = new Request(number);
        var _ = bootstrap.clone().handler(request).connect(service).addListener((ChannelFuture connected) -> {
            if (connected.isSuccess()) {
                channels.add(connected.channel());
            } else {
                request.fail(String.valueOf(connected.cause().getMessage()));
            }
        });
    }

    /** One request; its event loop alone uses it. */
    private final class Request extends SimpleChannelInboundHandler<ByteBuf> {
        private final StreamBytes bytes;
        private final long beganNs = System.nanoTime();
        private final StringBuilder server = new StringBuilder();
        private boolean named;
        private int back;
        private boolean over;

        Request(long number) {
            bytes = new StreamBytes(number);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf in) {
            while (!named && in.isReadable()) {
                char next = (char) in.readByte();
                named = next == '\n';
                if (named) {
                    ByteBuf request = context.alloc().buffer(REQUEST_BYTES);
                    bytes.write(request, 0, REQUEST_BYTES);
                    var _ = context.writeAndFlush(request, context.voidPromise());
                } else {
                    server.append(next);
                }
            }
            int lengthBytes = in.readableBytes();
            if (bytes.firstWrong(in, back) >= 0) {
                fail("wrong bytes came back");
            }
            back += lengthBytes;
            if (back == REQUEST_BYTES) {
                succeed();
                var _ = context.close();
            }
        }

        private void succeed() {
            if (!over) {
                over = true;
                answeredBy
                        .computeIfAbsent(server.toString(), s -> new AtomicLong())
                        .incrementAndGet();
                slowestNs.accumulateAndGet(System.nanoTime() - beganNs, Math::max);
                answered.incrementAndGet();
            }
        }

        private void fail(String why) {
            if (!over) {
                over = true;
                failures.add(LocalTime.now(ZoneId.systemDefault()) + " at " + (server.isEmpty() ? "nobody" : server)
                        + " after " + (System.nanoTime() - beganNs) / 1_000_000 + " ms: " + why);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            fail("the server ended the connection");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            fail(String.valueOf(cause.getMessage()));
            var _ = context.close();
        }
    }

    /** Sends no more, and waits for the answers to what was sent. */
    public void stop() {
        stopping = true;
        try {
            sender.join(DONE_WITHIN);
            long endNs = System.nanoTime() + DONE_WITHIN.toNanos();
            while (underWay() > 0) {
                if (System.nanoTime() > endNs) {
                    failures.add(underWay() + " were not answered");
                    return;
                }
                LockSupport.parkNanos(BURST_NS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while requests end", e);
        }
    }

    public long answered() {
        return answered.get();
    }

    /** How many a server has answered. */
    public long answeredBy(String server) {
        AtomicLong count = answeredBy.get(server);
        return count == null ? 0 : count.get();
    }

    /** What became of those that were not answered. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** The longest from the beginning of a request to its answer. */
    public Duration slowest() {
        return Duration.ofNanos(slowestNs.get());
    }

    @Override
    public void close() {
        stopping = true;
        channels.close().awaitUninterruptibly(DONE_WITHIN.toMillis());
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(DONE_WITHIN.toMillis());
    }
}
