package dev.hashlb.e2e.traffic;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One connection that stays open and is used all the time: it hears the server's name, then sends a message each time that it is its
 * {@linkplain #send turn}, whether the one before has been answered or not, and checks that all comes back. Its event loop alone writes;
 * anybody may read.
 */
public final class LastingConnection extends SimpleChannelInboundHandler<ByteBuf> {
    private static final int SHORT_MESSAGE_BYTES = 100;
    /** Two segments and more: among the short messages there is something that losses can tear apart. */
    private static final int LONG_MESSAGE_BYTES = 3_000;

    private static final int MESSAGES_PER_LONG_ONE = 8;
    private static final int MOST_UNANSWERED_BYTES = 256 * 1024;

    private final StreamBytes bytes;
    private final SocketAddress service;
    private final CompletableFuture<LastingConnection> greeted = new CompletableFuture<>();
    private final StringBuilder greeting = new StringBuilder();
    private @Nullable Channel channel;
    private final int firstMessage;
    private volatile int messages;
    /** Where a message ends whose answer is timed; one after the other is. */
    private long timedUntilBytes;

    private long timedSinceNs;
    private volatile String server = "";
    private volatile String broken = "";
    private volatile long sentBytes;
    private volatile long receivedBytes;
    private volatile long longestWaitNs;

    LastingConnection(long seed, SocketAddress service) {
        this.bytes = new StreamBytes(seed);
        this.service = service;
        this.firstMessage = (int) (seed % MESSAGES_PER_LONG_ONE);
        this.messages = firstMessage;
    }

    /** The server's name, as it said itself. */
    public String server() {
        return server;
    }

    /** Why the connection ended, or nothing. */
    public String broken() {
        return broken;
    }

    public boolean isBroken() {
        return !broken.isEmpty();
    }

    /** Messages sent so far. */
    public int messages() {
        return messages - firstMessage;
    }

    /** The longest time from a message until its answer, of those that were timed: one, then the first that is sent after its answer. */
    public Duration longestWait() {
        return Duration.ofNanos(longestWaitNs);
    }

    /** Bytes of all messages so far. */
    public long sentBytes() {
        return sentBytes;
    }

    /** Bytes of those that came back. */
    public long receivedBytes() {
        return receivedBytes;
    }

    /** Ends when the server has said its name, or fails. */
    CompletableFuture<LastingConnection> greeted() {
        return greeted;
    }

    /** Says that there is no connection. */
    void notOpened(Throwable cause) {
        broken = String.valueOf(cause.getMessage());
        greeted.completeExceptionally(cause);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf in) {
        if (server.isEmpty()) {
            readGreeting(in);
        }
        int lengthBytes = in.readableBytes();
        long wrong = bytes.firstWrong(in, receivedBytes);
        long received = receivedBytes + lengthBytes;
        if (wrong >= 0 || received > sentBytes) {
            end(context, "byte " + (wrong >= 0 ? wrong : sentBytes) + " that came back is not the one that was sent");
            return;
        }
        if (receivedBytes < timedUntilBytes && received >= timedUntilBytes) {
            longestWaitNs = Math.max(longestWaitNs, System.nanoTime() - timedSinceNs);
        }
        receivedBytes = received;
    }

    private void readGreeting(ByteBuf in) {
        while (in.isReadable()) {
            char next = (char) in.readByte();
            if (next == '\n') {
                server = greeting.toString();
                greeted.complete(this);
                return;
            }
            greeting.append(next);
        }
    }

    /** Sends a message, once the server has said its name and as long as the connection lives; on the event loop's thread. */
    void send() {
        Channel open = channel;
        if (server.isEmpty() || isBroken() || open == null || !open.isActive()) {
            return;
        }
        long sent = sentBytes;
        if (sent - receivedBytes > MOST_UNANSWERED_BYTES) {
            return; // else what is late would only grow, where a machine is too slow for so many
        }
        int number = messages;
        messages = number + 1;
        int lengthBytes = number % MESSAGES_PER_LONG_ONE == 0 ? LONG_MESSAGE_BYTES : SHORT_MESSAGE_BYTES;
        ByteBuf message = open.alloc().buffer(lengthBytes);
        bytes.write(message, sent, lengthBytes);
        sentBytes = sent + lengthBytes;
        if (receivedBytes >= timedUntilBytes) {
            timedUntilBytes = sentBytes;
            timedSinceNs = System.nanoTime();
        }
        var _ = open.writeAndFlush(message, open.voidPromise());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end(context, "the server ended the connection");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        end(context, String.valueOf(cause.getMessage()));
    }

    private void end(ChannelHandlerContext context, String reason) {
        if (broken.isEmpty()) {
            broken = reason;
            greeted.completeExceptionally(new IllegalStateException(toString()));
            var _ = context.close();
        }
    }

    @Override
    public String toString() {
        String from = channel == null ? "" : channel.localAddress() + " ";
        return from + "to " + service + " at " + (server.isEmpty() ? "nobody" : server) + ", " + receivedBytes + " of "
                + sentBytes + " bytes back" + (broken.isEmpty() ? "" : ": " + broken);
    }
}
