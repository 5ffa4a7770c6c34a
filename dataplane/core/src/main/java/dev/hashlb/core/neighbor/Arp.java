package dev.hashlb.core.neighbor;

import dev.hashlb.core.address.IpAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** ARP for IPv4 on Ethernet, RFC 826. */
final class Arp {
    static final int ETHER_TYPE = 0x0806;

    private static final int LENGTH_BYTES = 28;
    /** Hardware type 1 (Ethernet), protocol type 0800 (IPv4), lengths 6 and 4. */
    private static final long FIXED = 0x0001_0800_0604L;

    private static final int REQUEST = 1;
    private static final int REPLY = 2;

    private static final int OPERATION = Frame.HEADER_BYTES + 6;
    private static final int SENDER_MAC = Frame.HEADER_BYTES + 8;
    private static final int SENDER_IP = Frame.HEADER_BYTES + 14;
    private static final int TARGET_IP = Frame.HEADER_BYTES + 24;

    private Arp() {}

    /** Whoever speaks as an address other than 0.0.0.0 claims it, also by asking for another (RFC 5227, section 2.4). */
    static List<NeighborMessage> read(ByteBuffer frame) {
        if (frame.limit() < Frame.HEADER_BYTES + LENGTH_BYTES || fixed(frame) != FIXED) {
            return List.of();
        }
        int operation = frame.getShort(OPERATION) & 0xffff;
        if (operation != REQUEST && operation != REPLY) {
            return List.of();
        }
        MacAddress source = Frame.source(frame);
        IpAddress sender = IpAddress.ipv4(frame.getInt(SENDER_IP));
        IpAddress target = IpAddress.ipv4(frame.getInt(TARGET_IP));
        List<NeighborMessage> messages = new ArrayList<>(2);
        if (sender.low() != 0) {
            messages.add(new NeighborMessage.Claim(sender, source, Frame.mac(frame, SENDER_MAC)));
        }
        if (operation == REQUEST && !sender.equals(target)) {
            Optional<IpAddress> asker = sender.low() == 0 ? Optional.empty() : Optional.of(sender);
            messages.add(new NeighborMessage.Question(target, source, asker));
        }
        return List.copyOf(messages);
    }

    private static long fixed(ByteBuffer frame) {
        return ((frame.getInt(Frame.HEADER_BYTES) & 0xffff_ffffL) << 16)
                | (frame.getShort(Frame.HEADER_BYTES + 4) & 0xffffL);
    }

    /** The answer to a question, to the asker alone. */
    static byte[] reply(IpAddress vip, MacAddress at, MacAddress from, MacAddress askerMac, IpAddress asker) {
        return message(askerMac, from, REPLY, at, (int) vip.low(), askerMac, (int) asker.low());
    }

    /** To everybody: an ARP announcement, which is a request with sender and target the same (RFC 5227, section 3). */
    static byte[] announcement(IpAddress vip, MacAddress at, MacAddress from) {
        int bits = (int) vip.low();
        return message(MacAddress.BROADCAST, from, REQUEST, at, bits, MacAddress.NONE, bits);
    }

    /** Asks whether the address is free, without claiming it: the sender is 0.0.0.0 (RFC 5227, section 2.1.1). */
    static byte[] probe(IpAddress vip, MacAddress from) {
        return message(MacAddress.BROADCAST, from, REQUEST, from, 0, MacAddress.NONE, (int) vip.low());
    }

    private static byte[] message(
            MacAddress destination,
            MacAddress source,
            int operation,
            MacAddress senderMac,
            int senderIp,
            MacAddress targetMac,
            int targetIp) {
        byte[] bytes = new byte[Frame.HEADER_BYTES + LENGTH_BYTES];
        ByteBuffer frame = Frame.begin(bytes, destination, source, ETHER_TYPE);
        frame.putInt((int) (FIXED >>> 16)).putShort((short) FIXED).putShort((short) operation);
        Frame.put(frame, senderMac);
        frame.putInt(senderIp);
        Frame.put(frame, targetMac);
        frame.putInt(targetIp);
        return bytes;
    }
}
