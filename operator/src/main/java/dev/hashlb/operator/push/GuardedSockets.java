package dev.hashlb.operator.push;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.SocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the number of connections, which gRPC does not, and counts those that end without a TLS handshake: garbage,
 * strangers' certificates, scans.
 */
final class GuardedSockets extends ServerTransportFilter {
    private final int limit;
    private final PushMetrics metrics;
    private final AtomicInteger open = new AtomicInteger();
    private final Set<SocketAddress> ready = ConcurrentHashMap.newKeySet();

    GuardedSockets(int limit, PushMetrics metrics) {
        this.limit = limit;
        this.metrics = metrics;
    }

    NioServerSocketChannel newServerSocket() {
        return new NioServerSocketChannel() {
            @Override
            protected int doReadMessages(List<Object> accepted) throws Exception {
                int before = accepted.size();
                int count = super.doReadMessages(accepted);
                for (int i = accepted.size() - 1; i >= before; i--) {
                    Channel channel = (Channel) accepted.get(i);
                    if (open.get() >= limit) {
                        accepted.remove(i);
                        count--;
                        metrics.refusedConnection("limit");
                        // It has no event loop yet, so its socket is closed without one.
                        channel.unsafe().closeForcibly();
                    } else {
                        metrics.connections(open.incrementAndGet());
                        channel.pipeline().addFirst(new Watch(channel.remoteAddress()));
                    }
                }
                return count;
            }
        };
    }

    @Override
    public Attributes transportReady(Attributes attributes) {
        SocketAddress remote = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        if (remote != null) {
            ready.add(remote);
        }
        return attributes;
    }

    private final class Watch extends ChannelInboundHandlerAdapter {
        private final SocketAddress remote;

        Watch(SocketAddress remote) {
            this.remote = remote;
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            super.channelInactive(context);
            metrics.connections(open.decrementAndGet());
            if (!ready.remove(remote)) {
                metrics.refusedConnection("handshake");
            }
        }
    }
}
