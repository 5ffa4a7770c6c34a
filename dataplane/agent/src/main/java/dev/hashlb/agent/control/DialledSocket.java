package dev.hashlb.agent.control;

import dev.hashlb.agent.linux.ErrorQueue;
import dev.hashlb.agent.linux.LinuxException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the sockets by which the operator is dialled, keeps each from spinning while it connects, and has its connection end soon where the
 * operator's node is dead: then nobody says that it has ended, and pings of gRPC (10 s, and 10 s for the answer) have to have patience with a slow
 * process, which the node's kernel needs none with (ADR 0068).
 *
 * <p>Where the operator's Service has no endpoints, kube-proxy answers a SYN from the node itself with an ICMP error, which arrives while
 * connect(2) holds the socket. Linux (seen: 6.18) then puts it into the socket's error queue, and goes on connecting until the next
 * SYN, a second later. All that time epoll reports an error that Netty looks for where it is not, again and again, which takes a whole CPU.
 * See ADR 0062.
 */
final class DialledSocket implements ChannelFactory<EpollSocketChannel> {
    private static final Logger LOG = LoggerFactory.getLogger(DialledSocket.class);
    private static final long LOOK_EVERY_MS = 10;
    /**
     * For what was sent and the peer's kernel has not acknowledged, and, with keep-alive, for its silence: three questions of keep-alive. gRPC sets its own
     * patience before it connects.
     */
    private static final int UNACKNOWLEDGED_MS = 4_500;

    private final EventLoopGroup eventLoop;

    /** @param eventLoop of one thread, which runs the channels too: so none is closed while it is looked at */
    DialledSocket(EventLoopGroup eventLoop) {
        this.eventLoop = eventLoop;
    }

    @Override
    public EpollSocketChannel newChannel() {
        EpollSocketChannel channel = new EpollSocketChannel();
        lookLater(channel);
        return channel;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // after the loop's end there is nothing to look at
    private void lookLater(EpollSocketChannel channel) {
        eventLoop.schedule(() -> look(channel), LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
    }

    private void look(EpollSocketChannel channel) {
        if (channel.isActive()) {
            channel.config().setTcpUserTimeout(UNACKNOWLEDGED_MS);
            return;
        }
        if (!channel.isOpen()) {
            return;
        }
        try {
            ErrorQueue.drain(channel.fd().intValue());
        } catch (LinuxException e) {
            LOG.debug("a socket to the operator could not be looked at", e);
        }
        lookLater(channel);
    }
}
