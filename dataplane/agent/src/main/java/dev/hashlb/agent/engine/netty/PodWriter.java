package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.VirtioNetHeader;
import dev.hashlb.agent.linux.WriteVector;
import dev.hashlb.core.forward.Decision;
import dev.hashlb.core.forward.Verdict;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Outcome;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.packet.PortRewriter;
import org.jspecify.annotations.Nullable;

/** Hands packets to network namespaces, with their port translated where the port's delivery asks for it. */
final class PodWriter {
    private final LoopState state;

    PodWriter(LoopState state) {
        this.state = state;
    }

    /** Whether the server's namespace is attached just now. */
    boolean ready(@Nullable PodPort port) {
        return port != null && port.fd() != PodPort.NOT_ATTACHED;
    }

    /** Writes a packet that lies in one piece behind its virtio_net_hdr. */
    void writeWhole(@Nullable PodPort port, Packet packet, Offload offload, Decision decision) {
        translatePort(packet, decision, offload.checksumPartial());
        long headerAddress = packet.memory().address() + packet.offset() - VirtioNetHeader.LENGTH_BYTES;
        int written = port == null
                ? -1
                : Libc.write(
                        state.calls(), port.fd(), headerAddress, VirtioNetHeader.LENGTH_BYTES + packet.lengthBytes());
        count(written, decision, offload.packets(packet), packet.lengthBytes());
    }

    /** Writes a packet in pieces: its virtio_net_hdr and headers first, its port translated already. */
    void writePieces(@Nullable PodPort port, WriteVector pieces, Decision decision, int packets, int lengthBytes) {
        int written = port == null ? -1 : pieces.write(port.fd());
        count(written, decision, packets, lengthBytes);
    }

    void translatePort(Packet packet, Decision decision, boolean checksumPartial) {
        int port = decision.rewrittenPort();
        if (port != 0) {
            PortRewriter.toTargetPort(packet, port, checksumPartial);
        }
    }

    private void count(int written, Decision decision, int packets, long bytes) {
        if (written < 0) {
            state.counters().drop(DropReason.DEVICE, packets);
            return;
        }
        int row = state.view().counterRow(decision.balancer());
        Outcome outcome = decision.verdict() == Verdict.SEND_ON ? Outcome.RETURNED : Outcome.DELIVERED;
        state.counters().count(row, outcome, packets, bytes);
    }
}
