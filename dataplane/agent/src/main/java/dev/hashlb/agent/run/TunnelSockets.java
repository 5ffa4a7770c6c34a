package dev.hashlb.agent.run;

import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.UdpSocket;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.tunnel.TunnelHeader;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sockets that receive the tunnel's packets, one for each packet thread, which share the port. */
final class TunnelSockets implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelSockets.class);
    private static final int BUFFER_BYTES = 8 << 20;

    private final List<UdpSocket> sockets = new ArrayList<>();

    /**
     * @param inherited sockets of an earlier process with the packets that wait in them, this object's from now on. More than are
     *     wanted, and those of another address, are closed
     * @throws LinuxException if a socket cannot be bound
     */
    TunnelSockets(IpAddress nodeAddress, int count, int[] inherited) throws LinuxException {
        try {
            for (int fd : inherited) {
                adopt(fd, nodeAddress);
            }
            while (sockets.size() > count) {
                sockets.removeLast().close();
            }
            while (sockets.size() < count) {
                sockets.add(UdpSocket.open(nodeAddress, TunnelHeader.PORT, BUFFER_BYTES));
            }
        } catch (LinuxException e) {
            close();
            throw e;
        }
    }

    private void adopt(int fd, IpAddress nodeAddress) {
        try {
            sockets.add(UdpSocket.adopt(fd, nodeAddress, TunnelHeader.PORT));
        } catch (LinuxException e) {
            LOG.info("an inherited tunnel socket is dropped: {}", e.getMessage());
        }
    }

    /** The descriptors, which stay this object's. */
    List<Integer> fds() {
        return sockets.stream().map(UdpSocket::fd).toList();
    }

    @Override
    public void close() {
        sockets.forEach(UdpSocket::close);
    }
}
