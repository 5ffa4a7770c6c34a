package dev.hashlb.e2e.bench.jmh;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.forward.BalancerTable;
import dev.hashlb.core.forward.Decision;
import dev.hashlb.core.forward.ForwardingTable;
import dev.hashlb.core.forward.Offer;
import dev.hashlb.core.forward.Verdict;
import dev.hashlb.core.tunnel.TunnelHeader;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * What the owner chain costs a packet of a list that never changed: parsing, deciding, the header and the host's judgement, with the chain and
 * as it would be if servers never changed. The rest of a packet's way (tag, the host's parsing, system calls) is the same for both. Once the list
 * has changed, each of the two reads one bit more for a bucket that never moved.
 */
public class QuietChainBenchmark extends PacketBenchmark {
    @Param({"IPV4", "IPV6"})
    Family family = Family.IPV4;

    private final Decision atRouter = new Decision();
    private final Decision atHost = new Decision();
    private final Offer sent = new Offer();
    private final Offer received = new Offer();
    private MemorySegment header = MemorySegment.NULL;
    private ForwardingTable table = ForwardingTable.EMPTY;

    @Setup
    public void prepare() {
        packets = Traffic.packets(arena, family, 1);
        header = arena.allocate(TunnelHeader.LENGTH_BYTES, Long.BYTES);
        table = ForwardingTable.compile(Traffic.snapshot(1));
        for (int i = 0; i < Traffic.PACKETS; i++) {
            if (ownerAlone() < 0 || chain() < 0) {
                throw new IllegalStateException("packet " + i + " does not arrive");
            }
        }
    }

    /** The header names the owner, and the host delivers to it. */
    @Benchmark
    public int ownerAlone() {
        BalancerTable balancer = route();
        int owner = balancer.wireId(atRouter.serverIndex());
        TunnelHeader.write(header, 0, family, 1, 0, 0, 0, 0, owner, 0, 0, 0, 0);
        if (!arrives()) {
            return -1;
        }
        return balancer.serverByWireId(TunnelHeader.wireId(header, 0, 0));
    }

    /** The header has what there is of a chain, and the host looks whether another server is to be asked. */
    @Benchmark
    public int chain() {
        BalancerTable balancer = route();
        sent.atRouter(balancer, family, atRouter.slot());
        TunnelHeader.write(
                header,
                0,
                family,
                sent.generation(),
                sent.flags(),
                sent.hops(),
                0,
                sent.lead(),
                sent.wireId(0),
                sent.wireId(1),
                sent.wireId(2),
                sent.wireId(3),
                0);
        if (!arrives()) {
            return -1;
        }
        received.received(
                TunnelHeader.generation(header, 0),
                TunnelHeader.hops(header, 0),
                TunnelHeader.flags(header, 0),
                TunnelHeader.lead(header, 0),
                TunnelHeader.wireId(header, 0, 0),
                TunnelHeader.wireId(header, 0, 1),
                TunnelHeader.wireId(header, 0, 2),
                TunnelHeader.wireId(header, 0, 3));
        int server = balancer.serverByWireId(received.wireId(0));
        return received.asks(balancer, family, atHost.slot(), server) ? -1 : server;
    }

    private BalancerTable route() {
        if (parseNext() || table.decide(packet, atRouter) != Verdict.FORWARD) {
            throw new IllegalStateException("a packet is not forwarded");
        }
        return Objects.requireNonNull(atRouter.balancer());
    }

    private boolean arrives() {
        return TunnelHeader.check(header, 0, TunnelHeader.LENGTH_BYTES + Traffic.STRIDE_BYTES) == null
                && table.decideForHost(packet, atHost) == Verdict.FORWARD;
    }
}
