package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.VirtioNetHeader;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Outcome;
import dev.hashlb.core.packet.SourceAddress;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * Reads what a network namespace sends into its device: under {@code return: Node} the replies, which go on from the node's
 * own namespace; and the device's end, which is how the namespace's death is noticed at once.
 */
final class PodReader implements FdHandle.Ready {
    private static final int READS_PER_EVENT = 64;

    private final LoopState state;
    private final MemorySegment memory;
    private final PodPort port;
    private final int fd;
    private final Consumer<String> namespaceDied;
    private final IoEventLoop loop;
    private final IoRegistration registration;
    private final SourceAddress source = new SourceAddress();
    private boolean dead;

    /** @param memory the loop's buffer for reads of all namespaces, of at least 64 KiB and a virtio_net_hdr */
    PodReader(
            IoEventLoop loop,
            LoopState state,
            MemorySegment memory,
            PodPort port,
            int fd,
            Consumer<String> namespaceDied) {
        this.loop = loop;
        this.state = state;
        this.memory = memory;
        this.port = port;
        this.fd = fd;
        this.namespaceDied = namespaceDied;
        this.registration = FdHandle.register(loop, fd, this);
    }

    @Override
    public void onReady() {
        for (int i = 0; i < READS_PER_EVENT && !dead; i++) {
            int read = Libc.read(state.calls(), fd, memory.address(), (int) memory.byteSize());
            if (read == -Errno.EAGAIN || read == -Errno.EINTR) {
                return;
            }
            if (read < 0) {
                died();
                return;
            }
            returned(read - VirtioNetHeader.LENGTH_BYTES);
        }
    }

    /** Stops reading; when this returns the fd is not watched any more. */
    void stop() {
        loop.submit(() -> {
                    dead = true;
                    return registration.cancel();
                })
                .syncUninterruptibly();
    }

    private void died() {
        dead = true; // level-triggered: without this the loop would spin until the control thread detaches
        port.detach();
        registration.cancel();
        namespaceDied.accept(port.networkNamespace());
    }

    private void returned(int lengthBytes) {
        ForwardingTable table = state.view().table();
        // Whatever a namespace sends of its own accord, such as router solicitations, is not a reply of a VIP.
        if (!source.read(memory, VirtioNetHeader.LENGTH_BYTES, lengthBytes)
                || !table.isVip(source.family(), source.high(), source.low())) {
            state.counters().drop(DropReason.UNEXPECTED_REPLY, 1);
            return;
        }
        int written = Libc.write(
                state.calls(), state.routerQueueFd(), memory.address(), VirtioNetHeader.LENGTH_BYTES + lengthBytes);
        if (written < 0) {
            state.counters().drop(DropReason.DEVICE, 1);
            return;
        }
        int gsoSize = VirtioNetHeader.gsoType(memory, 0) == VirtioNetHeader.GSO_NONE
                ? lengthBytes
                : Math.max(1, VirtioNetHeader.gsoSize(memory, 0));
        int row = state.view().counterRow(table.soleBalancer(source.family(), source.high(), source.low()));
        state.counters().count(row, Outcome.RETURNED, Math.ceilDiv(lengthBytes, gsoSize), lengthBytes);
    }
}
