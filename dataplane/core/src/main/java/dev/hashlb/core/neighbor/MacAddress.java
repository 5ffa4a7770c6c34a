package dev.hashlb.core.neighbor;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import java.util.HexFormat;

/**
 * An Ethernet address (EUI-48).
 *
 * @param bits its 48 bits, the first byte on the wire being the highest
 */
public record MacAddress(long bits) {
    public static final int LENGTH_BYTES = 6;
    public static final MacAddress NONE = new MacAddress(0);
    public static final MacAddress BROADCAST = new MacAddress(0xffff_ffff_ffffL);

    private static final long GROUP_BIT = 1L << 40;
    private static final long IPV6_MULTICAST = 0x3333_0000_0000L;

    public MacAddress {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException("a MAC address has 48 bits");
        }
    }

    /**
     * Reads six pairs of hexadecimal digits with colons between.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static MacAddress parse(String text) {
        byte[] bytes = HexFormat.ofDelimiter(":").parseHex(text);
        if (bytes.length != LENGTH_BYTES) {
            throw new IllegalArgumentException("'" + text + "' is no MAC address: six bytes are expected");
        }
        return of(bytes);
    }

    /** @param bytes six, as on the wire */
    public static MacAddress of(byte[] bytes) {
        if (bytes.length != LENGTH_BYTES) {
            throw new IllegalArgumentException("a MAC address has six bytes, not " + bytes.length);
        }
        long bits = 0;
        for (byte b : bytes) {
            bits = (bits << Byte.SIZE) | (b & 0xff);
        }
        return new MacAddress(bits);
    }

    /** The six bytes as on the wire; a new array. */
    public byte[] toBytes() {
        byte[] bytes = new byte[LENGTH_BYTES];
        for (int i = 0; i < LENGTH_BYTES; i++) {
            bytes[i] = (byte) (bits >>> (Byte.SIZE * (LENGTH_BYTES - 1 - i)));
        }
        return bytes;
    }

    /** The group address of an IPv6 multicast address: 33:33 and its last four bytes (RFC 2464, section 7). */
    public static MacAddress ofIpv6Multicast(IpAddress group) {
        if (group.family() != Family.IPV6 || group.high() >>> 56 != 0xff) {
            throw new IllegalArgumentException(group + " is no IPv6 multicast address");
        }
        return new MacAddress(IPV6_MULTICAST | (group.low() & 0xffff_ffffL));
    }

    /** Whether it names many stations: multicast or broadcast. */
    public boolean isGroup() {
        return (bits & GROUP_BIT) != 0;
    }

    @Override
    public String toString() {
        String digits = HexFormat.of().toHexDigits(bits, 2 * LENGTH_BYTES);
        return digits.replaceAll("..(?=.)", "$0:");
    }
}
