package dev.hashlb.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hashlb.agent.linux.RefusingNamespace;
import dev.hashlb.agent.linux.SocketErrors;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection that the node's own firewall refuses while it is made. */
@Timeout(60)
class DialledSocketIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final EventLoopGroup eventLoop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    @AfterEach
    void end() {
        eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void whatIsLeftInTheQueueOfOthersIsTakenFromItsOwn() throws Exception {
        try (RefusingNamespace one = new RefusingNamespace();
                RefusingNamespace another = new RefusingNamespace()) {
            EpollSocketChannel other = connecting(one.namespace().call(EpollSocketChannel::new));
            assertThat(SocketErrors.reported(other.fd().intValue())).isTrue();

            EpollSocketChannel own = connecting(another.namespace().call(new DialledSocket(eventLoop)::newChannel));
            await().atMost(PATIENCE).until(() -> !SocketErrors.reported(own.fd().intValue()));

            assertThat(own.isOpen()).isTrue();
            assertThat(own.isActive()).isFalse();
            assertThat(SocketErrors.reported(other.fd().intValue())).isTrue();
        }
    }

    /** After connect(2) was called, which the firewall has refused by then. */
    @SuppressWarnings("FutureReturnValueIgnored") // it is never connected
    private EpollSocketChannel connecting(EpollSocketChannel channel) throws Exception {
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter());
        eventLoop.register(channel).sync();
        channel.connect(new InetSocketAddress(RefusingNamespace.ADDRESS, 9443));
        eventLoop.submit(() -> {}).sync();
        return channel;
    }
}
