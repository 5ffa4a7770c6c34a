package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.engine.EngineSettings;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.VirtioNetHeader;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.forward.BalancerTable;
import dev.hashlb.core.forward.Decision;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.EchoReply;
import dev.hashlb.core.packet.IcmpError;
import dev.hashlb.core.packet.Outcome;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.packet.PacketKind;
import dev.hashlb.core.packet.TcpReset;
import dev.hashlb.core.snapshot.Protocol;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Packets that a router or host answers itself, computed from the packet alone and sent from the node's own network namespace.
 * Each kind has its rate; what is over it is dropped and counted.
 */
final class Answers {
    private static final int RESETS_PER_SECOND = 10_000;
    private static final int ICMP_PER_SECOND = 1_000;
    private static final int BURST = 1_000;
    private static final int LARGEST_ANSWER_BYTES = 65_535;

    private final LoopState state;
    private final MemorySegment memory;
    private final RateLimit resets;
    private final RateLimit unreachables;
    private final RateLimit echoes;
    private final RateLimit tooBigs;

    Answers(LoopState state, Arena arena) {
        this.state = state;
        this.memory = arena.allocate(VirtioNetHeader.LENGTH_BYTES + LARGEST_ANSWER_BYTES, 8); // zeroed: no offload
        long now = state.nowNanos();
        resets = new RateLimit(RESETS_PER_SECOND, BURST, now);
        unreachables = new RateLimit(ICMP_PER_SECOND, BURST, now);
        echoes = new RateLimit(ICMP_PER_SECOND, BURST, now);
        tooBigs = new RateLimit(ICMP_PER_SECOND, BURST, now);
    }

    /** Carries out a decision that forwards nothing. */
    void answerOrDrop(Packet packet, Decision decision) {
        switch (decision.verdict()) {
            case ANSWER_ECHO -> answer(packet, decision, Outcome.ANSWERED_ECHO, echoes, decision.dropReason());
            case ANSWER_RESET -> answer(packet, decision, Outcome.ANSWERED_RESET, resets, decision.dropReason());
            case ANSWER_UNREACHABLE ->
                answer(packet, decision, Outcome.ANSWERED_UNREACHABLE, unreachables, decision.dropReason());
            case DROP -> state.counters().drop(decision.dropReason(), 1);
            case FORWARD, SEND_ON, ROUTE ->
                throw new IllegalArgumentException("a packet that is forwarded is not answered");
        }
    }

    /** For a packet whose server is not on this node (any more): a connection's client is told, all else is dropped. */
    void serverIsGone(Packet packet, Decision decision) {
        boolean oldConnection = packet.kind() == PacketKind.FLOW
                && packet.flow().protocol() == Protocol.TCP.number()
                && !packet.flow().fragment()
                && !packet.opensConnection();
        if (oldConnection) {
            answer(packet, decision, Outcome.ANSWERED_RESET, resets, DropReason.SERVER_NOT_READY);
        } else {
            state.counters().drop(DropReason.SERVER_NOT_READY, 1);
        }
    }

    /**
     * For a packet that the tunnel cannot carry and that must not be cut up.
     *
     * @param mtuBytes the largest packet that it can carry
     */
    void tooBig(Packet packet, Decision decision, int mtuBytes, int packets) {
        EngineSettings settings = state.settings();
        IpAddress source =
                packet.flow().family() == Family.IPV4 ? settings.icmpSourceIpv4() : settings.icmpSourceIpv6();
        if (source == null || packet.kind() != PacketKind.FLOW || !tooBigs.tryTake(state.nowNanos())) {
            state.counters().drop(DropReason.TOO_BIG, packets);
            return;
        }
        int length = IcmpError.writeTooBig(
                packet, mtuBytes, source.high(), source.low(), memory, VirtioNetHeader.LENGTH_BYTES);
        send(length, decision.balancer(), Outcome.ANSWERED_TOO_BIG, DropReason.TOO_BIG);
    }

    private void answer(Packet packet, Decision decision, Outcome outcome, RateLimit limit, DropReason otherwise) {
        if (!limit.tryTake(state.nowNanos())) {
            state.counters().drop(otherwise, 1);
            return;
        }
        int length = switch (outcome) {
            case ANSWERED_ECHO -> EchoReply.write(packet, memory, VirtioNetHeader.LENGTH_BYTES);
            case ANSWERED_RESET -> TcpReset.write(packet, memory, VirtioNetHeader.LENGTH_BYTES);
            default -> IcmpError.writePortUnreachable(packet, memory, VirtioNetHeader.LENGTH_BYTES);
        };
        send(length, decision.balancer(), outcome, otherwise);
    }

    private void send(int lengthBytes, @Nullable BalancerTable balancer, Outcome outcome, DropReason otherwise) {
        if (lengthBytes <= 0) { // one that must not be answered, such as a reset
            state.counters().drop(otherwise, 1);
            return;
        }
        int written = Libc.write(
                state.calls(), state.routerQueueFd(), memory.address(), VirtioNetHeader.LENGTH_BYTES + lengthBytes);
        if (written < 0) {
            state.counters().drop(DropReason.DEVICE, 1);
        } else {
            state.counters().count(state.view().counterRow(balancer), outcome, 1, lengthBytes);
        }
    }
}
