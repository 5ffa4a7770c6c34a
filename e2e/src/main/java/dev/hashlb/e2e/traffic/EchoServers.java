package dev.hashlb.e2e.traffic;

import dev.hashlb.e2e.lab.Sockets;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The servers of many pods in one process, each in its pod's network namespace: a connection hears the server's name as a line, then all
 * that it sends. Commands come as lines of standard input, each is answered by a line, and the process ends with its input:
 *
 * <pre>
 * listen NAME NAMESPACE PORT   takes connections on every address of the namespace
 * refuse NAME                  takes no more, and keeps those that there are
 * end NAME                     closes all sockets of the server
 * </pre>
 */
public final class EchoServers {
    private static final int BACKLOG = 4096;
    /** Netty takes one, then looks at all other sockets: with thousands of them, each with something to read, four a second. */
    private static final int ACCEPTED_AT_ONCE = 256;

    private final MultiThreadIoEventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("echo", true), EpollIoHandler.newFactory());
    private final Map<String, Listening> servers = new HashMap<>();

    private EchoServers() {}

    /** A server: where it listens, and what it has accepted. */
    private record Listening(Channel socket, ChannelGroup accepted) {}

    /** Says a name, then repeats what it hears. */
    @Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        private final byte[] greeting;
        private final ChannelGroup accepted;

        Echo(String name, ChannelGroup accepted) {
            this.greeting = (name + "\n").getBytes(StandardCharsets.US_ASCII);
            this.accepted = accepted;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            accepted.add(context.channel());
            var _ = context.writeAndFlush(Unpooled.wrappedBuffer(greeting), context.voidPromise());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            var _ = context.writeAndFlush(bytes, context.voidPromise());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close(); // the client's side is the one that tells what it sees
        }
    }

    private String listen(String name, String namespace, int port) {
        ChannelGroup accepted = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, untilNoneWaits())
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Echo(name, accepted));
        // A socket belongs to the namespace of the thread that makes it.
        ChannelFuture bound = Sockets.inside(namespace, () -> bootstrap.bind(new InetSocketAddress("::", port)));
        servers.put(name, new Listening(bound.syncUninterruptibly().channel(), accepted));
        return "listens";
    }

    private static RecvByteBufAllocator untilNoneWaits() {
        return new ServerChannelRecvByteBufAllocator()
                // Whether more waits is told by how full a buffer became, which an accepted connection has none of.
                .respectMaybeMoreData(false)
                .maxMessagesPerRead(ACCEPTED_AT_ONCE);
    }

    private Listening server(String name) {
        Listening server = servers.get(name);
        if (server == null) {
            throw new IllegalArgumentException("there is no server " + name);
        }
        return server;
    }

    private String refuse(String name) {
        server(name).socket().close().syncUninterruptibly();
        return "refuses";
    }

    private String end(String name) {
        Listening server = server(name);
        server.socket().close().syncUninterruptibly();
        int open = server.accepted().size();
        server.accepted().close().syncUninterruptibly();
        servers.remove(name);
        return "ended " + open;
    }

    private String obey(String line) {
        String[] words = line.split(" ", -1);
        try {
            return switch (words[0]) {
                case "listen" -> listen(words[1], words[2], Integer.parseInt(words[3]));
                case "refuse" -> refuse(words[1]);
                case "end" -> end(words[1]);
                default -> "error: unknown command " + line;
            };
        } catch (RuntimeException e) {
            return "error: " + line + ": " + e;
        }
    }

    /** Obeys standard input. */
    public static void main(String... arguments) throws IOException {
        var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        EchoServers servers = new EchoServers();
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            System.out.println(servers.obey(line));
        }
    }
}
