package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.engine.ChainCounter;
import dev.hashlb.agent.linux.netlink.Claim;
import dev.hashlb.agent.linux.netlink.SocketClaims;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.forward.BalancerTable;
import dev.hashlb.core.forward.Decision;
import dev.hashlb.core.forward.Offer;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.select.SelectionTable;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.ServicePort;
import org.jspecify.annotations.Nullable;

/**
 * Finds the server of this node that takes a packet, whether it came by the tunnel or by the short cut, and passes it on along the
 * owner chain where nobody here does: the host's part in docs/architecture.md. Which server comes next is {@link Offer}'s.
 */
final class ChainPath {
    /** What becomes of a packet at the server that it is offered to. */
    private enum Step {
        STAY(null),
        GO_ON(null),
        /** To ask elsewhere could end with a reset of the connection that is here. */
        UNTOLD(DropReason.CLAIM_UNTOLD),
        /** To end here could be a reset of a connection whose server has not been asked. */
        TOO_FAR(DropReason.HOP_LIMIT);

        private final @Nullable DropReason dropReason;

        Step(@Nullable DropReason dropReason) {
            this.dropReason = dropReason;
        }
    }

    private static final int LOOKUPS_PER_SECOND = 250_000;
    private static final int LOOKUP_BURST = 25_000;

    private final LoopState state;
    private final Answers answers;
    private final PodWriter podWriter;
    private final TunnelSender sender;
    private final RateLimit budget;
    private final LastClaim last = new LastClaim();

    ChainPath(LoopState state, Answers answers, PodWriter podWriter, TunnelSender sender) {
        this.state = state;
        this.answers = answers;
        this.podWriter = podWriter;
        this.sender = sender;
        this.budget = new RateLimit(LOOKUPS_PER_SECOND, LOOKUP_BURST, state.nowNanos());
    }

    /**
     * @param decision a packet to forward; then names the server that it is delivered to
     * @param offer to whom it is offered: for the first time to a server of this node
     * @return where to write it, or null: it was passed on, answered or dropped
     */
    @Nullable PodPort place(Packet packet, Offload offload, Decision decision, Offer offer) {
        BalancerTable balancer = decision.balancer();
        if (balancer == null) {
            throw new IllegalStateException("a packet is forwarded by a balancer");
        }
        count(balancer, offer);
        boolean opens = opens(packet);
        for (boolean arrived = true; ; arrived = false) {
            int server = balancer.serverByWireId(offer.wireId(0));
            int node = server < 0 ? -1 : balancer.nodeIndex(server);
            decision.offerTo(server);
            if (!arrived && node != state.view().selfIndex()) {
                sender.send(packet, offload, decision, node, offer);
                return null;
            }
            PodPort port = server < 0 ? null : state.view().port(balancer, server);
            PodPort ready = podWriter.ready(port) ? port : null;
            Step step = opens
                    ? redirected(packet, balancer, decision, offer, ready != null)
                    : unclaimed(balancer, packet, decision, offer, ready);
            if (step.dropReason != null) { // TCP repeats it
                state.counters().drop(step.dropReason, offload.packets(packet));
                return null;
            }
            if (step == Step.STAY) {
                if (ready == null) {
                    notHere(packet, decision, opens);
                }
                return ready;
            }
        }
    }

    /** A new connection goes to the owner, by whoever of router and host has the newer list, without anyone being asked. */
    private static Step redirected(
            Packet packet, BalancerTable balancer, Decision decision, Offer offer, boolean ready) {
        Family family = packet.flow().family();
        SelectionTable table = balancer.table(family);
        int slot = decision.slot();
        boolean knowsBetter = ready ? table.hasChains() && offer.ahead(balancer) > 0 : offer.ahead(balancer) >= 0;
        if (slot < 0 || table.isEmpty() || offer.hops() >= Offer.MOST_HOPS || !knowsBetter) {
            return Step.STAY;
        }
        if (table.owner(slot) == decision.serverIndex()) {
            return Step.STAY;
        }
        offer.redirectToOwner(balancer, family, slot);
        return Step.GO_ON;
    }

    private Step unclaimed(
            BalancerTable balancer, Packet packet, Decision decision, Offer offer, @Nullable PodPort ready) {
        int slot = decision.slot();
        Family family = packet.flow().family();
        ServicePort declared = decision.port();
        if (declared == null
                || packet.flow().fragment()
                || !offer.asks(balancer, family, slot, decision.serverIndex())) {
            return Step.STAY;
        }
        if (ready != null && packet.flow().protocol() != Protocol.TCP.number() && udpIsSettled(balancer, offer)) {
            return Step.STAY;
        }
        if (ready != null) {
            if (!last.knows(packet.flow(), ready, state.nowNanos())) {
                if (!budget.tryTake(state.nowNanos())) {
                    state.counters().chain(ChainCounter.BUDGET_EXHAUSTED);
                    offer.deliverToEnd(balancer, family, slot);
                    return Step.GO_ON;
                }
                ask(packet.flow(), declared, ready, offer);
            }
            switch (last.claim()) {
                case SOCKET -> {
                    return Step.STAY;
                }
                case UNTOLD -> {
                    last.forget();
                    return Step.UNTOLD;
                }
                case TIME_WAIT, HALF_OPEN -> offer.weaklyClaimed();
                case NONE -> {}
            }
        }
        if (!offer.unclaimed(balancer, family, slot)) {
            return Step.TOO_FAR;
        }
        if (offer.deliver() && !offer.isWeaklyClaimed()) {
            state.counters().chain(ChainCounter.UNCLAIMED);
        }
        return Step.GO_ON;
    }

    /** Who is behind has not seen the change yet that moved the flow, and its time does not run. */
    private boolean udpIsSettled(BalancerTable balancer, Offer offer) {
        return offer.ahead(balancer) >= 0 && !state.view().offersUdp(balancer, state.nowNanos());
    }

    private void ask(Flow flow, ServicePort declared, PodPort ready, Offer offer) {
        SocketClaims claims = ready.claims(state.index());
        Claim claim = claims == null ? Claim.NONE : claims.of(flow, declared);
        state.counters().chain(ChainCounter.LOOKUPS);
        last.remember(flow, ready, state.nowNanos(), claim);
        if (claim == Claim.SOCKET) {
            state.counters().claimed(offer.hops());
        }
    }

    /** The server is not on this node (any more): of an old connection nobody knows here, so its client is told. */
    private void notHere(Packet packet, Decision decision, boolean opens) {
        if (decision.serverIndex() < 0) {
            state.counters().drop(DropReason.UNKNOWN_SERVER, 1);
        } else if (opens) {
            state.counters().drop(DropReason.SERVER_NOT_READY, 1);
        } else {
            answers.serverIsGone(packet, decision);
        }
    }

    private boolean opens(Packet packet) {
        boolean opens = packet.opensConnection();
        if (opens) {
            last.forget(); // its acknowledgement is claimed though what came before it was not
        }
        return opens;
    }

    private void count(BalancerTable balancer, Offer offer) {
        int ahead = offer.ahead(balancer);
        if (ahead != 0) {
            state.counters().chain(ahead > 0 ? ChainCounter.LIST_OLDER : ChainCounter.LIST_NEWER);
        }
        if (offer.hops() > 0) {
            state.counters().passedOn(offer.hops());
        }
    }
}
