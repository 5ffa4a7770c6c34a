package dev.hashlb.core.snapshot;

/**
 * A 128-bit key for the tunnel's tags, as the two little-endian words that SipHash takes.
 *
 * @param id which key a packet was tagged with, 0 to 255; carried in the option
 * @param low bytes 0 to 7
 * @param high bytes 8 to 15
 */
public record TunnelKey(int id, long low, long high) {
    /** Never shows the key. */
    @Override
    public String toString() {
        return "TunnelKey[id=" + id + "]";
    }
}
