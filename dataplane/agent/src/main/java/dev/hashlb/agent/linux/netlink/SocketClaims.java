package dev.hashlb.agent.linux.netlink;

import dev.hashlb.agent.linux.Errno;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.NetworkNamespace;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.ServicePort;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a network namespace has of a flow: what its kernel knows anyway is the only truth about flows. For one thread at a
 * time; allocates nothing. The open sockets keep the namespace alive, so they are to be closed when its name is gone.
 */
public final class SocketClaims implements AutoCloseable {
    private final SocketDiag sockets;
    private final Translations translations;

    private SocketClaims(SocketDiag sockets, Translations translations) {
        this.sockets = sockets;
        this.translations = translations;
    }

    /**
     * Opens the sockets in a namespace.
     *
     * @throws LinuxException if it cannot be entered, or has no sock_diag or ctnetlink
     */
    public static SocketClaims openIn(NetworkNamespace namespace) throws LinuxException {
        return namespace.call(SocketClaims::open);
    }

    private static SocketClaims open() throws LinuxException {
        SocketDiag sockets = SocketDiag.open();
        try {
            return new SocketClaims(sockets, Translations.open());
        } catch (LinuxException e) {
            sockets.close();
            throw e;
        }
    }

    /**
     * What the kernel does not have of what is asked here, so that it claims no flow of the kind: names of modules, of {@code tcp_diag}, {@code
     * udp_diag} and {@code nf_conntrack_netlink}.
     */
    public List<String> missingModules() {
        List<String> missing = new ArrayList<>();
        for (Protocol protocol : Protocol.values()) {
            if (sockets.tellsOf(protocol.number(), Family.IPV4) == -Errno.ENOENT) { // its module tells of both families
                missing.add(protocol.name().toLowerCase(Locale.ROOT) + "_diag");
            }
        }
        if (translations.find(new Flow().setIpv4(0, 1, 0, 1, Protocol.TCP.number())) == -Errno.EINVAL) {
            missing.add("nf_conntrack_netlink");
        }
        return List.copyOf(missing);
    }

    /**
     * What there is of the flow.
     *
     * @param flow from the client to the VIP and its port; not a fragment
     * @param port the declared port
     * @return {@link Claim#NONE} also where the kernel refuses to tell for good
     */
    public Claim of(Flow flow, ServicePort port) {
        boolean tcp = flow.protocol() == Protocol.TCP.number();
        if (port.delivery() == Delivery.NAT) {
            int found = translations.find(flow);
            if (found <= 0) {
                return found == 0 ? Claim.NONE : untold(found);
            }
            return tcp ? claim(translations.socketState(sockets, flow.family(), flow.protocol())) : Claim.SOCKET;
        }
        return claim(sockets.state(
                flow.protocol(),
                flow.family(),
                flow.destinationHigh(),
                flow.destinationLow(),
                port.targetPort(),
                flow.sourceHigh(),
                flow.sourceLow(),
                flow.sourcePort()));
    }

    private Claim claim(int state) {
        return switch (state) {
            case SocketDiag.NO_SOCKET, SocketDiag.CLOSE, SocketDiag.LISTEN -> Claim.NONE;
            case SocketDiag.TIME_WAIT -> Claim.TIME_WAIT;
            case SocketDiag.SYN_RECV -> sockets.retransmissions() > 0 ? Claim.HALF_OPEN : Claim.SOCKET;
            default -> state < 0 ? untold(state) : Claim.SOCKET;
        };
    }

    private static Claim untold(int error) {
        return switch (-error) {
            case Errno.EAGAIN, Errno.EINTR, Errno.ENOBUFS, Errno.ENOMEM -> Claim.UNTOLD;
            default -> Claim.NONE;
        };
    }

    @Override
    public void close() {
        sockets.close();
        translations.close();
    }
}
