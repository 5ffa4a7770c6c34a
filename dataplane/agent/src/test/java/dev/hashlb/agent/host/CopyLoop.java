package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The least engine there can be, to try the set-up with real packets: what comes by the node's queues is written to the one
 * server's TUN, and what comes by that, to the node's.
 */
final class CopyLoop implements AttachmentListener, AutoCloseable {
    final List<String> events = new CopyOnWriteArrayList<>();
    private final NodeSetup node;
    private final Thread thread;
    private volatile int podFd = -1;
    private volatile boolean stopped;

    CopyLoop(NodeSetup node) {
        this.node = node;
        thread = Thread.ofPlatform().name("copy-loop").daemon().start(this::run);
    }

    @Override
    public void attached(Attachment attachment) {
        podFd = attachment.tunFd();
        events.add("attached");
    }

    @Override
    public void lost(String networkNamespace, String reason) {
        podFd = -1;
        events.add("lost");
    }

    @Override
    public void undone(String networkNamespace) {}

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        thread.join();
    }

    private void run() {
        CallState state = new CallState();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(65_600 + 64, 8);
            while (!stopped) {
                boolean any = false;
                for (int fd : node.queueFds()) {
                    any |= copy(state, buffer, fd, podFd);
                }
                any |= podFd >= 0 && copy(state, buffer, podFd, node.queueFds()[0]);
                if (!any) {
                    Thread.sleep(1);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean copy(CallState state, MemorySegment buffer, int from, int to) {
        int length = Libc.read(state, from, buffer.address(), (int) buffer.byteSize());
        if (length > 0 && to >= 0) {
            Libc.write(state, to, buffer.address(), length);
        }
        return length > 0;
    }
}
