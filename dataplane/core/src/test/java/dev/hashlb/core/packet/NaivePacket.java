package dev.hashlb.core.packet;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** An oracle: the headers of a packet looked at byte by byte, with nothing of the code under test. */
final class NaivePacket {
    private final byte[] bytes;

    NaivePacket(byte[] bytes) {
        this.bytes = bytes;
    }

    static NaivePacket of(MemorySegment memory, long offset, int lengthBytes) {
        return new NaivePacket(memory.asSlice(offset, lengthBytes).toArray(ValueLayout.JAVA_BYTE));
    }

    byte[] bytes() {
        return bytes;
    }

    int word(int at) {
        return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    }

    long number(int at) {
        return (long) word(at) << 16 | word(at + 2);
    }

    boolean isIpv4() {
        return bytes[0] >> 4 == 4;
    }

    /** IPv4 only. */
    boolean headerChecksumIsRight() {
        return onesComplementSum(Arrays.copyOf(bytes, 4 * (bytes[0] & 0xf))) == 0xffff;
    }

    /** Whether everything from the transport header on adds up, with its pseudo-header (but for ICMP of IPv4). */
    boolean transportChecksumIsRight(int transport, int protocol) {
        return transportSum(transport, protocol) == 0xffff;
    }

    int transportSum(int transport, int protocol) {
        byte[] payload = Arrays.copyOfRange(bytes, transport, bytes.length);
        return onesComplementSum(join(pseudoHeader(protocol, payload.length), payload));
    }

    int lengthByHeader() {
        return isIpv4() ? word(2) : 40 + word(4);
    }

    byte[] source() {
        return isIpv4() ? Arrays.copyOfRange(bytes, 12, 16) : Arrays.copyOfRange(bytes, 8, 24);
    }

    byte[] destination() {
        return isIpv4() ? Arrays.copyOfRange(bytes, 16, 20) : Arrays.copyOfRange(bytes, 24, 40);
    }

    /** The pseudo-header's sum, as a field holds it that is still to be completed. */
    int partialChecksum(int transport, int protocol) {
        return onesComplementSum(pseudoHeader(protocol, bytes.length - transport));
    }

    private byte[] pseudoHeader(int protocol, int length) {
        if (protocol == 1) {
            return new byte[0];
        }
        byte[] addresses = isIpv4() ? Arrays.copyOfRange(bytes, 12, 20) : Arrays.copyOfRange(bytes, 8, 40);
        return join(addresses, new byte[] {
            (byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length, 0, 0, 0, (byte) protocol
        });
    }

    /** RFC 1071, word by word, the carry added at once. */
    static int onesComplementSum(byte[] data) {
        int sum = 0;
        for (int i = 0; i < data.length; i += 2) {
            sum += (data[i] & 0xff) << 8 | (i + 1 < data.length ? data[i + 1] & 0xff : 0);
            if (sum > 0xffff) {
                sum -= 0xffff;
            }
        }
        return sum;
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
