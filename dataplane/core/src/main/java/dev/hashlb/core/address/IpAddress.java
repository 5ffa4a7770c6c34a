package dev.hashlb.core.address;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 address as the unsigned integer that its bytes form in network byte order.
 *
 * @param family the family
 * @param high the upper 64 bits of an IPv6 address; 0 for IPv4
 * @param low the lower 64 bits of an IPv6 address; the 32 bits of an IPv4 address, zero-extended
 */
public record IpAddress(Family family, long high, long low) implements Comparable<IpAddress> {
    private static final Pattern DOTTED = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    public IpAddress {
        if (family == Family.IPV4 && (high != 0 || low >>> 32 != 0)) {
            throw new IllegalArgumentException("an IPv4 address has 32 bits");
        }
    }

    public static IpAddress ipv4(int bits) {
        return new IpAddress(Family.IPV4, 0, Integer.toUnsignedLong(bits));
    }

    public static IpAddress ipv6(long high, long low) {
        return new IpAddress(Family.IPV6, high, low);
    }

    /** @param bytes 4 or 16 bytes in network byte order */
    public static IpAddress of(byte[] bytes) {
        return switch (bytes.length) {
            case 4 -> ipv4((int) bigEndian(bytes, 0, 4));
            case 16 -> ipv6(bigEndian(bytes, 0, 8), bigEndian(bytes, 8, 8));
            default -> throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
        };
    }

    /**
     * Reads a literal, never a name: dotted decimal with four parts, or RFC 4291 text.
     *
     * @throws IllegalArgumentException if the text is anything else; IPv4-mapped IPv6 and zone ids count as anything else
     */
    public static IpAddress parse(String literal) {
        boolean dotted = DOTTED.matcher(literal).matches();
        if (!dotted && (!literal.contains(":") || literal.contains("%") || literal.contains("["))) {
            throw new IllegalArgumentException("'" + literal + "' is not an IPv4 or IPv6 address");
        }
        InetAddress parsed = InetAddress.ofLiteral(literal);
        if (dotted != (parsed instanceof Inet4Address)) {
            throw new IllegalArgumentException("'" + literal + "' is an IPv4-mapped address; write the IPv4 address");
        }
        return of(parsed.getAddress());
    }

    /** The address's 4 or 16 bytes in network byte order; a new array. */
    public byte[] toBytes() {
        byte[] bytes = new byte[family.addressLengthBytes()];
        for (int i = 0; i < bytes.length; i++) {
            int bitsBelow = 8 * (bytes.length - 1 - i);
            bytes[i] = (byte) (bitsBelow < 64 ? low >>> bitsBelow : high >>> (bitsBelow - 64));
        }
        return bytes;
    }

    /** The address as the JDK's type, without a look-up. */
    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(toBytes());
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 bytes are always an address", e);
        }
    }

    @Override
    public int compareTo(IpAddress other) {
        int byFamily = family.compareTo(other.family);
        if (byFamily != 0) {
            return byFamily;
        }
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /** Dotted decimal, or the canonical text of RFC 5952. */
    @Override
    public String toString() {
        return family == Family.IPV4 ? toInetAddress().getHostAddress() : Ipv6Text.format(high, low);
    }

    private static long bigEndian(byte[] bytes, int offset, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = (value << 8) | (bytes[offset + i] & 0xff);
        }
        return value;
    }
}
