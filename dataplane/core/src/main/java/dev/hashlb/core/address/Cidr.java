package dev.hashlb.core.address;

/**
 * A prefix: all addresses that share its first bits.
 *
 * @param address the lowest address of the prefix; the bits past the length are zero
 * @param lengthBits 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record Cidr(IpAddress address, int lengthBits) {

    public Cidr {
        int most = 8 * address.family().addressLengthBytes();
        if (lengthBits < 0 || lengthBits > most) {
            throw new IllegalArgumentException("prefix length " + lengthBits + " is not within 0 to " + most);
        }
        if ((address.high() & ~maskHigh(address.family(), lengthBits)) != 0
                || (address.low() & ~maskLow(address.family(), lengthBits)) != 0) {
            throw new IllegalArgumentException(address + "/" + lengthBits + " has bits set behind its prefix length");
        }
    }

    /** Reads {@code ADDRESS/LENGTH}; @throws IllegalArgumentException saying what is wrong with anything else */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,3}")) {
            throw new IllegalArgumentException("'" + text + "' is not ADDRESS/LENGTH, for example 192.0.2.0/24");
        }
        return new Cidr(IpAddress.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    /** The prefix of one address alone. */
    public static Cidr ofHost(IpAddress address) {
        return new Cidr(address, 8 * address.family().addressLengthBytes());
    }

    /**
     * The prefix of some length that an address lies in.
     *
     * @param lengthBits 0 to 32 for IPv4, 0 to 128 for IPv6
     */
    public static Cidr ofNetwork(IpAddress address, int lengthBits) {
        Family family = address.family();
        return new Cidr(
                new IpAddress(
                        family,
                        address.high() & maskHigh(family, lengthBits),
                        address.low() & maskLow(family, lengthBits)),
                lengthBits);
    }

    public Family family() {
        return address.family();
    }

    /** The bits of the upper 64 that this prefix fixes; 0 for IPv4. */
    public long maskHigh() {
        return maskHigh(family(), lengthBits);
    }

    /** The bits of the lower 64 (IPv4: of the 32) that this prefix fixes. */
    public long maskLow() {
        return maskLow(family(), lengthBits);
    }

    public boolean contains(IpAddress other) {
        return contains(other.family(), other.high(), other.low());
    }

    /** The same for an address as numbers, as {@link IpAddress} has them; allocates nothing. */
    public boolean contains(Family family, long high, long low) {
        return family == family() && (high & maskHigh()) == address.high() && (low & maskLow()) == address.low();
    }

    /** Whether any address lies in both: then one of them holds the other. */
    public boolean overlaps(Cidr other) {
        return lengthBits <= other.lengthBits ? contains(other.address) : other.contains(address);
    }

    @Override
    public String toString() {
        return address + "/" + lengthBits;
    }

    private static long maskHigh(Family family, int lengthBits) {
        return family == Family.IPV4 ? 0 : leadingOnes(Math.min(lengthBits, 64));
    }

    private static long maskLow(Family family, int lengthBits) {
        return family == Family.IPV4 ? leadingOnes(lengthBits) >>> 32 : leadingOnes(Math.max(lengthBits - 64, 0));
    }

    private static long leadingOnes(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }
}
