package dev.hashlb.agent.cli.trace;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.DropReason;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.packet.Packet;
import dev.hashlb.core.packet.PacketParser;
import dev.hashlb.core.snapshot.Protocol;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Makes the smallest packet of a flow and has it judged by the parser that routers use. For one thread. */
final class Probe {
    private static final int IPV4_HEADER_BYTES = 20;
    private static final int IPV6_HEADER_BYTES = 40;
    private static final int TCP_HEADER_BYTES = 20;
    private static final int UDP_HEADER_BYTES = 8;
    private static final int HOP_LIMIT = 64;
    private static final int TCP_SYN = 0x5002; // data offset of 5 words, SYN

    private final ByteBuffer bytes = ByteBuffer.allocate(IPV6_HEADER_BYTES + TCP_HEADER_BYTES);
    private final MemorySegment memory = MemorySegment.ofBuffer(bytes);
    private final Packet packet = new Packet();

    /** Why routers drop packets of this flow whatever is declared; null if they do not. */
    @Nullable DropReason refusal(Flow flow) {
        bytes.clear();
        boolean tcp = flow.protocol() == Protocol.TCP.number();
        int transportBytes = tcp ? TCP_HEADER_BYTES : UDP_HEADER_BYTES;
        if (flow.family() == Family.IPV4) {
            putIpv4Header(flow, transportBytes);
        } else {
            bytes.putInt(0x60000000).putShort((short) transportBytes);
            bytes.put((byte) flow.protocol()).put((byte) HOP_LIMIT);
            bytes.putLong(flow.sourceHigh()).putLong(flow.sourceLow());
            bytes.putLong(flow.destinationHigh()).putLong(flow.destinationLow());
        }
        bytes.putShort((short) flow.sourcePort()).putShort((short) flow.destinationPort());
        if (tcp) {
            bytes.putLong(0).putShort((short) TCP_SYN).putShort((short) 0).putInt(0);
        } else {
            bytes.putShort((short) transportBytes).putShort((short) 0);
        }
        return PacketParser.parse(memory, 0, bytes.position(), packet);
    }

    private void putIpv4Header(Flow flow, int transportBytes) {
        bytes.putShort((short) 0x4500).putShort((short) (IPV4_HEADER_BYTES + transportBytes));
        bytes.putInt(0x4000); // no identification, don't fragment
        bytes.put((byte) HOP_LIMIT).put((byte) flow.protocol()).putShort((short) 0);
        bytes.putInt((int) flow.sourceLow()).putInt((int) flow.destinationLow());
        int sum = 0;
        for (int at = 0; at < IPV4_HEADER_BYTES; at += 2) {
            sum += Short.toUnsignedInt(bytes.getShort(at));
        }
        sum = (sum >>> 16) + (sum & 0xffff);
        bytes.putShort(10, (short) ~(sum + (sum >>> 16))); // RFC 1071
    }
}
