package dev.hashlb.agent.announce;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.MulticastMembership;
import dev.hashlb.agent.linux.PacketSocket;
import dev.hashlb.agent.linux.PacketSocket.Hears;
import dev.hashlb.agent.linux.SocketCalls;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.neighbor.NeighborFrames;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Everything by which one device's LAN is heard and spoken to. For one thread; gone with the process, whatever ends it. */
final class LanSockets implements AutoCloseable {
    private static final int FRAME_BYTES = 2048;
    /** {@code struct pollfd}: i32 fd, i16 events, i16 returned events. */
    private static final int POLLFD_BYTES = 8;

    private static final short POLLIN = 1;
    private static final int MOST_FRAMES_AT_ONCE = 256;

    private final CallState state = new CallState();
    private final Arena arena = Arena.ofConfined();
    private final PacketSocket arp;
    private final PacketSocket neighborDiscovery;
    private final @Nullable MulticastMembership groups;
    private final Set<IpAddress> joined = new HashSet<>();
    private final MemorySegment descriptors;
    private final ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);

    private LanSockets(PacketSocket arp, PacketSocket neighborDiscovery, @Nullable MulticastMembership groups) {
        this.arp = arp;
        this.neighborDiscovery = neighborDiscovery;
        this.groups = groups;
        descriptors = arena.allocate(2L * POLLFD_BYTES, POLLFD_BYTES);
        awaited(0, arp.fd());
        awaited(1, neighborDiscovery.fd());
    }

    private void awaited(int index, int fd) {
        descriptors.set(ValueLayout.JAVA_INT, (long) index * POLLFD_BYTES, fd);
        descriptors.set(ValueLayout.JAVA_SHORT, (long) index * POLLFD_BYTES + 4, POLLIN);
    }

    /** Opens them in the calling thread's network namespace. */
    static LanSockets open(LanDevice device) throws LinuxException {
        PacketSocket arp = PacketSocket.open(device.index(), device.name(), Hears.ARP);
        @Nullable PacketSocket neighborDiscovery = null;
        try {
            neighborDiscovery = PacketSocket.open(device.index(), device.name(), Hears.NEIGHBOR_DISCOVERY);
            return new LanSockets(arp, neighborDiscovery, groups(device));
        } catch (LinuxException e) {
            arp.close();
            if (neighborDiscovery != null) {
                neighborDiscovery.close();
            }
            throw e;
        }
    }

    private static @Nullable MulticastMembership groups(LanDevice device) throws LinuxException {
        try {
            return MulticastMembership.open(device.index());
        } catch (LinuxException e) {
            if (e.errno() == Errno.EAFNOSUPPORT) {
                return null; // a kernel without IPv6 has no IPv6 VIP either
            }
            throw e;
        }
    }

    /** Hears the questions about these IPv6 VIPs, and no longer those about others. */
    void listenFor(Collection<IpAddress> vips) throws LinuxException {
        if (groups == null) {
            return;
        }
        Set<IpAddress> wanted = vips.stream()
                .filter(v -> v.family() == Family.IPV6)
                .map(NeighborFrames::solicitedNode) // shared by VIPs that end alike
                .collect(Collectors.toSet());
        for (IpAddress group : wanted) {
            if (!joined.contains(group)) {
                groups.join(group);
                joined.add(group);
            }
        }
        for (IpAddress group : Set.copyOf(joined)) {
            if (!wanted.contains(group)) {
                joined.remove(group);
                groups.leave(group);
            }
        }
    }

    /** Waits until something comes, at most so long, and hands it over. */
    void receive(int timeoutMs, Consumer<ByteBuffer> reader) {
        SocketCalls.poll(state, descriptors.address(), 2, timeoutMs);
        drain(arp, reader);
        drain(neighborDiscovery, reader);
    }

    private void drain(PacketSocket socket, Consumer<ByteBuffer> reader) {
        for (int i = 0; i < MOST_FRAMES_AT_ONCE && socket.receive(frame); i++) {
            reader.accept(frame);
        }
    }

    /** Sends a frame. @return 0 or the errno */
    int send(byte[] bytes) {
        return arp.send(bytes);
    }

    @Override
    public void close() {
        arp.close();
        neighborDiscovery.close();
        if (groups != null) {
            groups.close();
        }
        arena.close();
    }
}
