package dev.hashlb.core.address;

/** An address family. A balancer has one server list and one N for each. */
public enum Family {
    IPV4(4),
    IPV6(16);

    private final int addressLengthBytes;

    Family(int addressLengthBytes) {
        this.addressLengthBytes = addressLengthBytes;
    }

    /** Length of an address of this family: 4 or 16 bytes. */
    public int addressLengthBytes() {
        return addressLengthBytes;
    }
}
